// Constraints of tables: their columns exist, suit them, and can be brought to agree without breaking what else was asked.

import { checkExpression } from '#engine/expression/compile.ts'
import { namesInExpression } from '#engine/expression/names.ts'
import { castScalar, literalOf } from './cast.ts'
import type {
  ColumnConfig,
  DatasetConfig,
  TableConfig,
  TableConstraintConfig,
} from './dataset-config.ts'
import { dependenciesOf } from './dependencies.ts'
import { findCycle } from './find-cycle.ts'
import { jointGroups } from './joint-groups.ts'
import { at, nameHint, quote, type Report } from './problem.ts'
import type { ColumnType } from './types.ts'

const ORDERED: readonly ColumnType[] = ['int', 'float', 'decimal', 'date', 'datetime', 'time']
const SUMMED: readonly ColumnType[] = ['int', 'decimal']
/** Their values may not change places. */
const UNMOVABLE = ['sequence', 'reference', 'series', 'walk', 'state_machine']

export function checkConstraints({ tables }: DatasetConfig, report: Report): void {
  for (const table of tables) {
    const seen = new Map<string, string>()
    for (const constraint of table.constraints) checkOne(constraint, seen, table, report)
    checkCircles(table, report)
    checkDirections(table, report)
  }
}

/** Columns that a constraint changes, each once. */
export function columnsOf(constraint: TableConstraintConfig): string[] {
  if (constraint.type !== 'order') return constraint.columns
  const names = constraint.relations.flatMap(({ low, high }) =>
    [low, high].flatMap((operand) => ('column' in operand ? [operand.column] : [])),
  )
  return [...new Set(names)]
}

function checkOne(
  constraint: TableConstraintConfig,
  seen: Map<string, string>,
  table: TableConfig,
  report: Report,
): void {
  const { path, type } = constraint
  const names = table.columns.map(({ name }) => name)
  const members: ColumnConfig[] = []
  for (const name of columnsOf(constraint)) {
    const column = table.columns.find((one) => one.name === name)
    if (column === undefined) {
      report.problem(
        path,
        `${quote(table.name)} has no column ${quote(name)}`,
        nameHint(name, names),
      )
      continue
    }
    const before = seen.get(name)
    if (before !== undefined && (before !== 'order' || type !== 'order')) {
      const message = `${quote(name)} is in two constraints that both decide its values`
      report.problem(path, message, 'Leave it in one; only checks and sorted go together')
    }
    seen.set(name, type)
    members.push(column)
    checkMember(column, constraint, table, report)
  }
  if (members.some(({ readable }) => !readable)) return
  if (type === 'order') checkTypes(members, path, ORDERED, 'numbers, dates or times', report)
  if (type === 'sum') {
    checkTypes(members, path, SUMMED, 'whole numbers or decimals', report)
    checkTotal(constraint.equals, members, path, table, report)
  }
  if (type === 'fixed') checkValues(constraint, members, report)
}

function checkMember(
  column: ColumnConfig,
  { path, type }: TableConstraintConfig,
  table: TableConfig,
  report: Report,
): void {
  const { name, rule, primary_key, unique, conditional_rules, rule_given } = column
  const taken = table.foreign_keys.some(
    ({ child_columns, copies }) =>
      child_columns.includes(name) || copies.some(({ to }) => to === name),
  )
  const grouped = jointGroups(table).some(({ columns }) => columns.includes(name))
  if (primary_key || unique || grouped || taken || UNMOVABLE.includes(rule?.type ?? '')) {
    const why = taken
      ? 'comes from its parent'
      : primary_key
        ? 'is a key'
        : 'may not repeat, or counts'
    const hint = 'Compare other columns, or compute them by an expression'
    report.problem(path, `${quote(name)} ${why}, so a constraint cannot change it`, hint)
  } else if (conditional_rules.length > 0) {
    const hint = 'Give it one rule'
    report.problem(path, `${quote(name)} of a constraint has conditional rules`, hint)
  } else if (type === 'fixed' && rule_given) {
    report.warning(`${table.name}.${name}: its rule is not used, the fixed combinations decide`)
  }
}

function checkTypes(
  members: ColumnConfig[],
  path: string,
  types: readonly ColumnType[],
  what: string,
  report: Report,
): void {
  const [first] = members
  for (const column of members) {
    if (!types.includes(column.type)) {
      const message = `${quote(column.name)} is ${column.type}, and the constraint is for ${what}`
      report.problem(path, message, `Write type: ${types[0]}, or leave it out`)
    } else if (first !== undefined && column.type !== first.type) {
      const message = `${quote(first.name)} is ${first.type}, ${quote(column.name)} is ${column.type}`
      report.problem(path, message, `Write type: ${first.type} for both`)
    }
  }
}

function checkTotal(
  equals: string,
  members: ColumnConfig[],
  path: string,
  { columns }: TableConfig,
  report: Report,
): void {
  if (columns.some(({ readable }) => !readable)) return
  const problems = checkExpression(equals, columns, members[0]?.type ?? 'int')
  for (const { message } of problems) {
    const hint = 'Write a number, a column or an expression of columns'
    report.problem(at(path, 'equals'), `The total: ${message}`, hint)
  }
}

function checkValues(
  { values, path }: Extract<TableConstraintConfig, { type: 'fixed' }>,
  members: ColumnConfig[],
  report: Report,
): void {
  for (const [i, row] of values.entries()) {
    for (const [k, column] of members.entries()) {
      const value = row[k] ?? null
      const place = at(at(at(path, 'values'), i), k)
      if (castScalar(value, column.type) === undefined) {
        const message = `${quote(value)} is no value of ${quote(column.name)}`
        report.problem(place, message, `Write ${literalOf(column.type)}`)
      } else if (value === null && column.not_null) {
        report.problem(place, `${quote(column.name)} may not be null`, 'Write a value')
      }
    }
  }
}

/** No column of a constraint may be made of another, nor a total of its parts. */
function checkCircles(table: TableConfig, report: Report): void {
  for (const constraint of table.constraints) {
    const members = constraint.type === 'fixed' ? [] : columnsOf(constraint)
    const starts = table.columns.filter(({ name }) => members.includes(name))
    const total = constraint.type === 'sum' ? namesInExpression(constraint.equals).columns : []
    const open = [
      ...total,
      ...starts.flatMap((column) => dependenciesOf({ ...column, nullable: null }, table)),
    ]
    const found = new Set(open)
    for (const name of open) {
      const column = table.columns.find((one) => one.name === name)
      if (column === undefined || members.includes(name)) continue
      for (const need of dependenciesOf(column, table).filter((one) => !found.has(one))) {
        found.add(need)
        open.push(need)
      }
    }
    const circle = members.find((name) => found.has(name))
    if (circle === undefined) continue
    const message = `Other columns of the constraint are computed from ${quote(circle)}`
    report.problem(
      constraint.path,
      message,
      'Give each a rule of its own, or leave the constraint out',
    )
  }
}

/** Comparisons go one way. */
function checkDirections({ constraints }: TableConfig, report: Report): void {
  const above = new Map<string, string[]>()
  for (const one of constraints.filter(({ type }) => type === 'order')) {
    for (const { low, high } of one.type === 'order' ? one.relations : []) {
      if (!('column' in low && 'column' in high)) continue
      above.set(low.column, [...(above.get(low.column) ?? []), high.column])
      const cycle = findCycle(above)
      if (cycle === null) continue
      const message = `The columns would have to be below each other in a circle: ${cycle.join(' -> ')}`
      report.problem(one.path, message, 'Turn one of the comparisons around')
      return
    }
  }
}
