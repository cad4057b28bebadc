// Normal scores of pieces, and what is left of a correlation when two normal variables are seen through their pieces.

import { exp } from '#engine/math/elementary.ts'
import { inversePhi } from '#engine/math/normal.ts'

const INVERSE_SQRT_2PI = 0.3989422804014327

/** Terms of the expansion; what lies behind matters for correlations next to 1 alone, which are limited anyhow. */
const TERMS = 64

/** Where the pieces begin and end on the normal scale: -Infinity, then one end after another, Infinity at last. */
export function thresholdsOf(mass: Float64Array): Float64Array {
  const thresholds = new Float64Array(mass.length + 1)
  thresholds[0] = Number.NEGATIVE_INFINITY
  let below = 0
  for (let piece = 0; piece < mass.length - 1; piece++) {
    below += mass[piece] as number
    thresholds[piece + 1] = inversePhi(Math.min(Math.max(below, 1e-15), 1 - 1e-15))
  }
  thresholds[mass.length] = Number.POSITIVE_INFINITY
  return thresholds
}

export function density(x: number): number {
  return Math.abs(x) > 38 ? 0 : INVERSE_SQRT_2PI * exp(-0.5 * x * x)
}

/** The mean of the normal variable inside each piece. */
export function scoresOf(mass: Float64Array): Float64Array {
  const densities = thresholdsOf(mass).map(density)
  return mass.map((share, piece) => {
    return ((densities[piece] as number) - (densities[piece + 1] as number)) / share
  })
}

/** Coefficients of the scores, as a function of the normal variable, in Hermite polynomials of unit norm: 1 to `TERMS`. */
export function hermiteOf(mass: Float64Array): Float64Array {
  const scores = scoresOf(mass)
  const thresholds = thresholdsOf(mass)
  const coefficients = new Float64Array(TERMS)
  for (let at = 1; at < mass.length; at++) {
    const x = thresholds[at] as number
    const jump = ((scores[at] as number) - (scores[at - 1] as number)) * density(x)
    let [before, polynomial] = [0, 1]
    for (let n = 1; n <= TERMS; n++) {
      coefficients[n - 1] = (coefficients[n - 1] as number) + (jump * polynomial) / Math.sqrt(n)
      const next = (x * polynomial - Math.sqrt(n - 1) * before) / Math.sqrt(n)
      before = polynomial
      polynomial = next
    }
  }
  return coefficients
}

/** Covariance of two variables' scores when the normal variables correlate so (Mehler 1866). */
function covarianceAt(correlation: number, a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let n = TERMS - 1; n >= 0; n--)
    sum = correlation * (sum + (a[n] as number) * (b[n] as number))
  return sum
}

/** A correlation that gives this share of the covariance at the end of a flat stretch stands for the whole stretch. */
const FLAT_SHARE = 0.98

/**
 * The correlation of two normal variables whose scores have this covariance: found by halving, since the covariance
 * grows with it (as for NORTA, Cario and Nelson 1997). Within -most and most; 0 where scores do not vary. Beyond what
 * any correlation gives, the end; or where all strong correlations give about the same, as two rare values that
 * exclude each other do, the weakest of these.
 */
export function latentCorrelation(
  covariance: number,
  a: Float64Array,
  b: Float64Array,
  most: number,
): number {
  const sign = covariance < 0 ? -1 : 1
  const reach = Math.abs(covarianceAt(sign * most, a, b))
  if (reach < 1e-12) return 0
  const flat = Math.abs(covarianceAt(sign * 0.9, a, b)) > FLAT_SHARE * reach
  const goal = Math.min(Math.abs(covariance), flat ? FLAT_SHARE * reach : Number.POSITIVE_INFINITY)
  let [low, high] = [0, most]
  for (let halving = 0; halving < 40; halving++) {
    const middle = (low + high) / 2
    if (sign * covarianceAt(sign * middle, a, b) < goal) low = middle
    else high = middle
  }
  return (sign * (low + high)) / 2
}
