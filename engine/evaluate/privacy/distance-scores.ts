// What distances to the closest real row say: is the synthetic table closer to the rows that it was learned from than
// to others, closer than another real sample would be, and is each row close to one person alone?

import { type Interval, shareInterval } from '../auc.ts'
import { meanOf, quantileOf } from '../mean.ts'
import type { Nearest } from './nearest.ts'

/** Distances to the closest row, from 0 to 1; null of none. `zero` is the share of those at no distance. */
export type DistanceSummary = {
  mean: number | null
  p5: number | null
  median: number | null
  zero: number | null
}

export function summarise(distances: Float64Array): DistanceSummary {
  const sorted = distances.filter(Number.isFinite).sort()
  const zero = sorted.filter((distance) => distance === 0).length
  return {
    mean: meanOf([...sorted]),
    p5: quantileOf(sorted, 0.05),
    median: quantileOf(sorted, 0.5),
    zero: sorted.length === 0 ? null : zero / sorted.length,
  }
}

/** DCRBaselineProtection of SDMetrics: the median distance against that of random rows, at most 1. */
export function baselineProtection(
  synthetic: DistanceSummary,
  random: DistanceSummary,
): number | null {
  if (synthetic.median === null || !random.median) return null
  return Math.min(1, synthetic.median / random.median)
}

/** `share` of synthetic rows that are closer to a training row than to any held out, ties counted half. */
export type Overfitting = { protection: number; share: number; interval: Interval }

/**
 * DCROverfittingProtection of SDMetrics, which counts ties as closer to the held-out rows. Both tables should have
 * equally many rows: then a share of .5 is what chance gives.
 */
export function overfitting(toTraining: Float64Array, toHoldout: Float64Array): Overfitting | null {
  const rows = toTraining.length
  if (rows === 0 || !toTraining.every(Number.isFinite) || !toHoldout.every(Number.isFinite))
    return null
  let [closer, ties] = [0, 0]
  for (let row = 0; row < rows; row++) {
    const [a, b] = [toTraining[row] as number, toHoldout[row] as number]
    if (a < b) closer++
    else if (a === b) ties++
  }
  const share = (closer + ties / 2) / rows
  return {
    protection: Math.min(1, 2 * (1 - closer / rows)),
    share,
    interval: shareInterval(closer + ties / 2, rows),
  }
}

/** The closest distance over the second closest, 1 where both are 0: small ones point at single rows. */
export function neighbourRatios({ first, second }: Nearest): {
  p5: number | null
  median: number | null
} {
  const ratios = first
    .map((distance, row) => {
      const other = second[row] as number
      return other === 0 ? 1 : distance / other
    })
    .filter((ratio, row) => Number.isFinite(ratio) && Number.isFinite(second[row]))
    .sort()
  return { p5: quantileOf(ratios, 0.05), median: quantileOf(ratios, 0.5) }
}
