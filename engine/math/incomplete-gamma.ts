// The gamma law of shape a and scale 1, at x = e^y: the logarithm keeps values that are too small for a number.
// Series and continued fraction as in Abramowitz and Stegun 6.5.29 and 6.5.31.

import { exp } from './elementary.ts'
import { continuedFraction } from './fraction.ts'
import { deviance, stirlingError } from './log-gamma.ts'

const INVERSE_SQRT_2PI = 0.3989422804014327
const TERMS_MAX = 100_000

/** P(X <= x) and P(X > x); the smaller one to full relative accuracy. */
export type Tails = { lower: number; upper: number }

/** The density of y = ln x: x^a e^-x / Gamma(a). */
export function gammaDensity(a: number, y: number): number {
  return Math.sqrt(a) * INVERSE_SQRT_2PI * exp(-stirlingError(a) - deviance(a, exp(y), y))
}

/** Both tails at x = e^y; a from 1e-3 to 1e6. */
export function gammaTails(a: number, y: number): Tails {
  const x = exp(y)
  const density = gammaDensity(a, y)
  if (x < a + 1) {
    let term = 1 / a
    let sum = term
    for (let k = 1; k < TERMS_MAX && term > sum * 1e-17; k++) {
      term *= x / (a + k)
      sum += term
    }
    const lower = density * sum
    return { lower, upper: 1 - lower }
  }
  if (density === 0) return { lower: 1, upper: 0 }
  const fraction = continuedFraction(
    (k) => (k === 0 ? 1 : k * (a - k)),
    (k) => x + 2 * k + 1 - a,
  )
  const upper = density * fraction
  return { lower: 1 - upper, upper }
}
