// How many rows each table has: asked for, capped by what its keys allow, or left to its parent's children.
import { capacityOf } from './capacity.ts'
import type { DatasetConfig, ForeignKeyConfig, TableConfig } from './dataset-config.ts'
import { jointGroups } from './joint-groups.ts'
import { at, quote, type Report } from './problem.ts'
import type { Children, ResolvedColumn, Rule } from './types.ts'

const DEFAULT_ROWS = 1000
/** Far beyond what anyone can store, and far enough from 2^53 for sums of tables. */
const ROWS_MAX = 1_000_000_000_000_000
/** Standard deviations above the mean beyond which a count of children does not go in practice. */
const TAIL = 8

type Asked = { rows: number; own: boolean }
type Rows = ReadonlyMap<string, number | null>
type Lowered = ReadonlyMap<string, ResolvedColumn[]>

/** By table name; null where a foreign key's children decides. Of a config without problems: parents come first. */
export function resolveRows(
  config: DatasetConfig,
  lowered: Lowered,
  requestRows: number | undefined,
  report: Report,
): Map<string, number | null> {
  const rows = new Map<string, number | null>()
  const visit = (table: TableConfig): void => {
    if (rows.has(table.name)) return
    rows.set(table.name, null)
    for (const { parent_table } of table.foreign_keys) {
      const parent = config.tables.find(({ name }) => name === parent_table)
      if (parent !== undefined) visit(parent)
    }
    if (table.foreign_keys.some(({ children }) => children !== null)) return
    const asked = askedRows(table, config, requestRows)
    const limit = limitOf(table, lowered.get(table.name) ?? [], rows)
    rows.set(table.name, cap(asked, table, limit, report))
  }
  for (const table of config.tables) visit(table)
  for (const table of config.tables) checkAgainstParents(table, config, rows, lowered, report)
  return rows
}

function askedRows(table: TableConfig, config: DatasetConfig, request: number | undefined): Asked {
  if (request !== undefined) return { rows: request, own: false }
  if (table.rows !== null) return { rows: table.rows, own: true }
  return { rows: config.rows ?? DEFAULT_ROWS, own: false }
}

/** `of`: the column or columns that have so many different values. */
type Limit = { of: string; what: string; capacity: number }

const NO_LIMIT: Limit = { of: '', what: 'column', capacity: Number.POSITIVE_INFINITY }

/** What allows the fewest rows: unique columns, sequences, which end at 2^53, and columns that are unique together. */
function limitOf(table: TableConfig, columns: readonly ResolvedColumn[], rows: Rows): Limit {
  const single = columns.map(({ name, unique, primary_key, rule }): Limit => {
    const limited = rule !== null && (unique || rule.type === 'sequence')
    const what = primary_key ? 'key' : unique ? 'unique column' : 'column'
    return limited ? { of: name, what, capacity: valuesOf(name, rule, table, rows) } : NO_LIMIT
  })
  const joint = jointGroups(table).map((group): Limit => {
    const what = group.primary_key ? 'key' : 'unique columns'
    const lead = table.foreign_keys.some((key) => groupsRows(key, group.columns))
    const capacity = lead ? NO_LIMIT.capacity : combinations(group.columns, table, columns, rows)
    return { of: group.columns.join(', '), what, capacity }
  })
  return [...single, ...joint].reduce(
    (least, limit) => (limit.capacity < least.capacity ? limit : least),
    NO_LIMIT,
  )
}

const groupsRows = ({ children, child_columns }: ForeignKeyConfig, group: readonly string[]) =>
  children !== null && child_columns.some((name) => group.includes(name))

/** A foreign key that is drawn has as many values as there are parents, where that is known. */
function valuesOf(name: string, rule: Rule, table: TableConfig, rows: Rows): number {
  if (rule.type !== 'reference') return capacityOf(rule)
  const key = table.foreign_keys[rule.foreign_key]
  const drawn = key?.child_columns.includes(name) && key.children === null
  return (drawn ? rows.get(rule.table) : null) ?? Number.POSITIVE_INFINITY
}

