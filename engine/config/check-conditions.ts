// Conditions: their columns exist and their values are of the column's type.
import { castScalar, literalOf } from './cast.ts'
import type { ColumnConfig, DatasetConfig } from './dataset-config.ts'
import { at, nameHint, quote, type Report } from './problem.ts'
import type { Condition, Operator } from './types.ts'

const TEXT_OPERATORS: readonly Operator[] = ['contains', 'starts_with', 'ends_with', 'matches']
const ORDER_OPERATORS: readonly Operator[] = ['<', '<=', '>', '>=', 'between']

export function checkConditions({ tables }: DatasetConfig, report: Report): void {
  for (const table of tables) {
    const columns = new Map(table.columns.map((column) => [column.name, column]))
    for (const { conditional_rules } of table.columns) {
      for (const { condition, path } of conditional_rules) {
        checkCondition(condition, at(path, 'condition'), columns, report)
      }
    }
  }
}

function checkCondition(
  condition: Condition,
  path: string,
  columns: ReadonlyMap<string, ColumnConfig>,
  report: Report,
): void {
  if ('not' in condition) {
    checkCondition(condition.not, at(path, 'not'), columns, report)
    return
  }
  if (!('column' in condition)) {
    const key = 'all' in condition ? 'all' : 'any'
    const inner = 'all' in condition ? condition.all : condition.any
    for (const [i, one] of inner.entries())
      checkCondition(one, at(at(path, key), i), columns, report)
    return
  }
  const column = columns.get(condition.column)
  if (column === undefined) {
    const hint = nameHint(condition.column, [...columns.keys()])
    report.problem(at(path, 'column'), `There is no column ${quote(condition.column)}`, hint)
  } else if (column.readable) checkComparison(condition, column, path, report)
}

type Comparison = Extract<Condition, { column: string }>

function checkComparison(
  { operator, value }: Comparison,
  { name, type }: ColumnConfig,
  path: string,
  report: Report,
): void {
  if (TEXT_OPERATORS.includes(operator) && type !== 'str' && type !== 'uuid') {
    const hint = `Compare ${name} with == or <`
    report.problem(at(path, 'operator'), `${operator} is for text, ${quote(name)} is ${type}`, hint)
    return
  }
  if (ORDER_OPERATORS.includes(operator) && (type === 'bool' || type === 'uuid')) {
    const hint = 'Use ==, !=, in or not_in'
    report.problem(at(path, 'operator'), `${quote(name)} is ${type}, which has no order`, hint)
    return
  }
  if (operator === 'is_null' || operator === 'is_not_null' || TEXT_OPERATORS.includes(operator))
    return
  for (const literal of Array.isArray(value) ? value : [value]) {
    if (castScalar(literal, type) !== undefined) continue
    const message = `${quote(literal)} is not ${literalOf(type)}, as ${quote(name)} is ${type}`
    report.problem(at(path, 'value'), message, `Write ${literalOf(type)}`)
  }
}
