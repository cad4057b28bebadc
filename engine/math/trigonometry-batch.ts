// The functions of trigonometry.ts for many angles at a time, with the same bits. Quarters and signs are arithmetic: where an angle
// lies cannot be guessed, and a processor that tries loses more than the series take.

import { atanShort, cosineSeries, sineSeries } from './trigonometry.ts'

const TWO_PI = 2 * Math.PI
const HALF_PI = Math.PI / 2
const SIXTH_PI = Math.PI / 6
const SQRT_3 = 1.7320508075688772
const TAN_15 = 0.2679491924311227

/** `sinTurns` and `cosTurns` of the first n turns; the three arrays may be one another. */
export function fillSineCosine(
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

/** `atan2` times `scale` of the first n points (x, y), none of them infinite; `angles` is neither of the other two. */
export function fillAtan2(
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
