// expression: a value computed from other columns of the row.

import type { Kernel, RuleContext, RuleOf } from './kernel.ts'

/** Digits that the column keeps after the point: they decide where exact results are rounded. */
function decimalsOf(rule: RuleOf<'expression'>, { column }: RuleContext): number | null {
  if (rule.decimals !== null) return rule.decimals
  if (column.type === 'decimal') return column.scale ?? 2
  return column.type === 'int' ? 0 : null
}

export function compileExpressionRule(rule: RuleOf<'expression'>, context: RuleContext): Kernel {
  return context.expression(rule.value, decimalsOf(rule, context))
}
