import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createWordSearch } from './word-search.ts'

const word = fc.integer({ min: 0, max: 4_294_967_295 })

test('as many thresholds as the word reaches, however close they lie', () => {
  const near = fc.tuple(word, fc.array(fc.integer({ min: 0, max: 3_000_000 }), { maxLength: 4 }))
  const list = fc.oneof(
    fc.array(word, { maxLength: 255 }),
    near.map(([from, steps]) => steps.map((step) => Math.min(4_294_967_296, from + step))),
  )
  fc.assert(
    fc.property(list, fc.array(word, { maxLength: 50 }), (unsorted, drawn) => {
      const thresholds = Float64Array.from(unsorted).sort()
      const edges = Array.from(thresholds).flatMap((edge) => [edge - 1, edge, edge + 1])
      const inside = edges.filter((edge) => edge >= 0 && edge < 4_294_967_296)
      const words = Uint32Array.from([...drawn, ...inside, 0, 4_294_967_295])
      const found = new Uint8Array(words.length)
      createWordSearch(thresholds)(found, words, words.length)
      const expected = Array.from(words, (one) => thresholds.filter((edge) => edge <= one).length)
      assert.deepEqual(Array.from(found), expected)
    }),
  )
})