/** How many combinations columns have that do not repeat together, but for those that group the rows. */
function combinations(
  group: readonly string[],
  table: TableConfig,
  columns: readonly ResolvedColumn[],
  rows: Rows,
): number {
  const firsts = group.filter((name) => {
    const key = table.foreign_keys.find(({ child_columns }) => child_columns.includes(name))
    const first = key?.child_columns.find((one) => group.includes(one))
    return key === undefined || (key.children === null && first === name)
  })
  return firsts.reduce((product, name) => {
    const rule = columns.find((column) => column.name === name)?.rule
    return rule == null ? product : product * valuesOf(name, rule, table, rows)
  }, 1)
}

function cap({ rows, own }: Asked, table: TableConfig, limit: Limit, report: Report): number {
  const { of, capacity } = limit
  if (rows <= capacity) return rows
  if (own) reportCapacity(table, at(table.path, 'rows'), limit, rows, report)
  else {
    report.warning(
      `${table.name} has ${capacity} rows, not ${rows}: ${of} has no more different values`,
    )
  }
  return capacity
}

function reportCapacity(
  { name }: TableConfig,
  path: string,
  { of, what, capacity }: Limit,
  rows: number,
  report: Report,
): void {
  report.problem(
    path,
    `${quote(name)} cannot have ${rows} rows: its ${what} ${quote(of)} has ${capacity} different values`,
    `Write at most rows: ${capacity}, or give ${of} a rule with more values`,
  )
}

/** What only the whole shows: children of too many parents, and children of no parent at all. */
function checkAgainstParents(
  table: TableConfig,
  config: DatasetConfig,
  rows: ReadonlyMap<string, number | null>,
  lowered: Lowered,
  report: Report,
): void {
  const most = mostRows(table, config, rows)
  const limit = limitOf(table, lowered.get(table.name) ?? [], rows)
  const deciding = table.foreign_keys.find(({ children }) => children !== null)
  if (most > ROWS_MAX) {
    const hint = 'Ask for fewer rows, or fewer children per parent'
    report.problem(deciding?.path ?? table.path, `${quote(table.name)} may have ${most} rows`, hint)
  } else if (deciding !== undefined && most > limit.capacity) {
    reportCapacity(table, at(deciding.path, 'children'), limit, most, report)
  }
  checkGroups(table, lowered.get(table.name) ?? [], rows, report)
  for (const { parent_table, path, children } of table.foreign_keys) {
    if (
      parent_table === table.name ||
      rows.get(parent_table) !== 0 ||
      children !== null ||
      most === 0
    )
      continue
    const hint = `Give ${parent_table} at least one row`
    report.problem(path, `${quote(parent_table)} has no rows to refer to`, hint)
  }
}

/** A parent's children that do not repeat together may not be more than there are combinations of the other columns. */
function checkGroups(
  table: TableConfig,
  columns: readonly ResolvedColumn[],
  rows: Rows,
  report: Report,
): void {
  for (const { columns: group } of jointGroups(table)) {
    const key = table.foreign_keys.find((one) => groupsRows(one, group))
    if (key?.children == null) continue
    const [most, different] = [
      mostChildren(key.children),
      combinations(group, table, columns, rows),
    ]
    if (most <= different) continue
    const others = group.filter((name) => !key.child_columns.includes(name)).join(', ')
    const message = `A row of ${quote(key.parent_table)} may have ${most} children, and ${quote(others)} has ${different} different values`
    const hint = `Write children of at most ${different}, such as {type: range, min: 0, max: ${different}}`
    report.problem(at(key.path, 'children'), message, hint)
  }
}

/** An upper bound; exact where no distribution is involved. */
function mostRows(
  table: TableConfig,
  config: DatasetConfig,
  rows: ReadonlyMap<string, number | null>,
): number {
  let factor = 1
  let current = table
  for (let steps = 0; steps <= config.tables.length; steps++) {
    const known = rows.get(current.name)
    if (typeof known === 'number') return known * factor
    const key = current.foreign_keys.find(({ children }) => children !== null)
    const parent = config.tables.find(({ name }) => name === key?.parent_table)
    if (key?.children == null || parent === undefined) return 0
    factor *= mostChildren(key.children)
    current = parent
  }
  return 0
}

function mostChildren(children: Children): number {
  if (children.type === 'fixed') return children.value
  if (children.type !== 'poisson' || children.max !== null) return children.max ?? 0
  return Math.ceil(children.mean + TAIL * Math.sqrt(children.mean) + TAIL)
}
