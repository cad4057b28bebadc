import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createKept, oncePer } from './kept.ts'

test('an answer is made once for as long as its key is among the last ones', () => {
  const keep = createKept<{ key: string }>(2)
  const made: string[] = []
  const ask = (key: string) =>
    keep(key, () => {
      made.push(key)
      return { key }
    })
  for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) assert.equal(ask(key).key, key)
  assert.deepEqual(made, ['a', 'b', 'c', 'b'])
})

test('each thing is asked once, equal or not', () => {
  const reversed = oncePer((list: readonly number[]) => list.toReversed())
  const list = [1, 2]
  assert.deepEqual(reversed(list), [2, 1])
  assert.equal(reversed(list), reversed(list))
  assert.notEqual(reversed([1, 2]), reversed(list))
})
