// The logarithm of the gamma function, and the parts into which densities of large parameters are taken so that
// their digits survive (Loader, "Fast and accurate computation of binomial probabilities", 2000).

import { excessOverLog1p, log } from './elementary.ts'

const HALF_LOG_2PI = 0.9189385332046728
/** From here Stirling's series has all digits. */
const SERIES_FROM = 12

/** The series of Stirling's error in 1/a, its coefficients from the Bernoulli numbers. */
function errorSeries(a: number): number {
  const z = 1 / (a * a)
  const tail = 1 / 1188 - z * (691 / 360_360 - z * (1 / 156))
  return (1 / 12 - z * (1 / 360 - z * (1 / 1260 - z * (1 / 1680 - z * tail)))) / a
}

/** ln Gamma(a) for a > 0, to about 1e-15 absolute or relative, whichever is more. */
export function logGamma(a: number): number {
  let product = 1
  let from = a
  for (; from < SERIES_FROM; from++) product *= from
  return (from - 0.5) * log(from) - from + HALF_LOG_2PI + errorSeries(from) - log(product)
}

/** ln Gamma(a + 1) less its approximation by Stirling, (a + 1/2) ln a - a + ln(2 pi) / 2; a > 0. */
export function stirlingError(a: number): number {
  if (a >= SERIES_FROM) return errorSeries(a)
  return logGamma(a + 1) - (a + 0.5) * log(a) + a - HALF_LOG_2PI
}

/** m - a - a ln(m / a), where m may be too small for a number: `logM` is its logarithm. */
export function deviance(a: number, m: number, logM: number): number {
  const d = (m - a) / a
  if (d > -0.29 && d < 0.41) return a * excessOverLog1p(d)
  return m - a - a * (logM - log(a))
}
