import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inversePhi, phi } from './normal.ts'
import { fillNormal, quickPhi } from './normal-table.ts'

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

test('probabilities by the table are within 2e-7, relatively within 1e-5, and ascend', () => {
  let before = 0
  for (let x = -9; x < 9; x += 0.00371) {
    const [exact, quick] = [phi(x), quickPhi(x)]
    assert.ok(Math.abs(exact - quick) < 2e-7 && Math.abs(exact / quick - 1) < 1e-5, `${x}`)
    assert.ok(quick >= before, `${x}`)
    before = quick
  }
  assert.deepEqual([quickPhi(-Infinity), quickPhi(Infinity)], [0, 1])
})
