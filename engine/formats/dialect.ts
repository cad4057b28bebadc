// What the text formats differ in: what stands around values, and how strings are escaped.

import type { OutputFormat } from '#engine/config/types.ts'

const CSV_SPECIAL = /[",\r\n]/

export type Dialect = {
  /** Before the first row of the file; the empty string for none. */
  readonly header: (columns: readonly string[]) => string
  /** Before the value of the column at `index`. */
  readonly before: (column: string, index: number) => string
  readonly rowEnd: string
  readonly nullText: string
  /** Around text that never needs escaping (dates, UUIDs). */
  readonly quote: string
  /** A whole string value, quotes included. */
  readonly text: (value: string) => string
  /** A piece of a longer string, which `quote` stands around. */
  readonly inner: (value: string) => string
  /** Whether a string made of pieces needs no look at the whole: false where quoting depends on it. */
  readonly innerIsSafe: (value: string) => boolean
  /** Most bytes that one UTF-16 unit of a string becomes. */
  readonly bytesPerUnit: number
}

function csvText(value: string): string {
  if (value === '') return '""'
  return CSV_SPECIAL.test(value) ? `"${value.replaceAll('"', '""')}"` : value
}

/** RFC 4180 with LF: header, minimal quotes, null is empty, the empty string is `""`. */
export const CSV: Dialect = {
  header: (columns) => `${columns.map(csvText).join(',')}\n`,
  before: (_, index) => (index === 0 ? '' : ','),
  rowEnd: '\n',
  nullText: '',
  quote: '',
  text: csvText,
  inner: (value) => value,
  innerIsSafe: (value) => !CSV_SPECIAL.test(value),
  bytesPerUnit: 3,
}

/** JSON Lines: one object a row, keys in column order. */
export const JSONL: Dialect = {
  header: () => '',
  before: (column, index) => `${index === 0 ? '{' : ','}${JSON.stringify(column)}:`,
  rowEnd: '}\n',
  nullText: 'null',
  quote: '"',
  text: (value) => JSON.stringify(value),
  inner: (value) => JSON.stringify(value).slice(1, -1),
  innerIsSafe: () => true,
  bytesPerUnit: 6,
}

export const DIALECTS: Record<OutputFormat, Dialect> = { csv: CSV, jsonl: JSONL }
