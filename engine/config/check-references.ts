// Foreign keys: their tables, columns and types exist and fit, and children decides the rows of a table only once.
import type {
  ColumnConfig,
  DatasetConfig,
  ForeignKeyConfig,
  TableConfig,
} from './dataset-config.ts'
import { isUniqueAlone, jointGroups } from './joint-groups.ts'
import { at, nameHint, quote, type Report } from './problem.ts'
import { sharedOf } from './shared-columns.ts'

export function checkReferences(config: DatasetConfig, report: Report): void {
  for (const table of config.tables) {
    for (const key of table.foreign_keys) checkKey(key, table, config, report)
    checkCoverage(table, config, report)
    checkShared(table, config, report)
    checkChildren(table, report)
  }
}

function checkKey(
  key: ForeignKeyConfig,
  table: TableConfig,
  { tables }: DatasetConfig,
  report: Report,
): void {
  const ofRule = key.path.endsWith('/rule')
  const tablePath = at(key.path, ofRule ? 'table' : 'parent_table')
  const parent = tables.find(({ name }) => name === key.parent_table)
  const missingChild = checkChildColumns(key, table, report)
  if (parent === undefined) {
    const names = tables.map(({ name }) => name).filter((name) => name !== table.name)
    const message = `There is no table ${quote(key.parent_table)}`
    report.problem(tablePath, message, nameHint(key.parent_table, names))
  } else if (!missingChild) checkParentColumns(key, table, parent, report)
}

function checkChildColumns(key: ForeignKeyConfig, table: TableConfig, report: Report): boolean {
  if (key.child_columns.length === 0) {
    const hint = 'Write child_column: customer_id'
    report.problem(key.path, 'The foreign key needs its child_column', hint)
    return true
  }
  const names = table.columns.map(({ name }) => name)
  const missing = key.child_columns.filter((name) => !names.includes(name))
  for (const name of missing) {
    const message = `${quote(table.name)} has no column ${quote(name)}`
    report.problem(columnPath(key, 'child', name), message, nameHint(name, names))
  }
  return missing.length > 0
}

function checkParentColumns(
  key: ForeignKeyConfig,
  table: TableConfig,
  parent: TableConfig,
  report: Report,
): void {
  const { parent_columns, child_columns, path } = key
  const names = parent.columns.map(({ name }) => name)
  if (parent_columns.length === 0) {
    const hint = `Write parent_column, or constraints: [PK] on a column of ${parent.name}`
    report.problem(path, `${quote(parent.name)} has no primary key to refer to`, hint)
    return
  }
  if (parent_columns.length !== child_columns.length) {
    const message = `${parent_columns.length} parent columns for ${child_columns.length} child columns`
    report.problem(path, message, `Write one child column for each of ${parent_columns.join(', ')}`)
    return
  }
  for (const [i, name] of parent_columns.entries()) {
    const to = parent.columns.find((column) => column.name === name)
    const from = table.columns.find((column) => column.name === child_columns[i])
    const place = columnPath(key, 'parent', name)
    if (to === undefined) {
      const message = `${quote(parent.name)} has no column ${quote(name)}`
      report.problem(place, message, nameHint(name, names))
    } else checkPair(to, from, key, parent, report)
  }
  checkWhole(key, parent, report)
}

/** Part of a key of several columns is no key. */
function checkWhole(key: ForeignKeyConfig, parent: TableConfig, report: Report): void {
  const columns = parent.columns.filter(({ name }) => key.parent_columns.includes(name))
  const together = jointGroups(parent).some(({ columns: group }) =>
    group.every((name) => key.parent_columns.includes(name)),
  )
  const known = columns.length === key.parent_columns.length
  if (!known || together || columns.some((column) => isUniqueAlone(column.name, parent))) return
  const group = jointGroups(parent).find(({ columns: names }) =>
    key.parent_columns.every((name) => names.includes(name)),
  )
  if (group === undefined) return
  const message = `${key.parent_columns.join(', ')} is only a part of the key ${group.columns.join(', ')} of ${quote(parent.name)}`
  report.problem(
    columnPath(key, 'parent', key.parent_columns[0] ?? ''),
    message,
    `Write parent_columns: [${group.columns.join(', ')}], and as many child_columns`,
  )
}

