// Weighted draws in constant time by the alias method (Walker 1977, Vose 1991), on integers, so that no
// rounding can give weight to an item of weight zero.

import { below } from './uniform.ts'

const CELL = 4_294_967_296

export type AliasTable = {
  /** Cell i is item i where the second word is below `thresholds[i]`, else item `aliases[i]`. */
  readonly thresholds: Float64Array
  readonly aliases: Int32Array
}

/** Integer shares of `weights` that add up to `weights.length` cells exactly. */
function integerShares(weights: readonly number[]): Float64Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const whole = weights.length * CELL
  const shares = Float64Array.from(weights, (weight) => Math.round((weight / total) * whole))
  let largest = 0
  let sum = 0
  shares.forEach((share, index) => {
    sum += share
    if (share > (shares[largest] as number)) largest = index
  })
  shares[largest] = (shares[largest] as number) + whole - sum
  return shares
}

/** The table for non-negative weights, at least one positive, at most 2^20 of them. */
export function createAlias(weights: readonly number[]): AliasTable {
  const shares = integerShares(weights)
  const thresholds = new Float64Array(weights.length).fill(CELL)
  const aliases = Int32Array.from(weights, (_, index) => index)
  const small: number[] = []
  const large: number[] = []
  shares.forEach((share, index) => {
    if (share < CELL) small.push(index)
    else large.push(index)
  })
  while (small.length > 0 && large.length > 0) {
    const poor = small.pop() as number
    const rich = large[large.length - 1] as number
    thresholds[poor] = shares[poor] as number
    aliases[poor] = rich
    shares[rich] = (shares[rich] as number) - (CELL - (shares[poor] as number))
    if ((shares[rich] as number) < CELL) small.push(large.pop() as number)
  }
  return { thresholds, aliases }
}

/** `codes[i]` is an item drawn from the table by two words. */
export function fillAlias(
  codes: Int32Array,
  table: AliasTable,
  cells: Uint32Array,
  seconds: Uint32Array,
  n: number,
): void {
  const { thresholds, aliases } = table
  const factor = aliases.length / CELL
  for (let i = 0; i < n; i++) {
    const cell = ((cells[i] as number) * factor) | 0
    const alias = aliases[cell] as number
    const own = below(seconds[i] as number, thresholds[cell] as number)
    codes[i] = alias + own * (cell - alias)
  }
}
