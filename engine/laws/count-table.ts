// Laws of whole numbers by inversion: cumulated probabilities, and a guide table that says where to start looking
// (Chen and Asau, 1974), so that a draw takes one look or two however many numbers there are.

import type { Draw } from './law.ts'

/** Weights below this share of the greatest are left out; 2^53 draws would not find them. */
const NEGLIGIBLE = 1e-20
const ENTRIES_MAX = 1_000_000

/** Smallest and greatest value, both included. */
export type Support = { readonly first: number; readonly last: number }

export type Weights = Support & { readonly weights: Float64Array }

/** weight(k + 1) / weight(k). */
type Ratio = (k: number) => number

/**
 * The weights of a law with one peak, by the ratio of neighbours from the value of the support that is nearest to
 * the mode: no weight can underflow where it matters, however far in a tail the support is.
 */
export function weightsAround(mode: number, ratio: Ratio, { first, last }: Support): Weights {
  const start = Math.min(Math.max(mode, first), last)
  const above: number[] = []
  for (let k = start, weight = 1; k < last && above.length < ENTRIES_MAX; k++) {
    weight *= ratio(k)
    if (!(weight > NEGLIGIBLE)) break
    above.push(weight)
  }
  const below: number[] = []
  for (let k = start, weight = 1; k > first && below.length < ENTRIES_MAX; k--) {
    weight /= ratio(k - 1)
    if (!(weight > NEGLIGIBLE)) break
    below.push(weight)
  }
  const weights = Float64Array.from([...below.toReversed(), 1, ...above])
  return { first: start - below.length, last: start + above.length, weights }
}

/** The first index whose share of the whole, cumulated, exceeds the uniform number. */
export type Finder = {
  readonly indexOf: (unit: number) => number
  /** Share of all entries before each index; one more than there are entries. */
  readonly cumulated: Float64Array
}

/** A finder over weights that are not negative, at least one of them positive. */
export function createFinder(weights: ArrayLike<number>): Finder {
  const count = weights.length
  const cumulated = new Float64Array(count + 1)
  for (let k = 0; k < count; k++) {
    cumulated[k + 1] = (cumulated[k] as number) + (weights[k] as number)
  }
  const total = cumulated[count] as number
  let last = count
  while (last > 1 && cumulated[last - 1] === total) last--
  for (let k = 0; k <= count; k++) cumulated[k] = k < last ? (cumulated[k] as number) / total : 1
  const guide = new Int32Array(count + 1)
  for (let cell = 0, k = 0; cell <= count; cell++) {
    while (k < last - 1 && (cumulated[k + 1] as number) * count <= cell) k++
    guide[cell] = k
  }
  return {
    indexOf(unit) {
      let index = guide[(unit * count) | 0] as number
      while ((cumulated[index + 1] as number) <= unit) index++
      return index
    },
    cumulated,
  }
}

/** Draws of whole numbers with the weights. */
export function drawWeighted({ first, weights }: Weights): Draw {
  const { indexOf } = createFinder(weights)
  return (unit) => first + indexOf(unit)
}
