import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findCycle } from './find-cycle.ts'

const graph = (edges: Record<string, string[]>) => new Map(Object.entries(edges))

test('a cycle is named from its first name back to it', () => {
  assert.deepEqual(findCycle(graph({ a: ['b'], b: ['c'], c: ['b'] })), ['b', 'c', 'b'])
  assert.deepEqual(findCycle(graph({ a: ['a'] })), ['a', 'a'])
})

test('shared ancestors and unknown names are no cycle', () => {
  assert.equal(findCycle(graph({ a: ['b', 'c'], b: ['d'], c: ['d'], d: ['nobody'] })), null)
})

test('a chain of 100,000 does not overflow', () => {
  const chain = new Map(Array.from({ length: 100_000 }, (_, i) => [`n${i}`, [`n${i + 1}`]]))
  assert.equal(findCycle(chain), null)
})
