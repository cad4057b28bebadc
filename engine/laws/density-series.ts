// Taylor series of a quantile from the density: with y = ln x and h the density of y, the quantile obeys dy/dw = 1/h
// and dh/dw = d(ln h)/dy, so that all of the series follows from one exact value.

import { exp, expm1 } from '#engine/math/elementary.ts'
import { POWERS, type QuantileSeries } from './quantile-cells.ts'

export type DensityLaw = {
  /** ln x for a probability of the lower tail, or of the upper one. */
  readonly solve: (w: number, upper: boolean) => number
  /** The density of y = ln x. */
  readonly density: (y: number) => number
  /** d(ln h)/dy = power - pull * x / (1 - limit * x); limit is 0 or 1. */
  readonly slope: { readonly power: number; readonly pull: number; readonly limit: 0 | 1 }
  readonly logarithmic: boolean
}

/** Coefficients of ln x and of x in (w - centre) / centre, by the recurrences of power series. */
function seriesAt(law: DensityLaw, centre: number, upper: boolean): { y: number[]; x: number[] } {
  const { power, pull, limit } = law.slope
  const start = law.solve(centre, upper)
  const step = upper ? -centre : centre
  const y = [start]
  const x = [exp(start)]
  const h = [law.density(start)]
  const rest = limit === 0 ? 1 : -expm1(start)
  /** x / (1 - limit * x). */
  const ratio = [(x[0] as number) / rest]
  /** Sum of (j + 1) y[j + 1] other[k - j] for j below `end`: the series of y' times another. */
  const along = (other: number[], k: number, end: number): number => {
    let sum = 0
    for (let j = 0; j < end; j++) sum += (j + 1) * (y[j + 1] as number) * (other[k - j] as number)
    return sum
  }
  for (let k = 0; k < POWERS; k++) {
    y.push(((k === 0 ? step : 0) - along(h, k, k)) / ((k + 1) * (h[0] as number)))
    x.push(along(x, k, k + 1) / (k + 1))
    h.push((step * ((k === 0 ? power : 0) - pull * (ratio[k] as number))) / (k + 1))
    let sum = x[k + 1] as number
    for (let j = 0; j <= k; j++) sum += limit * (ratio[j] as number) * (x[k + 1 - j] as number)
    ratio.push(sum / rest)
  }
  return { y, x }
}

/** The series of the quantiles of one tail. */
export function densitySeries(law: DensityLaw, upper: boolean): QuantileSeries {
  const { logarithmic } = law
  return {
    at: (centre) => {
      const { x, y } = seriesAt(law, centre, upper)
      return logarithmic ? y : x
    },
    logarithmic,
  }
}
