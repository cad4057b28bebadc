// together: one of a list of combinations, of which each column shows its own value.

import { RULE_DRAW } from '#engine/random/draws.ts'
import { compileChoice } from './choice.ts'
import type { Kernel, RuleContext, RuleOf } from './kernel.ts'

/** All columns of the list draw where its first column does, so they draw the same combination. */
export function compileTogether(rule: RuleOf<'together'>, context: RuleContext): Kernel {
  const { values, weights, lead } = rule
  const stream = { key: context.keyOf(lead), draw: RULE_DRAW }
  return compileChoice({ type: 'choice', values, weights }, { ...context, stream })
}
