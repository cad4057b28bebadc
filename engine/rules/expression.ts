// expression: a value computed from other columns of the row.

import { inRange } from './in-range.ts'
import type { Kernel, RuleContext, RuleOf } from './kernel.ts'
import type { Vector } from './vector.ts'

/** Digits that the column keeps after the point: they decide where exact results are rounded. */
function decimalsOf(rule: RuleOf<'expression'>, { column }: RuleContext): number | null {
  if (rule.decimals !== null) return rule.decimals
  if (column.type === 'decimal') return column.scale ?? 2
  return column.type === 'int' ? 0 : null
}

/** Whether these are the numbers that will be written; others change their scale first, and are checked then. */
function isFinal(vector: Vector, { type, scale }: RuleContext['column']): boolean {
  if (vector.kind !== 'number') return false
  if (type === 'str') return vector.type !== 'decimal'
  return vector.type === type && (type !== 'decimal' || vector.scale === (scale ?? 2))
}

/** A column of its own is laid out its own way, not as the column that it is computed from. */
function withoutShown(vector: Vector): Vector {
  if (vector.kind !== 'number' || !vector.shown) return vector
  const { shown: _shown, ...bare } = vector
  return bare
}

export function compileExpressionRule(rule: RuleOf<'expression'>, context: RuleContext): Kernel {
  const { vector, fill } = context.expression(
    rule.value,
    decimalsOf(rule, context),
    context.column.type,
  )
  const kernel = { vector: context.column.type === 'str' ? vector : withoutShown(vector), fill }
  return isFinal(kernel.vector, context.column) ? inRange(kernel, context.column) : kernel
}
