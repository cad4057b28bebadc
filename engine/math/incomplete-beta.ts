// The beta law of alpha a and beta b, at x = e^y: the logarithm keeps values that are too small for a number.
// Continued fraction of Didonato and Morris, algorithm 708 (1992), section 2.

import { exp, expm1, log } from './elementary.ts'
import { continuedFraction } from './fraction.ts'
import type { Tails } from './incomplete-gamma.ts'
import { deviance, stirlingError } from './log-gamma.ts'

const INVERSE_SQRT_2PI = 0.3989422804014327

/** x^a (1 - x)^b / B(a, b), with x and 1 - x also as logarithms. */
function weight(a: number, b: number, x: Point): number {
  const n = a + b
  const logN = log(n)
  const stirling = stirlingError(n) - stirlingError(a) - stirlingError(b)
  const spread = deviance(a, n * x.own, logN + x.logOwn) + deviance(b, n * x.rest, logN + x.logRest)
  return Math.sqrt((a * b) / n) * INVERSE_SQRT_2PI * exp(stirling - spread)
}

type Point = { own: number; rest: number; logOwn: number; logRest: number }

/** x = e^y for y < 0, and 1 - x. */
function pointAt(y: number): Point {
  const rest = -expm1(y)
  return { own: exp(y), rest, logOwn: y, logRest: log(rest) }
}

/** The density of y = ln x: x^a (1 - x)^(b - 1) / B(a, b); y < 0. */
export function betaDensity(a: number, b: number, y: number): number {
  const x = pointAt(y)
  return weight(a, b, x) / x.rest
}

function lowerTail(a: number, b: number, x: Point): number {
  const factor = weight(a, b, x)
  if (factor === 0) return 0
  const lambda = a - (a + b) * x.own
  const over = (k: number): number => {
    if (k === 0) return 1
    const step = a + 2 * k - 1
    return (((a + k - 1) * (a + b + k - 1)) / (step * step)) * k * (b - k) * x.own * x.own
  }
  const under = (k: number): number => {
    const step = a + 2 * k
    const first = k === 0 ? 0 : (k * (b - k) * x.own) / (step - 1)
    return k + first + ((a + k) * (lambda + 1 + k * (1 + x.rest))) / (step + 1)
  }
  return factor * continuedFraction(over, under)
}

/** Both tails at x = e^y; y < 0, a and b from 1e-3 to 1e6. */
export function betaTails(a: number, b: number, y: number): Tails {
  const x = pointAt(y)
  if (x.own <= a / (a + b)) {
    const lower = lowerTail(a, b, x)
    return { lower, upper: 1 - lower }
  }
  const mirrored = { own: x.rest, rest: x.own, logOwn: x.logRest, logRest: x.logOwn }
  const upper = lowerTail(b, a, mirrored)
  return { lower: 1 - upper, upper }
}
