import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createRows, setRange } from '#engine/rows.ts'
import { createInverse, createKeyedPermutation, createPermutation } from './feistel.ts'
import { streamKey } from './key.ts'
import { createKeyedPermutedRows, createPermutedRows } from './permuted-rows.ts'

const stream = { key: streamKey(1, 't', 'c'), draw: 0 }

test('every tweak of a keyed permutation is a bijection of its own', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.maxSafeNat(), (size, tweak) => {
      const permute = createKeyedPermutation(size, stream)
      const images = Array.from({ length: size }, (_, index) => permute(tweak, index))
      assert.deepEqual(
        images.toSorted((a, b) => a - b),
        images.map((_, index) => index),
      )
    }),
    { numRuns: 50 },
  )
})

test('tweaks do not follow each other: the first images of many are uniform', () => {
  const permute = createKeyedPermutation(10, stream)
  const counts = new Array<number>(10).fill(0)
  for (let tweak = 0; tweak < 20_000; tweak++) {
    const image = permute(tweak, 0)
    counts[image] = (counts[image] ?? 0) + 1
  }
  // Chi-square with 9 degrees of freedom is above 27.88 once in a thousand.
  const chi = counts.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0)
  assert.ok(chi < 27.88, `${chi}`)
  const free = createPermutation(10, stream)
  assert.equal(new Set(Array.from({ length: 10 }, (_, index) => free(index))).size, 10)
})

test('the inverse finds the index of each image, at any size up to 2^52', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.integer({ min: 1, max: 2 ** 52 }), (any, size) => {
      const index = any % size
      const [permute, inverse] = [createPermutation(size, stream), createInverse(size, stream)]
      assert.equal(inverse(permute(index)), index)
      assert.equal(permute(inverse(index)), index)
    }),
  )
})

test('a batch of rows is permuted as its rows are one by one', () => {
  const size = fc.oneof(
    fc.integer({ min: 1, max: 100 }),
    fc.integer({ min: 2 ** 30 - 2, max: 2 ** 30 + 2 }),
    fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  )
  fc.assert(
    fc.property(size, fc.nat(), (values, seed) => {
      const own = { key: streamKey(seed, 't', 'c'), draw: 3 }
      const permute = createPermutation(values, own)
      const batch = createPermutedRows(values, own, 64)
      const rows = createRows(64)
      const out = new Float64Array(64)
      for (const from of [0, Math.floor(values / 2), Math.max(0, values - 64)]) {
        setRange(rows, from, Math.min(from + 64, values))
        batch(out, rows)
        const expected = Array.from(rows.index.subarray(0, rows.n), permute)
        assert.deepEqual(Array.from(out.subarray(0, rows.n)), expected)
      }
    }),
    { numRuns: 300 },
  )
})

test('a batch of ranks under tweaks is permuted as one by one', () => {
  const size = fc.oneof(
    fc.integer({ min: 1, max: 100 }),
    fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  )
  const pair = fc.tuple(fc.maxSafeNat(), fc.maxSafeNat())
  fc.assert(
    fc.property(size, fc.array(pair, { maxLength: 40 }), (values, pairs) => {
      const permute = createKeyedPermutation(values, stream)
      const tweaks = Float64Array.from(pairs.flatMap(([tweak]) => [tweak, tweak]))
      const ranks = pairs.flatMap(([tweak, rank]) => [rank % values, tweak % values])
      const images = Float64Array.from(ranks)
      createKeyedPermutedRows(values, stream, tweaks.length)(images, tweaks, tweaks.length)
      const expected = ranks.map((rank, i) => permute(tweaks[i] as number, rank))
      assert.deepEqual([...images], expected)
    }),
  )
})
