import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  isServing,
  nextSessionState,
  SESSION_EVENTS,
  SESSION_STATES,
  type SessionEvent,
  type SessionState,
} from './session-state.ts'

const after = (events: readonly SessionEvent[]): SessionState =>
  events.reduce(nextSessionState, 'connecting' as SessionState)

test('a connection is greeted, serves, drains and serves again', () => {
  assert.equal(after(['challenged', 'welcomed']), 'serving')
  assert.equal(after(['challenged', 'welcomed', 'drained']), 'draining')
  assert.equal(after(['challenged', 'welcomed', 'drained', 'resumed']), 'serving')
})

test('1: serving is reached by a welcome after a challenge alone', () => {
  for (const state of SESSION_STATES) {
    for (const event of SESSION_EVENTS) {
      if (isServing(state) || !isServing(nextSessionState(state, event))) continue
      assert.deepEqual([state, event], ['greeting', 'welcomed'])
    }
  }
})

test('2: a message out of its turn and a lost stream lead back to connecting', () => {
  for (const state of SESSION_STATES.filter((state) => state !== 'stopped')) {
    assert.equal(nextSessionState(state, 'cut'), 'connecting')
  }
  assert.equal(after(['welcomed']), 'connecting')
  assert.equal(after(['challenged', 'challenged']), 'connecting')
  assert.equal(after(['challenged', 'welcomed', 'welcomed']), 'connecting')
})

test('3: nothing leads out of stopped', () => {
  const events = fc.array(fc.constantFrom(...SESSION_EVENTS))
  fc.assert(
    fc.property(events, events, fc.constantFrom('refused', 'left'), (before, later, end) => {
      assert.equal(after([...before, end, ...later]), 'stopped')
    }),
  )
})
