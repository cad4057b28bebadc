import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { atan2, cosTurns, sinTurns } from './trigonometry.ts'
import { fillAtan2, fillSineCosine, plainAtan2, plainSineCosine } from './trigonometry-batch.ts'

const coordinate = fc.oneof(
  fc.constantFrom(0, -0, 1, -1, 0.2679491924311227, 1e-310, -1e-310, 1e200),
  fc.double({ min: -1, max: 1, noNaN: true }),
)

for (const [how, fillAngles] of [
  ['by vectors', fillAtan2],
  ['plainly', plainAtan2],
] as const)
  test(`angles of many points have the bits of one at a time, on axes and diagonals too, ${how}`, () => {
    const point = fc.tuple(coordinate, coordinate, fc.boolean())
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 700 }), (points) => {
        const x = Float64Array.from(points, ([across]) => across)
        const y = Float64Array.from(points, ([across, up, onDiagonal]) =>
          onDiagonal ? across : up,
        )
        const angles = new Float64Array(points.length)
        fillAngles(angles, y, x, points.length, 3)
        angles.forEach((angle, i) => {
          assert.ok(Object.is(angle, 3 * atan2(y[i] as number, x[i] as number)), `${y[i]}, ${x[i]}`)
        })
      }),
      { numRuns: 300 },
    )
  })

for (const [how, fillTurns] of [
  ['by vectors', fillSineCosine],
  ['plainly', plainSineCosine],
] as const)
  test(`sines and cosines of many turns have the bits of one at a time, ${how}`, () => {
    const turn = fc.oneof(
      fc.integer({ min: -64, max: 64 }).map((eighths) => (eighths === 0 ? 0 : eighths / 8)),
      fc.double({ min: -8, max: 8, noNaN: true }).filter((value) => !Object.is(value, -0)),
    )
    fc.assert(
      fc.property(fc.array(turn, { minLength: 1, maxLength: 700 }), (turns) => {
        const n = turns.length
        const [sines, cosines] = [new Float64Array(n), new Float64Array(n)]
        fillTurns(sines, cosines, Float64Array.from(turns), n)
        turns.forEach((value, i) => {
          assert.ok(Object.is(sines[i], sinTurns(value)), `sine of ${value}`)
          assert.ok(Object.is(cosines[i], cosTurns(value)), `cosine of ${value}`)
        })
      }),
      { numRuns: 300 },
    )
  })
