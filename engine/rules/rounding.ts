// Values of laws with a density on the grid of a column's digits.

import { pow10, roundHalfAway, roundTo } from '#engine/math/decimal.ts'

type Grid = { min: number | null; max: number | null; decimals: number }

/**
 * Rounds to the nearest number of `decimals` digits that lies within the bounds: as an integer in units of the last
 * digit within 2^53, or as a double.
 */
export function createRounding(
  { min, max, decimals }: Grid,
  scaled: boolean,
): (value: number) => number {
  const unit = pow10(decimals)
  const limit = scaled ? Number.MAX_SAFE_INTEGER : Number.MAX_VALUE
  const lowest = min === null ? -limit : Math.max(Math.ceil(min * unit - 1e-9), -limit)
  const highest = max === null ? limit : Math.min(Math.floor(max * unit + 1e-9), limit)
  return (value) => {
    const grid = scaled ? roundHalfAway(value * unit) : roundTo(value, decimals) * unit
    const kept = Math.min(Math.max(grid, lowest), highest)
    return scaled ? kept : roundTo(kept / unit, decimals)
  }
}
