// SQL files: settings that the text relies on, CREATE TABLE, and the rows as INSERT statements or COPY text.

import type { ResolvedConfig, ResolvedTable, SqlDialect } from '#engine/config/types.ts'
import { AppError } from '#engine/errors.ts'
import { createTable } from './sql-ddl.ts'
import { COPY_ROWS, INSERT_SEPARATOR, insertDialect, sqlName } from './sql-dialect.ts'
import type { TextFormat } from './text-format.ts'

/** How strings and bytes are to be read, whatever the session's defaults are. */
const SETTINGS: Record<SqlDialect, string> = {
  postgresql: "set client_encoding = 'UTF8';\nset standard_conforming_strings = on;\n",
  mysql: "set names utf8mb4;\nset sql_mode = 'STRICT_ALL_TABLES';\n",
  sqlite: '',
}

/** AppError `invalid_config` when the output has no options of SQL. */
export function sqlFormat(config: ResolvedConfig, table: ResolvedTable): TextFormat {
  const { sql } = config.output
  if (!sql) throw new AppError('invalid_config', 'the output has no options of SQL')
  const { dialect, mode, rows_per_insert: rows } = sql
  const names = table.columns.map(({ name }) => sqlName(name, dialect)).join(',')
  const target = `${sqlName(table.name, dialect)} (${names})`
  const header = `${SETTINGS[dialect]}${createTable(config, table, { dialect })}`
  if (mode === 'copy') {
    const open = `${header}copy ${target} from stdin;\n`
    return { dialect: COPY_ROWS, header: open, footer: '\\.\n', group: null }
  }
  const open = `insert into ${target} values\n`
  const group = { rows, open, close: ';\n', separator: INSERT_SEPARATOR }
  return { dialect: insertDialect(dialect), header, footer: '', group }
}
