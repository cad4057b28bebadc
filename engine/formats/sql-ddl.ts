// CREATE TABLE of a table of the config: types that hold its values, its keys, and its foreign keys where the database
// can check them.

import type {
  ResolvedColumn,
  ResolvedConfig,
  ResolvedForeignKey,
  ResolvedTable,
  SqlDialect,
} from '#engine/config/types.ts'
import { sqlName } from './sql-dialect.ts'

/** Decimals are integers within 2^53, scaled. */
const DECIMAL_DIGITS = 18
/** MySQL keys are at most 3,072 bytes, of four bytes a character. */
const MYSQL_KEY_LENGTH = 255

type Types = Partial<Record<ResolvedColumn['type'], string>> & { str: string }

const TYPES: Record<SqlDialect, Types> = {
  postgresql: {
    ...{ int: 'bigint', float: 'double precision', bool: 'boolean', str: 'text', uuid: 'uuid' },
    ...{ date: 'date', datetime: 'timestamp', time: 'time', json: 'json' },
  },
  mysql: {
    ...{ int: 'bigint', float: 'double', bool: 'boolean', str: 'longtext', uuid: 'char(36)' },
    ...{ date: 'date', datetime: 'datetime', time: 'time', json: 'json' },
  },
  sqlite: { int: 'integer', float: 'real', bool: 'boolean', str: 'text' },
}

function typeOf(column: ResolvedColumn, dialect: SqlDialect, keyed: boolean): string {
  if (column.type === 'decimal') return `decimal(${DECIMAL_DIGITS},${column.scale ?? 0})`
  const known = TYPES[dialect]
  const type = known[column.type] ?? known.str
  return dialect === 'mysql' && keyed && type === known.str ? `varchar(${MYSQL_KEY_LENGTH})` : type
}

const primaryKey = ({ columns }: ResolvedTable): string[] =>
  columns.filter((column) => column.primary_key).map(({ name }) => name)

const sameNames = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name) => b.includes(name))

function isKey(table: ResolvedTable, columns: readonly string[]): boolean {
  const [only] = columns
  return (
    sameNames(primaryKey(table), columns) ||
    (columns.length === 1 && table.columns.some(({ name, unique }) => unique && name === only))
  )
}

function parentOf(config: ResolvedConfig, key: ResolvedForeignKey): ResolvedTable | undefined {
  return config.tables.find(({ name }) => name === key.parent_table)
}

/**
 * Whether it refers to a key by columns of the same types: what databases can check row by row. Rows that refer to their
 * own table come after those that they refer to.
 */
function isChecked(config: ResolvedConfig, table: ResolvedTable, key: ResolvedForeignKey): boolean {
  const parent = parentOf(config, key)
  if (parent === undefined || !isKey(parent, key.parent_columns)) return false
  const columnOf = (one: ResolvedTable, wanted: string | undefined) =>
    one.columns.find(({ name }) => name === wanted)
  return key.child_columns.every((name, i) => {
    const [child, its] = [columnOf(table, name), columnOf(parent, key.parent_columns[i])]
    return child?.type === its?.type && child?.scale === its?.scale
  })
}

function isReferred(config: ResolvedConfig, table: ResolvedTable, column: string): boolean {
  return config.tables.some(({ foreign_keys }) =>
    foreign_keys.some(
      (key) => key.parent_table === table.name && key.parent_columns.includes(column),
    ),
  )
}

/** `schema`: that the tables lie in; without it, in the one that is looked into first. */
export type DdlOptions = { dialect: SqlDialect; schema?: string }

/** A table's name with its schema, in the database's quotes. */
export function tableName(name: string, { dialect, schema }: DdlOptions): string {
  const own = sqlName(name, dialect)
  return schema === undefined ? own : `${sqlName(schema, dialect)}.${own}`
}

const listOf = (names: readonly string[], dialect: SqlDialect): string =>
  `(${names.map((name) => sqlName(name, dialect)).join(', ')})`

/** The foreign keys that the database can check, as clauses of CREATE TABLE or of ALTER TABLE ... ADD. */
export function foreignKeys(
  config: ResolvedConfig,
  table: ResolvedTable,
  options: DdlOptions,
): string[] {
  const names = (list: readonly string[]) => listOf(list, options.dialect)
  return table.foreign_keys
    .filter((key) => isChecked(config, table, key))
    .map(
      (key) =>
        `foreign key ${names(key.child_columns)} references ${tableName(key.parent_table, options)} ${names(key.parent_columns)}`,
    )
}

/** One statement, with a line end behind it; without `foreignKeys` they are left for later. */
export function createTable(
  config: ResolvedConfig,
  table: ResolvedTable,
  options: DdlOptions & { foreignKeys?: false },
): string {
  const { dialect } = options
  const names = (list: readonly string[]) => listOf(list, dialect)
  const keyed = (column: ResolvedColumn) =>
    column.primary_key ||
    column.unique ||
    (table.unique ?? []).some((group) => group.includes(column.name)) ||
    table.foreign_keys.some(({ child_columns }) => child_columns.includes(column.name)) ||
    isReferred(config, table, column.name)
  const primary = primaryKey(table)
  const lines = [
    ...table.columns.map(
      (column) => `${sqlName(column.name, dialect)} ${typeOf(column, dialect, keyed(column))}`,
    ),
    ...(primary.length > 0 ? [`primary key ${names(primary)}`] : []),
    ...table.columns
      .filter((column) => column.unique && !sameNames(primary, [column.name]))
      .map((column) => `unique ${names([column.name])}`),
    ...(table.unique ?? [])
      .filter((group) => !sameNames(primary, group))
      .map((group) => `unique ${names(group)}`),
    ...(options.foreignKeys === false ? [] : foreignKeys(config, table, options)),
  ]
  // Names and values of unique columns are told apart byte by byte, as the engine does.
  const suffix = dialect === 'mysql' ? ' default character set utf8mb4 collate utf8mb4_bin' : ''
  return `create table ${tableName(table.name, options)} (\n  ${lines.join(',\n  ')}\n)${suffix};\n`
}
