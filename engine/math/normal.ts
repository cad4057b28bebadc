// The normal distribution: Phi by Marsaglia's series and a continued fraction ("Evaluating the normal
// distribution", 2004), its inverse by Wichura's algorithm AS 241 (1988), both to about 16 digits.

import { exp, log } from './elementary.ts'

const INVERSE_SQRT_2PI = 0.3989422804014327
const SERIES_LIMIT = 3

// AS 241, PPND16: numerators and denominators of the three rational approximations, highest power first.
const CENTRE_OVER = [
  2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946,
  1971.5909503065513, 133.14166789178438, 3.3871328727963665,
]
const CENTRE_UNDER = [
  5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751,
  687.1870074920579, 42.31333070160091, 1,
]
const MIDDLE_OVER = [
  0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684,
  3.6478483247632045, 5.769497221460691, 4.630337846156546, 1.4234371107496835,
]
const MIDDLE_UNDER = [
  1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008,
  0.6897673349851, 1.6763848301838038, 2.053191626637759, 1,
]
const TAIL_OVER = [
  2.0103343992922881e-7, 0.000027115555687434876, 0.0012426609473880784, 0.026532189526576124,
  0.29656057182850487, 1.7848265399172913, 5.463784911164114, 6.657904643501103,
]
const TAIL_UNDER = [
  2.0442631033899397e-15, 1.421511758316446e-7, 0.000018463183175100548, 0.0007868691311456133,
  0.014875361290850615, 0.1369298809227358, 0.599832206555888, 1,
]

/** Of degree 7. */
function polynomial(c: readonly number[], x: number): number {
  const [c7, c6, c5, c4] = [c[0] as number, c[1] as number, c[2] as number, c[3] as number]
  const [c3, c2, c1, c0] = [c[4] as number, c[5] as number, c[6] as number, c[7] as number]
  return ((((((c7 * x + c6) * x + c5) * x + c4) * x + c3) * x + c2) * x + c1) * x + c0
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
