// References of a table to itself: rows, nulls and columns that a tree or graph needs.
import { namesInExpression } from '#engine/expression/names.ts'
import type {
  ColumnConfig,
  DatasetConfig,
  ForeignKeyConfig,
  TableConfig,
} from './dataset-config.ts'
import { dependenciesOf } from './dependencies.ts'
import { findCycle } from './find-cycle.ts'
import { at, quote, type Report } from './problem.ts'
import { rulesOfColumn } from './rules-of-column.ts'

export function checkSelf({ tables }: DatasetConfig, report: Report): void {
  for (const table of tables) {
    checkAncestry(table, report)
    for (const key of table.foreign_keys) {
      if (key.parent_table === table.name) checkKey(key, table, report)
      else if (key.self !== null) {
        const message = `${key.self.type} is for references of ${quote(table.name)} to itself`
        report.problem(at(key.path, key.self.type), message, 'Write children, or remove it')
      }
    }
  }
}

/** A column may not need itself of the parent row: that one would need its parent's, without end. */
function checkAncestry(table: TableConfig, report: Report): void {
  const own = table.foreign_keys.filter(({ parent_table }) => parent_table === table.name)
  if (own.length === 0) return
  const needs = table.columns.map((column): [string, string[]] => {
    const ofParent = textsOf(column).flatMap((text) =>
      namesInExpression(text)
        .parents.filter(({ object }) => isSelf(object, own, table))
        .map(({ property }) => property),
    )
    return [column.name, ofParent]
  })
  const rows = new Map(table.columns.map((one) => [one.name, dependenciesOf(one, table)]))
  if (findCycle(rows) !== null) return
  const all = new Map(
    needs.map(([name, parents]) => [name, [...(rows.get(name) ?? []), ...parents]]),
  )
  const cycle = findCycle(all)
  if (cycle === null) return
  const column = table.columns.find(({ name }) => name === cycle[0])
  const message = `${quote(cycle[0])} needs itself of the parent row: ${cycle.join(' -> ')}`
  const hint = 'Make it of columns that each row makes for itself'
  report.problem(column?.path ?? table.path, message, hint)
}

function textsOf(column: ColumnConfig): string[] {
  const { nullable } = column
  const texts = rulesOfColumn(column).flatMap(({ rule: { type, value } }) =>
    type === 'expression' && typeof value === 'string' ? [value] : [],
  )
  return nullable !== null && 'when' in nullable ? [...texts, nullable.when] : texts
}

function isSelf(object: string, own: readonly ForeignKeyConfig[], table: TableConfig): boolean {
  if (object === 'parent') return table.foreign_keys.length === own.length
  return object === table.name || own.some(({ child_columns }) => child_columns.includes(object))
}

function checkKey(key: ForeignKeyConfig, table: TableConfig, report: Report): void {
  if (key.children !== null) {
    const message = `${quote(table.name)} refers to itself, so its rows are no children of other rows`
    report.problem(at(key.path, 'children'), message, 'Write tree: {depth: 4, roots: 1} and rows')
  }
  for (const name of key.child_columns) {
    const column = table.columns.find((one) => one.name === name)
    if (column === undefined) continue
    if (column.primary_key || column.unique || column.not_null) {
      const constraint = column.primary_key ? 'PK' : column.unique ? 'unique' : 'not_null'
      const message = `The first rows of ${quote(table.name)} have no parent, so ${quote(name)} is null there`
      report.problem(at(column.path, 'constraints'), message, `Remove ${constraint}`)
    }
  }
  checkNeeds(key, table, report)
}

/** What is taken from the parent row may not itself be taken from a parent row of the same table. */
function checkNeeds(
  { path, parent_columns, copies }: ForeignKeyConfig,
  table: TableConfig,
  report: Report,
) {
  const taken = new Set(
    table.foreign_keys
      .filter(({ parent_table }) => parent_table === table.name)
      .flatMap((key) => [...key.child_columns, ...key.copies.map(({ to }) => to)]),
  )
  const open = [...parent_columns, ...copies.map(({ from }) => from)]
  const seen = new Set(open)
  for (const name of open) {
    if (taken.has(name)) {
      const message = `${quote(name)} is taken from the parent row, and the parent's is needed for it`
      report.problem(path, message, 'Refer to columns that each row makes for itself')
      return
    }
    const column = table.columns.find((one) => one.name === name)
    const needs = column === undefined ? [] : dependenciesOf(column, table)
    for (const need of needs.filter((one) => !seen.has(one))) {
      seen.add(need)
      open.push(need)
    }
  }
}
