// A rule that stands outside a column of the config: it makes whole numbers and knows no other column.
import { createReport } from './problem.ts'
import { readRule } from './read-rule.ts'
import { RULES } from './rules/registry.ts'
import type { Lowering, RuleInput } from './rules/rule-spec.ts'
import type { Rule } from './types.ts'

const context: Lowering = {
  columnType: 'int',
  scale: null,
  locale: 'en',
  nowSeconds: 0,
  isColumn: () => false,
  column: '',
  unique: false,
  others: [],
  lowerShort: (name) => lowerAlone({ type: name }),
  lowerNested: (written) => {
    const rule = readRule(written, '', 'int', createReport())
    if (rule === null) throw new Error('a rule inside a rule was not checked')
    return lowerAlone(rule)
  },
  ruleOf: () => null,
  entity: () => null,
  reference: null,
}

/** The resolved rule of one that was read for an int column without problems. */
export function lowerAlone(rule: RuleInput): Rule {
  const spec = RULES.get(rule.type)
  if (spec === undefined) throw new Error(`no rule ${rule.type}`)
  return spec.lower(rule, context)
}
