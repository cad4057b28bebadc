// Which columns of the row another column is made of.
import { namesInExpression } from '#engine/expression/names.ts'
import type { ColumnConfig, RuleInput, TableConfig } from './dataset-config.ts'
import { rulesOfColumn } from './rules-of-column.ts'
import { slotsOf } from './template.ts'
import type { Condition } from './types.ts'

/** Each name once; names that are no columns are left out. */
export function dependenciesOf(column: ColumnConfig, table: TableConfig): string[] {
  const { conditional_rules, nullable } = column
  const inText = (text: string): string[] => columnsOfText(text, column, table)
  const found = [
    ...rulesOfColumn(column).flatMap(({ rule }) => namesInRule(rule, inText)),
    ...conditional_rules.flatMap(({ condition }) => namesInCondition(condition)),
    ...(nullable !== null && 'when' in nullable ? inText(nullable.when) : []),
  ]
  const names = new Set(table.columns.map(({ name }) => name))
  return [...new Set(found)].filter((name) => names.has(name))
}

function namesInRule(rule: RuleInput, inText: (text: string) => string[]): string[] {
  const { type, value, from } = rule
  if (type === 'template' && typeof value === 'string') return slotsOf(value)
  if (type === 'expression' && typeof value === 'string') return inText(value)
  return Array.isArray(from) ? from.map(String) : []
}

/** Columns of an expression; a parent's column needs the key where that may be null, but not inside the key itself. */
function columnsOfText(text: string, column: ColumnConfig, table: TableConfig): string[] {
  const { columns, parents } = namesInExpression(text)
  const keys = table.foreign_keys.filter(({ parent_table, child_columns }) =>
    parents.some(
      ({ object }) =>
        object === 'parent' || object === parent_table || child_columns.includes(object),
    ),
  )
  const nullable = keys
    .flatMap(({ child_columns }) => (child_columns.includes(column.name) ? [] : child_columns))
    .filter((name) => table.columns.some((one) => one.name === name && one.nullable !== null))
  return [...columns, ...nullable]
}

/** Columns that a condition looks at, in order, with repeats. */
function namesInCondition(condition: Condition): string[] {
  if ('column' in condition) return [condition.column]
  if ('not' in condition) return namesInCondition(condition.not)
  const inner = 'all' in condition ? condition.all : condition.any
  return inner.flatMap(namesInCondition)
}
