// Laws that are a function of an exponential variable z of rate 1: the exponential, Weibull's and Pareto's.

import { exp, expm1, log, log1p } from '#engine/math/elementary.ts'
import type { Law } from './law.ts'
import { createQuantile, POWERS } from './quantile-cells.ts'

/** Beyond this power of z, or of e^z, the logarithm of the quantile is tabulated. */
const STEEP_POWER = 5

type Series = number[]

/** z in (w - centre) / centre, for P(Z > z) = w or P(Z <= z) = w. */
function exponentialSeries(centre: number, upper: boolean): Series {
  const step = upper ? -1 : centre / (1 - centre)
  const series = [upper ? -log(centre) : -log1p(-centre)]
  let power = 1
  for (let k = 1; k <= POWERS; k++) {
    power *= step
    series.push(power / k)
  }
  return series
}

/** The series of e^(factor z), whose first coefficient is known. */
function exponentialOf(z: Series, first: number, factor: number): Series {
  const f = [first]
  for (let k = 0; k < POWERS; k++) {
    let sum = 0
    for (let j = 0; j <= k; j++) sum += (j + 1) * (z[j + 1] as number) * (f[k - j] as number)
    f.push((factor * sum) / (k + 1))
  }
  return f
}

/** ln z. */
function logarithmOf(z: Series): Series {
  const first = z[0] as number
  const f = [log(first)]
  for (let k = 0; k < POWERS; k++) {
    let sum = ((k + 1) * (z[k + 1] as number)) / first
    for (let j = 1; j <= k; j++) {
      sum -= ((z[j] as number) / first) * (k + 1 - j) * (f[k + 1 - j] as number)
    }
    f.push(sum / (k + 1))
  }
  return f
}

const scaled = (series: Series, factor: number): Series => series.map((value) => value * factor)

type Shape = { hazard: (x: number) => number; series: (z: Series) => Series; logarithmic: boolean }

/** P(X > x) = exp(-hazard(x)). */
function lawOf({ hazard, series, logarithmic }: Shape, scale: number): Law {
  const quantile = (upper: boolean) =>
    createQuantile({ at: (centre) => series(exponentialSeries(centre, upper)), logarithmic })
  const [fromBelow, fromAbove] = [quantile(false), quantile(true)]
  return {
    lower: (x) => -expm1(-hazard(x / scale)),
    upper: (x) => exp(-hazard(x / scale)),
    lowerQuantile: (w) => scale * fromBelow(w),
    upperQuantile: (w) => scale * fromAbove(w),
  }
}

/** P(X > x) = exp(-(x / scale)^shape): shape 1 is the exponential law of mean `scale`. */
export function weibullLaw(shape: number, scale: number): Law {
  const power = 1 / shape
  const logarithmic = power > STEEP_POWER
  const hazard = (x: number): number => (x <= 0 ? 0 : exp(shape * log(x)))
  const series = (z: Series): Series => {
    if (logarithmic) return scaled(logarithmOf(z), power)
    if (shape === 1) return z
    const logZ = logarithmOf(z)
    return exponentialOf(logZ, exp((logZ[0] as number) * power), power)
  }
  return lawOf({ hazard, series, logarithmic }, scale)
}

/** P(X > x) = (scale / x)^shape from x = scale on: Pareto's first kind. */
export function paretoLaw(shape: number, scale: number): Law {
  const power = 1 / shape
  const logarithmic = power > STEEP_POWER
  const hazard = (x: number): number => (x <= 1 ? 0 : shape * log(x))
  const series = (z: Series): Series => {
    if (logarithmic) return scaled(z, power)
    return exponentialOf(z, exp((z[0] as number) * power), power)
  }
  return lawOf({ hazard, series, logarithmic }, scale)
}
