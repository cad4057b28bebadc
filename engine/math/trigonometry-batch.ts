// The functions of trigonometry.ts for many angles at a time, with the same bits. Quarters and signs are arithmetic: where an angle
// lies cannot be guessed, and a processor that tries loses more than the series take. Where the host has vectors they are used.

import { atanShort, cosineSeries, sineSeries } from './trigonometry.ts'
import { atan2Vectors, SLAB, sineCosineVectors, type VectorProgram } from './trigonometry-wasm.ts'

const TWO_PI = 2 * Math.PI
const HALF_PI = Math.PI / 2
const SIXTH_PI = Math.PI / 6
const SQRT_3 = 1.7320508075688772
const TAN_15 = 0.2679491924311227

/** As `fillSineCosine`, without vectors. */
export function plainSineCosine(
  sines: Float64Array,
  cosines: Float64Array,
  turns: Float64Array,
  n: number,
): void {
  for (let i = 0; i < n; i++) {
    const turn = turns[i] as number
    const quarters = Math.round(turn * 4)
    const rest = (turn - quarters / 4) * TWO_PI
    const quarter = (quarters - 4 * Math.floor(quarters / 4)) | 0
    const odd = quarter & 1
    const even = 1 - odd
    const sine = sineSeries(rest)
    const cosine = cosineSeries(rest)
    sines[i] = (1 - (quarter & 2)) * (sine * even + cosine * odd)
    cosines[i] = (1 - ((quarter + 1) & 2)) * (cosine * even + sine * odd)
  }
}

/** As `fillAtan2`, without vectors. */
export function plainAtan2(
  angles: Float64Array,
  y: Float64Array,
  x: Float64Array,
  n: number,
  scale: number,
): void {
  for (let i = 0; i < n; i++) {
    const a = Math.abs(y[i] as number)
    const b = Math.abs(x[i] as number)
    const steep = Number(a > b) | 0
    const flat = 1 - steep
    const ratio = (a * flat + b * steep) / (b * flat + a * steep)
    const far = Number(ratio > TAN_15) | 0
    const root = 1 + far * (SQRT_3 - 1)
    const eighth = far * SIXTH_PI + atanShort((ratio * root - far) / (root + far * ratio))
    angles[i] = steep * HALF_PI + (flat - steep) * eighth
  }
  for (let i = 0; i < n; i++) {
    const across = x[i] as number
    const up = y[i] as number
    const left = Number(across < 0) | 0
    const below = Number(up < 0) | 0
    const angle = (1 - 2 * below) * (left * Math.PI + (1 - 2 * left) * (angles[i] as number))
    angles[i] = across === 0 && up === 0 ? 0 : angle * scale
  }
}

/** Made when they are first used; null where there are no vectors. */
const made: { sineCosine?: VectorProgram | null; atan2?: VectorProgram | null } = {}

/** `sinTurns` and `cosTurns` of the first n turns, none of them -0; the three arrays may be one another. */
export function fillSineCosine(
  sines: Float64Array,
  cosines: Float64Array,
  turns: Float64Array,
  n: number,
): void {
  if (made.sineCosine === undefined) made.sineCosine = sineCosineVectors()
  if (!made.sineCosine) {
    plainSineCosine(sines, cosines, turns, n)
    return
  }
  const { planes, run } = made.sineCosine
  const [a, b, c] = planes as [Float64Array, Float64Array, Float64Array]
  for (let from = 0; from < n; from += SLAB) {
    const count = Math.min(SLAB, n - from)
    a.set(turns.subarray(from, from + count))
    run(count)
    sines.set(b.subarray(0, count), from)
    cosines.set(c.subarray(0, count), from)
  }
}

/** `atan2` times `scale` of the first n points (x, y), none of them infinite; `angles` is neither of the other two. */
export function fillAtan2(
  angles: Float64Array,
  y: Float64Array,
  x: Float64Array,
  n: number,
  scale: number,
): void {
  if (made.atan2 === undefined) made.atan2 = atan2Vectors()
  if (!made.atan2) {
    plainAtan2(angles, y, x, n, scale)
    return
  }
  const { planes, constants, run } = made.atan2
  const [a, b, c] = planes as [Float64Array, Float64Array, Float64Array]
  constants[0] = scale
  for (let from = 0; from < n; from += SLAB) {
    const count = Math.min(SLAB, n - from)
    a.set(y.subarray(from, from + count))
    b.set(x.subarray(from, from + count))
    run(count)
    angles.set(c.subarray(0, count), from)
  }
}
