// Zipf's law: P(k) goes like k^-s. The first values have a table; the sum over the others is an integral from half a
// step before to half a step behind (Euler and Maclaurin's rule), within 1e-8 of itself, and its inverse is closed.

import { exp, expm1, log, log1p } from '#engine/math/elementary.ts'
import { createFinder, type Support } from './count-table.ts'
import type { Draw } from './law.ts'

const TABLE_ENTRIES = 4096

/** The integral of x^-s from `a` to `b`. */
function integral(s: number, a: number, b: number): number {
  const power = 1 - s
  const start = exp(power * log(a))
  if (power === 0) return log(b / a)
  return (start * expm1(power * log(b / a))) / power
}

/** The b at which the integral from `a` is `area`. */
function integralEnd(s: number, a: number, area: number): number {
  const power = 1 - s
  if (power === 0) return a * exp(area)
  return a * exp(log1p((power * area) / exp(power * log(a))) / power)
}

/** Whole numbers of the support, which starts at 1 or later; s from 0 to 100. */
export function drawZipf(s: number, { first, last }: Support): Draw {
  const entries = Math.min(last - first + 1, TABLE_ENTRIES)
  const logFirst = log(first)
  const weights = new Float64Array(entries + 1)
  for (let k = 0; k < entries; k++) {
    weights[k] = exp(-s * (log(first + k) - logFirst))
  }
  // In units of the first value, so that no power is too small for a number.
  const start = (first + entries - 0.5) / first
  const tail = first + entries > last ? 0 : first * integral(s, start, (last + 0.5) / first)
  weights[entries] = tail
  const { indexOf, cumulated } = createFinder(weights)
  const before = cumulated[entries] as number
  return (unit) => {
    const index = indexOf(unit)
    if (index < entries) return first + index
    const area = (((unit - before) / (1 - before)) * tail) / first
    return Math.min(Math.ceil(integralEnd(s, start, area) * first - 0.5), last)
  }
}
