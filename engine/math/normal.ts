// The normal distribution: Phi by Marsaglia's series and a continued fraction ("Evaluating the normal
// distribution", 2004), its inverse by Wichura's algorithm AS 241 (1988), both to about 16 digits.

import { exp, log } from './elementary.ts'

const INVERSE_SQRT_2PI = 0.3989422804014326779399461
const SERIES_LIMIT = 3

// AS 241, PPND16: numerators and denominators of the three rational approximations, highest power first.
const CENTRE_OVER = [
  2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
  13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608,
]
const CENTRE_UNDER = [
  5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
  5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1,
]
const MIDDLE_OVER = [
  7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177,
  1.27045825245236838258, 3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959,
  1.42343711074968357734,
]
const MIDDLE_UNDER = [
  1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966,
  0.14810397642748007459, 0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1,
]
const TAIL_OVER = [
  2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386,
  0.026532189526576123093, 0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699,
  6.6579046435011037772,
]
const TAIL_UNDER = [
  2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5,
  7.868691311456132591e-4, 0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769,
  1,
]

function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0
  for (let k = 0; k < coefficients.length; k++) sum = sum * x + (coefficients[k] as number)
  return sum
}

/** P(Z <= -x) for x >= 3, by the continued fraction of Mills' ratio. */
function upperTail(x: number): number {
  let fraction = x
  for (let k = 120; k > 0; k--) fraction = x + k / fraction
  return (INVERSE_SQRT_2PI * exp(-0.5 * x * x)) / fraction
}

/** P(Z <= x) of a standard normal Z. */
export function phi(x: number): number {
  if (x <= -SERIES_LIMIT) return upperTail(-x)
  if (x >= SERIES_LIMIT) return 1 - upperTail(x)
  let term = x
  let sum = x
  for (let odd = 3; sum !== sum + term; odd += 2) {
    term *= (x * x) / odd
    sum += term
  }
  return 0.5 + INVERSE_SQRT_2PI * exp(-0.5 * x * x) * sum
}

/** The x with phi(x) = p, for 0 < p < 1. */
export function inversePhi(p: number): number {
  const q = p - 0.5
  if (q >= -0.425 && q <= 0.425) {
    const r = 0.180625 - q * q
    return (q * polynomial(CENTRE_OVER, r)) / polynomial(CENTRE_UNDER, r)
  }
  const r = Math.sqrt(-log(q < 0 ? p : 1 - p))
  const x =
    r <= 5
      ? polynomial(MIDDLE_OVER, r - 1.6) / polynomial(MIDDLE_UNDER, r - 1.6)
      : polynomial(TAIL_OVER, r - 5) / polynomial(TAIL_UNDER, r - 5)
  return q < 0 ? -x : x
}
