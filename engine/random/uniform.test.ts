import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { below, fillBelow, wordThreshold } from './uniform.ts'

test('a word is below a threshold as numbers are, one by one and in batches', () => {
  const word = fc.oneof(fc.nat(3), fc.integer({ min: 2 ** 31 - 2, max: 2 ** 32 - 1 }), fc.nat())
  const threshold = fc.oneof(word, fc.constantFrom(2 ** 32, wordThreshold(1), wordThreshold(0)))
  fc.assert(
    fc.property(fc.array(word, { maxLength: 20 }), threshold, (words, limit) => {
      const out = new Uint8Array(words.length + 1).fill(7)
      fillBelow(out, Uint32Array.from(words), words.length, limit)
      const expected = words.map((value) => Number(value < limit))
      assert.deepEqual([...out], [...expected, 7])
      assert.deepEqual(
        words.map((value) => below(value, limit)),
        expected,
      )
    }),
  )
})
