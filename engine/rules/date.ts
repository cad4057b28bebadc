// date, datetime and time: uniform over the days or seconds from min to max, both included.

import { createIndexDraw } from './index-draw.ts'
import type { NumberKernel, RuleContext, RuleOf } from './kernel.ts'
import { numberVector } from './vector.ts'

export function compileDate(
  rule: RuleOf<'date' | 'datetime' | 'time'>,
  context: RuleContext,
): NumberKernel {
  const vector = numberVector(rule.type, 0, context.capacity)
  const draw = createIndexDraw(context, rule.max - rule.min + 1)
  const { min } = rule
  return {
    vector,
    fill(rows) {
      const { values } = vector
      draw(values, rows)
      for (let i = 0; i < rows.n; i++) values[i] = min + (values[i] as number)
    },
  }
}
