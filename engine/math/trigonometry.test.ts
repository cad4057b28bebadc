import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { asin, atan2, cosTurns, sinTurns } from './trigonometry.ts'

/** A repeatable spread of numbers from low to high. */
function spread(low: number, high: number, count = 50_000): number[] {
  return Array.from({ length: count }, (_, k) => low + (high - low) * ((k * 0.618034) % 1))
}

/** Greatest distance from the reference, in units of the last place of 1 or of the value. */
function worst(list: number[], own: (x: number) => number, reference: (x: number) => number) {
  const relative = (x: number): number => {
    const expected = reference(x)
    return Math.abs(own(x) - expected) / Math.max(Math.abs(expected), Number.MIN_VALUE)
  }
  return list.reduce((most, x) => Math.max(most, relative(x)), 0) / Number.EPSILON
}

test('sine and cosine of turns stay within two units of the last place', () => {
  const angles = spread(-0.125, 0.125)
  assert.ok(worst(angles, sinTurns, (x) => Math.sin(x * 2 * Math.PI)) <= 2)
  assert.ok(worst(angles, cosTurns, (x) => Math.cos(x * 2 * Math.PI)) <= 1.5)
  for (const x of spread(-50, 50)) {
    assert.ok(Math.abs(sinTurns(x) ** 2 + cosTurns(x) ** 2 - 1) <= 4 * Number.EPSILON)
    assert.ok(Math.abs(sinTurns(x) - Math.sin((x % 1) * 2 * Math.PI)) <= 8 * Number.EPSILON)
    assert.ok(Math.abs(cosTurns(x) - cosTurns(-x)) <= 2 * Number.EPSILON)
  }
  assert.deepEqual(
    [0, 0.25, 0.5, 0.75, 1].map(sinTurns).map((x) => x + 0),
    [0, 1, 0, -1, 0],
  )
})

test('arc tangent and arc sine stay within a few units of the last place', () => {
  assert.ok(worst(spread(-1, 1), asin, Math.asin) <= 4)
  assert.ok(worst(spread(-20, 20), (x) => atan2(x, 1), Math.atan) <= 4)
  for (const turns of spread(-0.499, 0.499)) {
    const [x, y] = [Math.cos(turns * 2 * Math.PI), Math.sin(turns * 2 * Math.PI)]
    assert.ok(Math.abs(atan2(y, x) - Math.atan2(y, x)) <= 4 * Number.EPSILON * Math.PI)
  }
  assert.deepEqual(
    [atan2(0, 1), atan2(1, 0), atan2(0, -1), atan2(0, 0)],
    [0, Math.PI / 2, Math.PI, 0],
  )
  assert.equal(asin(1.0000001), Math.PI / 2)
})

test('golden digest: a change here is a change of engine version', () => {
  const values = spread(-2, 2, 20_000).flatMap((x) => [
    sinTurns(x),
    cosTurns(x),
    asin(x / 2),
    atan2(x, 0.7),
  ])
  const digest = createHash('sha256')
    .update(new Uint8Array(Float64Array.from(values).buffer))
    .digest('hex')
  assert.equal(digest.slice(0, 16), 'ce6c92835d167f69')
})
