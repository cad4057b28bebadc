// A rule that stands outside a column of the config: it makes whole numbers and knows no other column.
import { lowerRule, nestedRule } from './lower-rule.ts'
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
  lowerNested: (written) => lowerAlone(nestedRule(written, '', 'int')),
  ruleOf: () => null,
  entity: () => null,
  reference: null,
}

/** The resolved rule of one that was read for an int column without problems. */
export function lowerAlone(rule: RuleInput): Rule {
  return lowerRule(rule, context)
}
