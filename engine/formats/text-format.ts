// Files of text: what stands around all rows, and around groups of them.

import { CSV_DEFAULTS } from '#engine/config/read-csv-options.ts'
import type { ResolvedConfig, ResolvedTable } from '#engine/config/types.ts'
import { AppError } from '#engine/errors.ts'
import { csvDialect, csvHeader, type Dialect, JSON_ROWS, JSONL } from './dialect.ts'
import { sqlFormat } from './sql-format.ts'

export type TextFormat = {
  readonly dialect: Dialect
  /** Before row 0. */
  readonly header: string
  /** Behind the last row. */
  readonly footer: string
  /**
   * Rows in groups, from each multiple of `rows` on: `open` before a group, `close` behind it. `separator` is what the
   * dialect begins each row with; the first one of a group goes without. `open` is at least as long.
   */
  readonly group: {
    readonly rows: number
    readonly open: string
    readonly close: string
    readonly separator: string
  } | null
}

const JSON_ARRAY = { open: '[\n', separator: ',\n', close: '\n]' }

/** The text format of a table with so many rows. */
export function textFormatOf(
  config: ResolvedConfig,
  table: ResolvedTable,
  rows: number,
): TextFormat {
  const { format, csv = CSV_DEFAULTS } = config.output
  switch (format) {
    case 'csv': {
      const dialect = csvDialect(csv)
      const names = table.columns.map(({ name }) => name)
      const header = csv.header ? csvHeader(dialect, csv.delimiter, names) : ''
      return { dialect, header, footer: '', group: null }
    }
    case 'jsonl':
      return { dialect: JSONL, header: '', footer: '', group: null }
    case 'json': {
      const { open, close } = JSON_ARRAY
      const header = rows === 0 ? open + close : ''
      return { dialect: JSON_ROWS, header, footer: '', group: { ...JSON_ARRAY, rows } }
    }
    case 'sql':
      return sqlFormat(config, table)
    default:
      throw new AppError('unsupported', `the format ${format} is not supported by this release`)
  }
}
