// Expressions of rules and of `nullable: {when}`: names, functions and types, with the place of the fault.
import { checkExpression } from '#engine/expression/compile.ts'
import { namesInExpression } from '#engine/expression/names.ts'
import type { ExpressionProblem } from '#engine/expression/problem.ts'
import type { ParentRef } from '#engine/rules/kernel.ts'
import { checkLaw } from './check-law.ts'
import type { ColumnConfig, DatasetConfig, TableConfig } from './dataset-config.ts'
import { at, quote, type Report } from './problem.ts'
import { type PlacedRule, rulesOfColumn } from './rules-of-column.ts'
import type { ColumnType } from './types.ts'

/** What the expressions of one table may name. */
type Scope = { table: TableConfig; parents: readonly ParentRef[]; report: Report }

export function checkExpressions(config: DatasetConfig, report: Report): void {
  for (const table of config.tables) {
    const scope = { table, parents: parentsOf(table, config), report }
    for (const column of table.columns) checkColumn(column, scope)
  }
}

/** The foreign keys of a table as expressions see them. */
function parentsOf(table: TableConfig, { tables }: DatasetConfig): ParentRef[] {
  return table.foreign_keys.map(({ parent_table, child_columns }, foreignKey) => ({
    table: parent_table,
    foreignKey,
    childColumns: child_columns,
    nullable: [],
    columns: tables.find(({ name }) => name === parent_table)?.columns ?? [],
  }))
}

function checkColumn(column: ColumnConfig, scope: Scope): void {
  const { path, nullable } = column
  for (const placed of rulesOfColumn(column)) checkRule(placed, scope)
  if (nullable !== null && 'when' in nullable) {
    check(nullable.when, at(at(path, 'nullable'), 'when'), 'bool', scope)
  }
}

function checkRule({ rule, path, type }: PlacedRule, scope: Scope): void {
  if (rule.type !== 'expression') return
  const before = scope.report.problems.length
  for (const [key, text] of Object.entries(rule['formulas'] ?? {}))
    check(String(text), at(path, key), 'float', scope)
  if (scope.report.problems.length > before) return
  check(String(rule['value']), at(path, 'value'), type, scope)
}

function check(text: string, path: string, result: ColumnType, scope: Scope): void {
  const { table, parents, report } = scope
  if (namesUnreadable(text, scope)) return
  for (const problem of checkExpression(text, table.columns, result, { parents, checkLaw })) {
    reportProblem(problem, text, path, report)
  }
}

/** Whether a column that could not be read is named: its own problem is reported already. */
function namesUnreadable(text: string, { table, parents }: Scope): boolean {
  const names = namesInExpression(text)
  const unreadable = (columns: readonly object[]): string[] =>
    (columns as readonly ColumnConfig[]).flatMap(({ name, readable }) => (readable ? [] : [name]))
  const own = unreadable(table.columns)
  const theirs = parents.flatMap(({ columns }) => unreadable(columns))
  return (
    names.columns.some((name) => own.includes(name)) ||
    names.parents.some(({ property }) => theirs.includes(property))
  )
}

/** Where the fault is, and what stands there. */
function placeIn(text: string, offset: number): string {
  const rest = text.slice(offset).replaceAll(/\s+/g, ' ').trim()
  const lines = text.slice(0, offset).split('\n')
  const character = `Character ${offset + 1} of the expression`
  const line = lines.length > 1 ? ` (line ${lines.length}, ${(lines.at(-1) ?? '').length + 1})` : ''
  return rest === '' ? `${character}${line}, its end` : `${character}${line}, at ${quote(rest)}`
}

function reportProblem(
  { offset, message, hint, later }: ExpressionProblem,
  text: string,
  path: string,
  report: Report,
): void {
  const said = `${placeIn(text, offset)}: ${message}`
  const works = hint ?? 'Write for example "quantity * unit_price"'
  if (later) report.unsupported(path, said, works, { within: offset })
  else report.problem(path, said, works, { within: offset })
}
