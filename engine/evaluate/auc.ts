// How well scores tell two groups apart.

import { inversePhi } from '#engine/math/normal.ts'

/** The probability that a row of the second group scores above one of the first, ties counted half; null if one is empty. */
export function areaUnderCurve(firsts: Float64Array, seconds: Float64Array): number | null {
  const [a, b] = [Float64Array.from(firsts).sort(), Float64Array.from(seconds).sort()]
  if (a.length === 0 || b.length === 0) return null
  let [below, upTo, wins] = [0, 0, 0]
  for (const score of b) {
    while (below < a.length && (a[below] as number) < score) below++
    if (upTo < below) upTo = below
    while (upTo < a.length && (a[upTo] as number) <= score) upTo++
    wins += (below + upTo) / 2
  }
  return wins / (a.length * b.length)
}

export type Interval = [number, number]

const Z = inversePhi(0.975)

/** 95 % of an area from n and m scores (Hanley and McNeil 1982), within 0 and 1. */
export function areaInterval(area: number, n: number, m: number): Interval {
  const q1 = area / (2 - area)
  const q2 = (2 * area * area) / (1 + area)
  const variance =
    (area * (1 - area) + (n - 1) * (q1 - area * area) + (m - 1) * (q2 - area * area)) / (n * m)
  const half = Z * Math.sqrt(Math.max(0, variance))
  return [Math.max(0, area - half), Math.min(1, area + half)]
}

/** 95 % of a share of n (Wilson 1927); 0 to 1 for n = 0. */
export function shareInterval(successes: number, n: number): Interval {
  if (n === 0) return [0, 1]
  const share = successes / n
  const centre = share + (Z * Z) / (2 * n)
  const half = Z * Math.sqrt((share * (1 - share)) / n + (Z * Z) / (4 * n * n))
  const scale = 1 + (Z * Z) / n
  return [Math.max(0, (centre - half) / scale), Math.min(1, (centre + half) / scale)]
}

/** 95 % of the difference of two shares (Newcombe's method 10, 1998). */
export function differenceInterval(
  a: { successes: number; n: number },
  b: { successes: number; n: number },
): Interval {
  if (a.n === 0 || b.n === 0) return [-1, 1]
  const [p, q] = [a.successes / a.n, b.successes / b.n]
  const [lowP, highP] = shareInterval(a.successes, a.n)
  const [lowQ, highQ] = shareInterval(b.successes, b.n)
  const low = p - q - Math.sqrt((p - lowP) ** 2 + (highQ - q) ** 2)
  const high = p - q + Math.sqrt((highP - p) ** 2 + (q - lowQ) ** 2)
  return [low, high]
}
