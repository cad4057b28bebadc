// The scale that the modes of a number are on: its own, or, where tails reach further than normal components do, one
// that grows with the logarithm far from the middle.

import type { WeightedValues } from './weighted-values.ts'

/** Serialisable: the inverse hyperbolic sine of how many widths a value is from the centre. */
export type Scale = { centre: number; width: number }

export function onScale(scale: Scale | undefined, value: number): number {
  return scale === undefined ? value : Math.asinh((value - scale.centre) / scale.width)
}

export function offScale(scale: Scale | undefined, place: number): number {
  return scale === undefined ? place : scale.centre + scale.width * Math.sinh(place)
}

/** Around the median, as wide as half of the values are; undefined where these are one value. */
export function tailScale(points: WeightedValues): Scale | undefined {
  const [low, centre, high] = [0.25, 0.5, 0.75].map((share) => quantile(points, share)) as [
    number,
    number,
    number,
  ]
  return high > low ? { centre, width: (high - low) / 2 } : undefined
}

function quantile({ values, weights }: WeightedValues, share: number): number {
  const wanted = share * weights.reduce((sum, weight) => sum + weight, 0)
  let passed = 0
  for (const [at, weight] of weights.entries()) {
    passed += weight
    if (passed >= wanted) return values[at] as number
  }
  return values.at(-1) as number
}
