// The few least and greatest numbers of a column, which are those of single rows, give way to draws from the tail that
// the numbers before them show: ranges and tails stay alike, and nobody's value stays.

import { exp, log } from '#engine/math/elementary.ts'
import type { SeededRandom } from '#engine/random/seeded-random.ts'
import { stepOf } from './steps.ts'

export type ExtremesOptions = {
  /** How many rows reach the values that stay, 1 or more; at most as many as there are numbers. */
  rare: number
  /** Numbers are whole multiples of 10^-decimals, and so are draws. */
  decimals: number
  random: SeededRandom
  /** The numbers in order, where they are known so. */
  ascending?: Float64Array
}

/** Ranks that the law of a tail is estimated from, as a multiple of those that give way. */
const RANKS = 8
/** The bulk of the numbers is no tail. */
const TAIL_SHARE = 0.25

/**
 * The numbers (NaN is null) with `rare - 1` rows at either end replaced, but for ties with what stays, in the order that
 * they had: beyond the `rare`-th, distances from the median are drawn from Pareto's law with the exponent of Hill (1975),
 * estimated from numbers that stay, up to the extreme of the data. Where the numbers before have no tail, the `rare`-th
 * itself is taken.
 */
export function replaceExtremes(values: Float64Array, options: ExtremesOptions): Float64Array {
  const { ascending = values.filter((value) => !Number.isNaN(value)).sort() } = options
  const descending = ascending.map((value) => -value).reverse()
  const least = tailOf(descending, options)
  const greatest = tailOf(ascending, options)
  const low = -(descending.at(-options.rare) as number)
  const high = ascending.at(-options.rare) as number
  return values.map((value) => {
    if (value > high) return greatest(value)
    return value < low ? 0 - least(-value) : value
  })
}

/** What each of the greatest becomes. */
function tailOf(
  ascending: Float64Array,
  { rare, decimals, random }: ExtremesOptions,
): (value: number) => number {
  const reached = ascending.at(-rare) as number
  const beyond = ascending.filter((value) => value > reached)
  const median = ascending[ascending.length >>> 1] as number
  const { tail, exponent, isCoarse } = shownTail(ascending, median, rare)
  const step = stepOf(tail, decimals)
  const most = ascending.at(-1) as number
  const drawn = beyond.map(() => {
    if (exponent === 0) return reached
    const unit = random.unit()
    const room = 1 - exp(log((reached - median) / (most - median)) / exponent)
    const far = (reached - median) * exp(-exponent * log(1 - unit * room))
    return onSteps(median + far, { reached, step, most, decimals, least: isCoarse ? 1 : 0 })
  })
  drawn.sort()
  return (value) => drawn[beyond.indexOf(value)] ?? reached
}

/**
 * What the law is estimated from: more ranks where these all have one value, as far as there is a tail. Of such few values
 * (rooms, floors) those beyond are a step further, however many rows have the last one.
 */
function shownTail(
  ascending: Float64Array,
  median: number,
  rare: number,
): { tail: Float64Array; exponent: number; isCoarse: boolean } {
  const most = Math.floor(ascending.length * TAIL_SHARE)
  for (let ranks = rare * RANKS; ; ranks *= 2) {
    const taken = Math.min(ranks, most)
    const tail = ascending.slice(-taken).subarray(0, Math.max(0, taken - rare + 1))
    const exponent = hill(tail, median, rare)
    if (exponent > 0 || taken === most) return { tail, exponent, isCoarse: taken > rare * RANKS }
  }
}

/** Mean of what neighbouring distances differ by on a logarithmic scale, each times its rank; 0 where there is no tail. */
function hill(tail: Float64Array, median: number, rare: number): number {
  if (tail.length < 2 || (tail[0] as number) <= median) return 0
  let sum = 0
  for (let at = 1; at < tail.length; at++) {
    const rank = rare + tail.length - 1 - at
    const [near, far] = [(tail[at - 1] as number) - median, (tail[at] as number) - median]
    sum += rank * log(far / near)
  }
  return sum / (tail.length - 1)
}

function onSteps(
  value: number,
  ends: Record<'reached' | 'step' | 'most' | 'decimals' | 'least', number>,
): number {
  const { reached, step, most, decimals, least } = ends
  const scale = 10 ** decimals
  const wanted = Math.max(least, Math.round(((value - reached) * scale) / step))
  const steps = Math.min(wanted, Math.floor(((most - reached) * scale) / step + 1e-9))
  return (Math.round(reached * scale) + steps * step) / scale
}
