import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CHUNK_EVENTS, CHUNK_STATES, nextChunkState } from './chunk-state.ts'

const events = (...left: string[]) => CHUNK_EVENTS.filter((event) => !left.includes(event))

test('invariant 1: committed is left only when the part is missing', () => {
  for (const event of events('part_missing'))
    assert.equal(nextChunkState('committed', event), 'committed')
  assert.equal(nextChunkState('committed', 'part_missing'), 'missing')
})

test('invariant 2: dead is left only by a revival or a late result', () => {
  for (const event of events('revived', 'committed'))
    assert.equal(nextChunkState('dead', event), 'dead')
  assert.equal(nextChunkState('dead', 'revived'), 'missing')
  assert.equal(nextChunkState('dead', 'committed'), 'committed')
})

test('invariant 3: one event alone leads into leased, one alone into committed', () => {
  for (const state of CHUNK_STATES) {
    for (const event of events('assigned'))
      if (state !== 'leased') assert.notEqual(nextChunkState(state, event), 'leased')
    for (const event of events('committed'))
      if (state !== 'committed') assert.notEqual(nextChunkState(state, event), 'committed')
    assert.equal(nextChunkState(state, 'committed'), 'committed')
  }
})

test('invariant 4: losing the worker only puts leased chunks back', () => {
  for (const state of CHUNK_STATES)
    assert.equal(nextChunkState(state, 'lost'), state === 'leased' ? 'missing' : state)
})
