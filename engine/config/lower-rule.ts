// A rule of the language to a rule of the resolved config. Only for rules that were checked: what is wrong with one is
// an error of the program here.
import { createReport } from './problem.ts'
import { readRule } from './read-rule.ts'
import { RULES } from './rules/registry.ts'
import type { Lowering, RuleInput } from './rules/rule-spec.ts'
import type { ColumnType, Rule } from './types.ts'

/** Its resolved form, every parameter explicit. */
export function lowerRule(rule: RuleInput, context: Lowering): Rule {
  const spec = RULES.get(rule.type)
  if (spec === undefined) throw new Error(`no rule ${rule.type}`)
  return spec.lower(rule, context)
}

/** A rule inside another one, as written, read as a rule of values of the type. */
export function nestedRule(written: unknown, path: string, type: ColumnType): RuleInput {
  const rule = readRule(written, path, type, createReport())
  if (rule === null) throw new Error('a rule inside a rule was not checked')
  return rule
}
