// The gamma and the beta law.

import { log, log1p } from '#engine/math/elementary.ts'
import { betaDensity, betaTails } from '#engine/math/incomplete-beta.ts'
import { gammaDensity, gammaTails, type Tails } from '#engine/math/incomplete-gamma.ts'
import { logGamma } from '#engine/math/log-gamma.ts'
import { inversePhi } from '#engine/math/normal.ts'
import { type DensityLaw, densitySeries } from './density-series.ts'
import type { Law } from './law.ts'
import { createQuantile } from './quantile-cells.ts'
import { solveRising } from './solve.ts'

/** Below this shape a quantile of probability w goes like w to the fifth and more: its logarithm is tabulated. */
const STEEP_SHAPE = 0.2

type Curve = {
  readonly tails: (y: number) => Tails
  readonly density: (y: number) => number
  readonly start: (w: number, upper: boolean) => number
  /** ln x stays below. */
  readonly highest: number
}

/** ln x for a probability of either tail: the logarithm of a tail is nearly straight, which suits Newton. */
function solver({ tails, density, start, highest }: Curve): DensityLaw['solve'] {
  return (w, upper) => {
    const logW = log(w)
    const evaluate = (y: number) => {
      const tail = upper ? tails(y).upper : tails(y).lower
      const value = upper ? logW - log(tail) : log(tail) - logW
      return { value, slope: density(y) / tail }
    }
    return solveRising(evaluate, start(w, upper), Number.NEGATIVE_INFINITY, highest)
  }
}

/** Wilson and Hilferty's cube (1931), or the power law near zero. */
function gammaStart(shape: number): Curve['start'] {
  const logFactor = logGamma(shape + 1)
  return (w, upper) => {
    const z = upper ? -inversePhi(w) : inversePhi(w)
    const root = 1 - 1 / (9 * shape) + z / (3 * Math.sqrt(shape))
    if (shape >= 1 && root > 0.3) return log(shape) + 3 * log(root)
    return ((upper ? log1p(-w) : log(w)) + logFactor) / shape
  }
}

/** Shape from 1e-3 to 1e6. */
export function gammaLaw(shape: number, scale: number): Law {
  const tails = (y: number) => gammaTails(shape, y)
  const density = (y: number) => gammaDensity(shape, y)
  const highest = Number.POSITIVE_INFINITY
  const law: DensityLaw = {
    solve: solver({ tails, density, start: gammaStart(shape), highest }),
    density,
    slope: { power: shape, pull: 1, limit: 0 },
    logarithmic: shape < STEEP_SHAPE,
  }
  const lower = createQuantile(densitySeries(law, false))
  const upper = createQuantile(densitySeries(law, true))
  return {
    lower: (x) => (x <= 0 ? 0 : tails(log(x / scale)).lower),
    upper: (x) => (x <= 0 ? 1 : tails(log(x / scale)).upper),
    lowerQuantile: (w) => scale * lower(w),
    upperQuantile: (w) => scale * upper(w),
  }
}

function betaStart(a: number, b: number): Curve['start'] {
  const logFactor = log(a) + logGamma(a) + logGamma(b) - logGamma(a + b)
  const logMean = -log1p(b / a)
  return (w) => Math.min((log(w) + logFactor) / a, logMean)
}

/** Quantiles of the lower half; those of the upper one are of the law with its parameters exchanged. */
function betaQuantile(a: number, b: number): (w: number) => number {
  const tails = (y: number) => betaTails(a, b, y)
  const density = (y: number) => betaDensity(a, b, y)
  const law: DensityLaw = {
    solve: solver({ tails, density, start: betaStart(a, b), highest: 0 }),
    density,
    slope: { power: a, pull: b - 1, limit: 1 },
    logarithmic: a < STEEP_SHAPE,
  }
  return createQuantile(densitySeries(law, false))
}

/** Alpha and beta from 0.02 to 1e6. */
export function betaLaw(alpha: number, beta: number): Law {
  const fromBelow = betaQuantile(alpha, beta)
  const fromAbove = betaQuantile(beta, alpha)
  const tailsAt = (x: number): Tails => {
    if (x <= 0) return { lower: 0, upper: 1 }
    return x >= 1 ? { lower: 1, upper: 0 } : betaTails(alpha, beta, log(x))
  }
  return {
    lower: (x) => tailsAt(x).lower,
    upper: (x) => tailsAt(x).upper,
    lowerQuantile: fromBelow,
    upperQuantile: (w) => 1 - fromAbove(w),
  }
}
