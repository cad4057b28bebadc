// normal and lognormal by inversion: one uniform number a value, so min and max cut the law itself and no
// draw is ever thrown away. A lognormal's mean and stddev are those of the value's logarithm.

import { exp, log } from '#engine/math/elementary.ts'
import { inversePhi, phi } from '#engine/math/normal.ts'
import { openUnitOf } from '#engine/random/uniform.ts'
import type { NumberKernel, RuleContext, RuleOf } from './kernel.ts'
import { createRounding } from './rounding.ts'
import { numberVector } from './vector.ts'

/** The greatest double below 1. */
const LARGEST_UNIT = 1 - Number.EPSILON / 2

type NormalRule = RuleOf<'normal'>

/** Bound of the underlying normal in standard deviations. */
function standardised(rule: NormalRule, bound: number | null, none: number): number {
  if (bound === null) return none
  const value = rule.type === 'lognormal' ? log(Math.max(bound, 0)) : bound
  if (rule.stddev === 0) return none
  return (value - rule.mean) / rule.stddev
}

/** Standard normal values between a and b, as a function of a uniform number in (0, 1). */
function truncated(a: number, b: number): (unit: number) => number {
  if (a > 0) {
    // Above the centre Phi has no digits left for the tail: draw from the mirrored lower tail.
    const mirrored = truncated(-b, -a)
    return (unit) => -mirrored(1 - unit)
  }
  const low = phi(a)
  const width = phi(b) - low
  return (unit) => inversePhi(Math.min(Math.max(low + unit * width, 1e-300), LARGEST_UNIT))
}

function standardDraw(rule: NormalRule): (unit: number) => number {
  if (rule.min === null && rule.max === null) return inversePhi
  const a = standardised(rule, rule.min, Number.NEGATIVE_INFINITY)
  const b = standardised(rule, rule.max, Number.POSITIVE_INFINITY)
  return truncated(a, b)
}

export function compileNormal(rule: NormalRule, context: RuleContext): NumberKernel {
  const { mean, stddev, decimals } = rule
  const asFloat = context.column.type === 'float'
  const type = asFloat ? 'float' : decimals === 0 ? 'int' : 'decimal'
  const vector = numberVector(type, decimals, context.capacity)
  const standard = standardDraw(rule)
  const round = createRounding(rule, !asFloat)
  return {
    vector,
    fill(rows) {
      const [high, low] = context.random.words(rows, context.stream, 0)
      const { values } = vector
      for (let i = 0; i < rows.n; i++) {
        const unit = openUnitOf(high[i] as number, low[i] as number)
        values[i] = mean + stddev * standard(unit)
      }
      if (rule.type === 'lognormal') {
        for (let i = 0; i < rows.n; i++) values[i] = exp(values[i] as number)
      }
      round(values, rows.n)
    },
  }
}
