// Poisson's, the binomial and the geometric law.

import { expm1, log, log1p } from '#engine/math/elementary.ts'
import { inversePhi, phi } from '#engine/math/normal.ts'
import { drawWeighted, type Support, weightsAround } from './count-table.ts'
import type { Draw } from './law.ts'

/** Variances beyond have no table: the expansion is nearer to the law than a million draws can tell, 1e-6 of a unit. */
const TABLE_VARIANCE = 1e6
/** Standard deviations within which the expansion rises. */
const REACH = 9
/** The greatest double below 1. */
const LARGEST_UNIT = 1 - Number.EPSILON / 2

type Moments = { mean: number; variance: number; skew: number; excess: number }

/**
 * The quantile by Cornish and Fisher's expansion (1938), corrected for steps of one, as Giles does for Poisson's law
 * (algorithm 955, 2016). `skew` and `excess` are the third and fourth cumulant over the variance.
 */
function expansion({ mean, variance, skew, excess }: Moments): (z: number) => number {
  const deviation = Math.sqrt(variance)
  const first = (1 / deviation) * (excess / 24)
  const second = (1 / deviation) * ((skew * skew) / 36)
  return (z) => {
    const square = z * z
    const bend = z * (first * (square - 3) - second * (2 * square - 5) - 1 / (24 * deviation))
    return mean + 0.5 + deviation * z + (skew * (square - 1)) / 6 + bend
  }
}

/** The z at which the expansion reaches x, within its reach. */
function reached(quantile: (z: number) => number, x: number): number {
  let [low, high] = [-REACH, REACH]
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (quantile(middle) < x) low = middle
    else high = middle
  }
  return low
}

/** Whether the support is near enough to the mean of a law of this variance for its values to be drawn. */
export function reaches(mean: number, variance: number, { first, last }: Support): boolean {
  const reach = (REACH - 1) * Math.sqrt(variance)
  return variance <= TABLE_VARIANCE || (first <= mean + reach && last >= mean - reach)
}

function drawExpanded(moments: Moments, { first, last }: Support): Draw {
  const quantile = expansion(moments)
  const from = phi(reached(quantile, first))
  const width = phi(reached(quantile, last + 1)) - from
  return (unit) =>
    Math.min(
      Math.max(
        Math.floor(quantile(inversePhi(Math.min(from + unit * width, LARGEST_UNIT)))),
        first,
      ),
      last,
    )
}

/** Poisson's law within the support; mean up to 1e15. */
export function drawPoisson(mean: number, support: Support): Draw {
  if (mean > TABLE_VARIANCE) {
    return drawExpanded({ mean, variance: mean, skew: 1, excess: 1 }, support)
  }
  return drawWeighted(weightsAround(Math.floor(mean), (k) => mean / (k + 1), support))
}

/** Successes of n trials within the support, which lies within 0 .. n. */
export function drawBinomial(n: number, p: number, support: Support): Draw {
  const q = 1 - p
  const variance = n * p * q
  if (variance > TABLE_VARIANCE) {
    return drawExpanded({ mean: n * p, variance, skew: q - p, excess: 1 - 6 * p * q }, support)
  }
  const mode = Math.min(n, Math.floor((n + 1) * p))
  const ratio = (k: number): number => ((n - k) * p) / ((k + 1) * q)
  return drawWeighted(weightsAround(mode, ratio, support))
}

/** Trials up to the first success within the support, which starts at 1 or later: what is left never remembers. */
export function drawGeometric(p: number, { first, last }: Support): Draw {
  const logRest = log1p(-p)
  if (p === 1) return () => first
  const within = -expm1((last - first + 1) * logRest)
  return (unit) => Math.min(first + Math.floor(log(1 - unit * within) / logRest), last)
}
