// Values of laws with a density on the grid of a column's digits.

import { pow10 } from '#engine/math/decimal.ts'

type Grid = { min: number | null; max: number | null; decimals: number }

/** Rounds the first `n` values where they are. */
export type RoundAll = (values: Float64Array, n: number) => void

/**
 * Rounds to the nearest number of `decimals` digits that lies within the bounds, halves away from zero: as an integer
 * in units of the last digit within 2^53, or as a double.
 */
export function createRounding({ min, max, decimals }: Grid, scaled: boolean): RoundAll {
  const unit = pow10(decimals)
  const divisor = scaled ? 1 : unit
  const limit = scaled ? Number.MAX_SAFE_INTEGER : Number.MAX_VALUE
  const lowest = min === null ? -limit : Math.max(Math.ceil(min * unit - 1e-9), -limit)
  const highest = max === null ? limit : Math.min(Math.floor(max * unit + 1e-9), limit)
  return (values, n) => {
    for (let i = 0; i < n; i++) {
      const kept = Math.min(Math.max((values[i] as number) * unit, lowest), highest)
      const whole = Math.trunc(kept)
      // Twice the rest is exact, and its whole part is what rounding adds: no branch to guess at.
      values[i] = (whole + Math.trunc(2 * (kept - whole))) / divisor
    }
  }
}