function checkPair(
  to: ColumnConfig,
  from: ColumnConfig | undefined,
  key: ForeignKeyConfig,
  parent: TableConfig,
  report: Report,
): void {
  const place = columnPath(key, 'parent', to.name)
  const inGroup = parent.unique.some(({ columns }) => columns.includes(to.name))
  if (to.readable && !to.primary_key && !to.unique && !inGroup) {
    const hint = `Write constraints: [PK] or [unique] on ${parent.name}.${to.name}`
    report.problem(place, `${quote(`${parent.name}.${to.name}`)} is not a key`, hint)
  }
  if (from === undefined || !from.readable || !to.readable || from.type === to.type) return
  report.problem(
    at(from.path, 'type'),
    `${quote(from.name)} is ${from.type}, its parent ${quote(`${parent.name}.${to.name}`)} is ${to.type}`,
    `Write type: ${to.type}`,
  )
}

function columnPath(key: ForeignKeyConfig, side: 'parent' | 'child', name: string): string {
  if (key.path.endsWith('/rule')) return side === 'parent' ? at(key.path, 'column') : key.path
  const names = side === 'parent' ? key.parent_columns : key.child_columns
  const single = at(key.path, `${side}_column`)
  return names.length > 1 ? at(`${single}s`, names.indexOf(name)) : single
}

/** Columns that say they refer to a parent, and no foreign key says to which. */
function checkCoverage(table: TableConfig, { tables }: DatasetConfig, report: Report): void {
  const counts = new Map<string, number>()
  for (const name of table.foreign_keys.flatMap((key) => key.child_columns)) {
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  for (const { name, path, rule, foreign_key, conditional_rules } of table.columns) {
    const count = counts.get(name) ?? 0
    const copied = table.foreign_keys.some(({ copies }) => copies.some(({ to }) => to === name))
    const refers = (foreign_key || rule?.type === 'reference') && !copied
    if (refers && count === 0) {
      const message = `Nothing says which table ${quote(name)} refers to`
      report.problem(path, message, foreignKeyHint(name, table, tables))
    }
    if (count > 0 && conditional_rules.length > 0) {
      const place = at(path, 'conditional_rules')
      report.problem(place, 'A foreign key column has no conditional rules', 'Remove them')
    }
  }
}

/** Keys that share a column refer to rows that agree. */
function checkShared(table: TableConfig, { tables }: DatasetConfig, report: Report): void {
  for (const [i, { path }] of table.foreign_keys.entries()) {
    const shared = sharedOf(table, i, tables)
    if (shared && 'fault' in shared) report.problem(path, shared.fault, shared.hint)
  }
}

function foreignKeyHint(column: string, table: TableConfig, tables: TableConfig[]): string {
  const parent = tables.find(
    (one) => one !== table && one.columns.some((c) => c.primary_key && c.name === column),
  )
  const name = parent?.name ?? 'customers'
  return `Write foreign_keys: [{parent_table: ${name}, parent_column: ${column}, child_column: ${column}}] on the table`
}

function checkChildren({ rows, path, foreign_keys, name }: TableConfig, report: Report): void {
  const deciding = foreign_keys.filter(({ children }) => children !== null)
  for (const { path: place } of deciding.slice(1)) {
    const message = `Two foreign keys of ${quote(name)} have children`
    report.problem(at(place, 'children'), message, 'Leave children on one of them')
  }
  if (deciding.length > 0 && rows !== null) {
    const message = `children decides the rows of ${quote(name)}`
    report.problem(at(path, 'rows'), message, 'Remove rows, or children')
  }
}
