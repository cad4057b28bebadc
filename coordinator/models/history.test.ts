import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type EpochReport, joinedHistory } from './history.ts'

const epochs = (from: number, to: number, algorithm = 'argn'): EpochReport[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => ({
    ...{ algorithm, epoch: from + i, losses: { loss: 1 }, score: from + i },
  }))

test('epochs that a worker repeats behind a checkpoint are there once', () => {
  fc.assert(
    fc.property(fc.nat(200), fc.nat(200), fc.nat(200), (a, b, c) => {
      const [from, middle, to] = [a, b, c].sort((x, y) => x - y) as [number, number, number]
      const joined = joinedHistory(epochs(0, middle), epochs(from, to))
      assert.deepEqual(joined, epochs(0, to > from ? to : middle))
    }),
  )
})

test('of a search, each algorithm has its own epochs', () => {
  const [first, second] = [epochs(1, 5), epochs(1, 4, 'tvae')]
  assert.deepEqual(joinedHistory(first, second), [...first, ...second])
  assert.deepEqual(joinedHistory([...first, ...second], epochs(3, 6, 'tvae')), [
    ...first,
    ...epochs(1, 6, 'tvae'),
  ])
  assert.deepEqual(joinedHistory(first, []), first)
})

test('a long history is thinned out, the newest epochs excepted', () => {
  const joined = joinedHistory(epochs(0, 1_000), epochs(1_000, 1_200))
  assert.ok(joined.length <= 1_000 && joined.length > 500)
  assert.deepEqual(joined.slice(-250), epochs(950, 1_200))
  assert.equal(joined[0]?.epoch, 0)
})
