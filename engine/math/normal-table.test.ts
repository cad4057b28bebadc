import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inversePhi } from './normal.ts'
import { fillNormal } from './normal-table.ts'

test('the table is within 2e-4 of the inverse, and symmetric', () => {
  const words = Uint32Array.from({ length: 200_000 }, (_, i) => i * 21_474)
  words.set([0, 1, 2 ** 32 - 1, 2 ** 24, 2 ** 24 - 1, 2 ** 31], 0)
  const values = new Float64Array(words.length)
  fillNormal(values, words)
  const mirrored = new Float64Array(words.length)
  fillNormal(
    mirrored,
    words.map((word) => 2 ** 32 - 1 - word),
  )
  for (const [i, word] of words.entries()) {
    const exact = inversePhi((word + 0.5) * 2 ** -32)
    assert.ok(Math.abs((values[i] as number) - exact) < 2e-4, `${word}`)
    assert.ok(Math.abs((values[i] as number) + (mirrored[i] as number)) < 1e-12, `${word}`)
  }
})
