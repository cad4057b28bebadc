// How many rows each table has: asked for, capped by what its keys allow, or left to its parent's children.
import { capacityOf } from './capacity.ts'
import type { DatasetConfig, TableConfig } from './dataset-config.ts'
import { at, quote, type Report } from './problem.ts'
import type { Children, ResolvedColumn } from './types.ts'

const DEFAULT_ROWS = 1000
/** Far beyond what anyone can store, and far enough from 2^53 for sums of tables. */
const ROWS_MAX = 1_000_000_000_000_000
/** Standard deviations above the mean beyond which a count of children does not go in practice. */
const TAIL = 8

type Asked = { rows: number; own: boolean }
type Lowered = ReadonlyMap<string, ResolvedColumn[]>

/** By table name; null where a foreign key's children decides. */
export function resolveRows(
  config: DatasetConfig,
  lowered: Lowered,
  requestRows: number | undefined,
  report: Report,
): Map<string, number | null> {
  const rows = new Map<string, number | null>()
  for (const table of config.tables) {
    const decided = table.foreign_keys.some(({ children }) => children !== null)
    const asked = askedRows(table, config, requestRows)
    rows.set(table.name, decided ? null : cap(asked, table, lowered, report))
  }
  for (const table of config.tables) checkAgainstParents(table, config, rows, lowered, report)
  return rows
}

function askedRows(table: TableConfig, config: DatasetConfig, request: number | undefined): Asked {
  if (request !== undefined) return { rows: request, own: false }
  if (table.rows !== null) return { rows: table.rows, own: true }
  return { rows: config.rows ?? DEFAULT_ROWS, own: false }
}

type Limit = { column: string; capacity: number }

/** The column that allows the fewest rows: unique ones, and sequences, which end at 2^53. */
function limitOf(columns: readonly ResolvedColumn[]): Limit {
  let limit: Limit = { column: '', capacity: Number.POSITIVE_INFINITY }
  for (const { name, unique, rule } of columns) {
    const limited = unique || rule?.type === 'sequence'
    const capacity = limited && rule !== null ? capacityOf(rule) : Number.POSITIVE_INFINITY
    if (capacity < limit.capacity) limit = { column: name, capacity }
  }
  return limit
}

function cap({ rows, own }: Asked, table: TableConfig, lowered: Lowered, report: Report): number {
  const { column, capacity } = limitOf(lowered.get(table.name) ?? [])
  if (rows <= capacity) return rows
  if (own) reportCapacity(table, at(table.path, 'rows'), column, capacity, rows, report)
  else {
    report.warning(
      `${table.name} has ${capacity} rows, not ${rows}: ${column} has no more different values`,
    )
  }
  return capacity
}

function reportCapacity(
  { name, columns }: TableConfig,
  path: string,
  column: string,
  capacity: number,
  rows: number,
  report: Report,
): void {
  const limit = columns.find((one) => one.name === column)
  const key = limit?.primary_key ? 'key' : limit?.unique ? 'unique column' : 'column'
  report.problem(
    path,
    `${quote(name)} cannot have ${rows} rows: its ${key} ${quote(column)} has ${capacity} different values`,
    `Write at most rows: ${capacity}, or give ${column} a rule with more values`,
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
  const { column, capacity } = limitOf(lowered.get(table.name) ?? [])
  const deciding = table.foreign_keys.find(({ children }) => children !== null)
  if (most > ROWS_MAX) {
    const hint = 'Ask for fewer rows, or fewer children per parent'
    report.problem(deciding?.path ?? table.path, `${quote(table.name)} may have ${most} rows`, hint)
  } else if (deciding !== undefined && most > capacity) {
    reportCapacity(table, at(deciding.path, 'children'), column, capacity, most, report)
  }
  for (const { parent_table, path, children } of table.foreign_keys) {
    if (rows.get(parent_table) !== 0 || children !== null || most === 0) continue
    const hint = `Give ${parent_table} at least one row`
    report.problem(path, `${quote(parent_table)} has no rows to refer to`, hint)
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
  if (children.type === 'range' || children.max !== null) return children.max ?? 0
  return Math.ceil(children.mean + TAIL * Math.sqrt(children.mean) + TAIL)
}
