// The columns of a table whose values must not repeat together while none of them is unique by itself.
import type { ColumnConfig, ForeignKeyConfig, TableConfig } from './dataset-config.ts'
import { risingEntity } from './series-steps.ts'

export type JointGroup = {
  path: string
  columns: string[]
  /** Whether it is the primary key, or one of `unique`. */
  primary_key: boolean
}

/** Groups that a column keeps unique by itself are left out. */
export function jointGroups(table: TableConfig): JointGroup[] {
  const keys = table.columns.filter(({ primary_key }) => primary_key).map(({ name }) => name)
  const written = table.unique.map((group) => ({ ...group, primary_key: false }))
  const all =
    keys.length > 1
      ? [{ path: `${table.path}/columns`, columns: keys, primary_key: true }, ...written]
      : written
  const different = all.filter(
    ({ columns }, i) => all.findIndex((other) => sameNames(other.columns, columns)) === i,
  )
  return different.filter(({ columns }) => !isKeptApart(columns, table))
}

/** Whether one of the columns repeats nothing, or a series nothing within the parent that other columns name. */
function isKeptApart(names: readonly string[], table: TableConfig): boolean {
  return (
    names.some((name) => isUniqueAlone(name, table)) ||
    table.foreign_keys.some(
      (key) => isSingle(key) && key.child_columns.every((name) => names.includes(name)),
    ) ||
    table.columns.some((column) => names.includes(column.name) && risesWithin(names, column, table))
  )
}

function risesWithin(names: readonly string[], column: ColumnConfig, table: TableConfig): boolean {
  const entity = risingEntity(column, table)
  if (entity === undefined) return false
  if (entity === null) return true
  const key = 'foreign_key' in entity ? table.foreign_keys[entity.foreign_key] : undefined
  return key?.child_columns.every((name) => names.includes(name)) ?? false
}

export function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name) => b.includes(name))
}

/** Columns that are in no group and repeat nothing: unique ones, counting ones, children that are alone. */
export function isUniqueAlone(name: string, table: TableConfig): boolean {
  const column = table.columns.find((one) => one.name === name)
  if (column === undefined) return false
  const sole = table.columns.filter(({ primary_key }) => primary_key).length === 1
  return (
    !column.readable ||
    column.unique ||
    (column.primary_key && sole) ||
    (column.conditional_rules.length === 0 && countsUp(column, table))
  )
}

function countsUp({ name, rule }: ColumnConfig, table: TableConfig): boolean {
  if (rule?.type === 'sequence' || rule?.type === 'uuid') return true
  return rule?.type === 'reference' && hasOneChildEach(name, table)
}

/** Whether a foreign key of this column alone gives each parent at most one row. */
export function hasOneChildEach(name: string, { foreign_keys }: TableConfig): boolean {
  return foreign_keys.some(
    (key) => key.child_columns.length === 1 && key.child_columns[0] === name && isSingle(key),
  )
}

const isSingle = ({ children }: ForeignKeyConfig): boolean =>
  (children?.type === 'fixed' && children.value <= 1) ||
  (children?.type !== 'fixed' && children?.max !== undefined && (children.max ?? 2) <= 1)
