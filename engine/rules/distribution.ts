// Columns drawn from laws by inversion: one uniform number a value.

import type { LawRule } from '#engine/config/types.ts'
import { drawOf, isCount } from '#engine/laws/draw.ts'
import type { Draw } from '#engine/laws/law.ts'
import { openUnitOf } from '#engine/random/uniform.ts'
import type { NumberKernel, RuleContext } from './kernel.ts'
import { createRounding } from './rounding.ts'
import { type NumberVector, numberVector } from './vector.ts'

function drawn(vector: NumberVector, draw: Draw, context: RuleContext): NumberKernel {
  return {
    vector,
    fill(rows) {
      const [high, low] = context.random.words(rows, context.stream, 0)
      const { values } = vector
      for (let i = 0; i < rows.n; i++) {
        values[i] = draw(openUnitOf(high[i] as number, low[i] as number))
      }
    },
  }
}

export function compileDistribution(rule: LawRule, context: RuleContext): NumberKernel {
  const draw = drawOf(rule)
  if (isCount(rule)) return drawn(numberVector('int', 0, context.capacity), draw, context)
  const asFloat = context.column.type === 'float'
  const type = asFloat ? 'float' : rule.decimals === 0 ? 'int' : 'decimal'
  const round = createRounding(rule, !asFloat)
  const vector = numberVector(type, rule.decimals, context.capacity)
  const { fill } = drawn(vector, draw, context)
  return {
    vector,
    fill(rows) {
      fill(rows)
      round(vector.values, rows.n)
    },
  }
}
