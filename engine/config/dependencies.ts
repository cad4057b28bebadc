// Which columns of the row another column is made of.
import type { ColumnConfig, RuleInput } from './dataset-config.ts'
import { slotsOf } from './template.ts'
import type { Condition } from './types.ts'

/** Each name once; names that are no columns are left out. */
export function dependenciesOf(column: ColumnConfig, names: ReadonlySet<string>): string[] {
  const { rule, conditional_rules, nullable } = column
  const found = [
    ...(rule === null ? [] : namesInRule(rule)),
    ...conditional_rules.flatMap((one) => [
      ...namesInCondition(one.condition),
      ...namesInRule(one.rule),
    ]),
    ...(nullable !== null && 'when' in nullable ? namesInExpression(nullable.when) : []),
  ]
  return [...new Set(found)].filter((name) => names.has(name))
}

function namesInRule(rule: RuleInput): string[] {
  const { type, value, from } = rule
  if (type === 'template' && typeof value === 'string') return slotsOf(value)
  if (type === 'expression' && typeof value === 'string') return namesInExpression(value)
  return Array.isArray(from) ? from.map(String) : []
}

/** Columns that a condition looks at, in order, with repeats. */
export function namesInCondition(condition: Condition): string[] {
  if ('column' in condition) return [condition.column]
  if ('not' in condition) return namesInCondition(condition.not)
  const inner = 'all' in condition ? condition.all : condition.any
  return inner.flatMap(namesInCondition)
}

/** Identifiers that are neither called nor members; the names of literals and functions are among them. */
export function namesInExpression(text: string): string[] {
  const bare = text.replaceAll(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g, ' ')
  const found = bare.matchAll(
    /(?<![\p{L}\p{N}_.$])[\p{L}_$][\p{L}\p{N}_$]*(?!\s*\(|[\p{L}\p{N}_$]|\s*:)/gu,
  )
  return [...found].map(([name]) => name)
}
