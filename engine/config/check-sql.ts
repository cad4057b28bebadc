// Names and sizes that the database of an SQL file would not take, or would take for something else.

import { listOf } from './anomaly-list.ts'
import type { ColumnConfig, DatasetConfig, TableConfig } from './dataset-config.ts'
import { at, quote, type Report } from './problem.ts'
import type { ResolvedOutput, SqlDialect } from './types.ts'

const TITLES: Record<SqlDialect, string> = {
  postgresql: 'PostgreSQL',
  mysql: 'MySQL',
  sqlite: 'SQLite',
}

/** PostgreSQL cuts longer names off, MySQL refuses them; SQLite takes all. */
const BYTES_MAX = 63
const CHARACTERS_MAX = 64

const COLUMNS_MAX: Record<SqlDialect, number> = { postgresql: 1600, mysql: 4096, sqlite: 2000 }

/** Every PostgreSQL table has these of its own. */
const SYSTEM_COLUMNS = ['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid']

/** For outputs of the format sql, and those into a database; others pass. */
export function checkSql(
  { tables }: DatasetConfig,
  { sql, csv }: ResolvedOutput,
  report: Report,
): void {
  const dialect = sql?.dialect ?? csv?.database
  if (dialect === undefined) return
  for (const table of tables) {
    checkName(table, table.name, dialect, report)
    const list = listOf(table)
    if (list !== null) checkName(table, list.name, dialect, report)
    if (dialect === 'sqlite' && /^sqlite_/i.test(table.name)) refuse(table, dialect, report)
    for (const column of table.columns) {
      checkName(column, column.name, dialect, report)
      if (dialect === 'postgresql' && SYSTEM_COLUMNS.includes(column.name)) {
        refuse(column, dialect, report)
      }
    }
    if (dialect !== 'postgresql') checkCase(table.columns, dialect, report)
    if (table.columns.length > COLUMNS_MAX[dialect]) {
      const message = `${TITLES[dialect]} tables have at most ${COLUMNS_MAX[dialect]} columns`
      report.problem(at(table.path, 'columns'), message, 'Choose another format, or fewer columns')
    }
  }
}

type Named = Pick<TableConfig | ColumnConfig, 'name' | 'path'>

function refuse({ name, path }: Named, dialect: SqlDialect, report: Report): void {
  const message = `${quote(name)} is a name of ${TITLES[dialect]}'s own`
  report.problem(at(path, 'name'), message, `Rename it, for example to ${name}_`)
}

function checkName({ path }: Named, name: string, dialect: SqlDialect, report: Report): void {
  const where = at(path, 'name')
  if (dialect === 'postgresql' && Buffer.byteLength(name) > BYTES_MAX) {
    const hint = `Use at most ${BYTES_MAX} bytes of UTF-8, or another format`
    report.problem(where, `${quote(name)} is too long a name for PostgreSQL`, hint)
  }
  if (dialect !== 'mysql') return
  if (name.length > CHARACTERS_MAX) {
    const hint = `Use at most ${CHARACTERS_MAX} characters, or another format`
    report.problem(where, `${quote(name)} is too long a name for MySQL`, hint)
  }
  if (/[\u{10000}-\u{10ffff}]|\s$/u.test(name)) {
    const hint = 'Leave out emoji and the like, and a space at the end'
    report.problem(where, `${quote(name)} is no name that MySQL takes`, hint)
  }
}

/** PostgreSQL tells quoted names apart by case, the others do not. */
function checkCase(columns: readonly ColumnConfig[], dialect: SqlDialect, report: Report): void {
  const seen = new Map<string, string>()
  for (const { name, path } of columns) {
    const folded = name.toLowerCase()
    const first = seen.get(folded)
    if (first !== undefined && first !== name) {
      const hint = `Rename one: ${quote(first)} comes before, and ${TITLES[dialect]} does not look at case`
      report.problem(at(path, 'name'), `Two columns are named ${quote(name)}`, hint)
    }
    seen.set(folded, name)
  }
}
