// The normal distribution: Phi by Marsaglia's series and a continued fraction ("Evaluating the normal
// distribution", 2004), its inverse by Wichura's algorithm AS 241 (1988), both to about 16 digits.

import { exp, log } from './elementary.ts'

const INVERSE_SQRT_2PI = 0.3989422804014327
const SERIES_LIMIT = 3

// AS 241, PPND16: numerators and denominators of the three rational approximations. Spelled out, as lists of coefficients they take
// four times as long.

function centreOver(r: number): number {
  let sum = 2509.0809287301227 * r + 33430.57558358813
  sum = sum * r + 67265.7709270087
  sum = sum * r + 45921.95393154987
  sum = sum * r + 13731.69376550946
  sum = sum * r + 1971.5909503065513
  sum = sum * r + 133.14166789178438
  return sum * r + 3.3871328727963665
}

function centreUnder(r: number): number {
  let sum = 5226.495278852854 * r + 28729.085735721943
  sum = sum * r + 39307.89580009271
  sum = sum * r + 21213.794301586597
  sum = sum * r + 5394.196021424751
  sum = sum * r + 687.1870074920579
  sum = sum * r + 42.31333070160091
  return sum * r + 1
}

function middleOver(r: number): number {
  let sum = 0.0007745450142783414 * r + 0.022723844989269184
  sum = sum * r + 0.2417807251774506
  sum = sum * r + 1.2704582524523684
  sum = sum * r + 3.6478483247632045
  sum = sum * r + 5.769497221460691
  sum = sum * r + 4.630337846156546
  return sum * r + 1.4234371107496835
}

function middleUnder(r: number): number {
  let sum = 1.0507500716444169e-9 * r + 0.0005475938084995345
  sum = sum * r + 0.015198666563616457
  sum = sum * r + 0.14810397642748008
  sum = sum * r + 0.6897673349851
  sum = sum * r + 1.6763848301838038
  sum = sum * r + 2.053191626637759
  return sum * r + 1
}

function tailOver(r: number): number {
  let sum = 2.0103343992922881e-7 * r + 0.000027115555687434876
  sum = sum * r + 0.0012426609473880784
  sum = sum * r + 0.026532189526576124
  sum = sum * r + 0.29656057182850487
  sum = sum * r + 1.7848265399172913
  sum = sum * r + 5.463784911164114
  return sum * r + 6.657904643501103
}

function tailUnder(r: number): number {
  let sum = 2.0442631033899397e-15 * r + 1.421511758316446e-7
  sum = sum * r + 0.000018463183175100548
  sum = sum * r + 0.0007868691311456133
  sum = sum * r + 0.014875361290850615
  sum = sum * r + 0.1369298809227358
  sum = sum * r + 0.599832206555888
  return sum * r + 1
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
    return (q * centreOver(r)) / centreUnder(r)
  }
  const r = Math.sqrt(-log(q < 0 ? p : 1 - p))
  const x = r <= 5 ? middleOver(r - 1.6) / middleUnder(r - 1.6) : tailOver(r - 5) / tailUnder(r - 5)
  return q < 0 ? -x : x
}
