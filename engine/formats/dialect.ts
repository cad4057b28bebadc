// What the text formats differ in: what stands around values, and how strings are escaped.

import { CSV_DEFAULTS } from '#engine/config/read-csv-options.ts'
import type { CsvOptions } from '#engine/config/types.ts'
import { createKept } from '#engine/kept.ts'

/** A string needs `mark` around it if a piece of it does. */
export type MinimalQuotes = { mark: string; needed: (piece: string) => boolean }

export type Dialect = {
  /** Before the value of the column at `index`. */
  readonly before: (column: string, index: number) => string
  readonly rowEnd: string
  readonly nullText: string
  /** `2025-01-31T12:00:00Z`, or `2025-01-31 12:00:00` as SQL has it. */
  readonly datetime: 'iso' | 'sql'
  /** Around text that never needs escaping (dates, UUIDs). */
  readonly quote: string
  /** A whole string value, quotes included. */
  readonly text: (value: string) => string
  /** A piece of a longer string, which `quote` stands around. */
  readonly inner: (value: string) => string
  /** Where quotes stand around the strings alone that need them. */
  readonly minimal?: MinimalQuotes
  /** A string that must not be written as it is, though all its pieces are safe: a null's; empty for none. */
  readonly reserved: string
  /** 1 for each ASCII code that strings show as it is. */
  readonly plain: Uint8Array
  /** How JSON texts are written where they are no strings; by default they are. */
  readonly json?: Dialect
  /** Most bytes that one UTF-16 unit of a string becomes. */
  readonly bytesPerUnit: number
}

/** Printable ASCII but for these. */
export function plainExcept(special: string): Uint8Array {
  return Uint8Array.from({ length: 128 }, (_, code) =>
    code >= 32 && code < 127 && !special.includes(String.fromCharCode(code)) ? 1 : 0,
  )
}

const keep = createKept<Dialect>(100)

/**
 * RFC 4180 with the options' marks in place of its own: minimal quotes, an empty string is a quoted one. A string that
 * reads like a null is quoted, a null never is. Equal options have the same dialect, so that what writers make of a list
 * is kept.
 */
export function csvDialect(options: CsvOptions): Dialect {
  return keep(JSON.stringify(options), () => dialectOf(options))
}

function dialectOf(options: CsvOptions): Dialect {
  const { delimiter, quote, null: nullText, database } = options
  // PostgreSQL before 18 takes a line of `\.` alone for the end of the rows.
  const more = database === undefined ? [] : ['\\']
  const special = [delimiter, quote, '\r', '\n', ...more]
  const needsQuotes = (value: string) => special.some((mark) => value.includes(mark))
  const isPostgres = database === 'postgresql'
  const inner = (value: string): string => {
    // PostgreSQL's text has no U+0000.
    const kept = isPostgres ? value.replaceAll('\0', '\ufffd') : value
    return kept.replaceAll(quote, quote + quote)
  }
  const text = (value: string): string =>
    value === '' || value === nullText || needsQuotes(value)
      ? `${quote}${inner(value)}${quote}`
      : inner(value)
  const rowEnd = options.line_ending === 'crlf' ? '\r\n' : '\n'
  return {
    before: (_, index) => (index === 0 ? '' : delimiter),
    rowEnd,
    nullText,
    datetime: database === undefined ? 'iso' : 'sql',
    quote: '',
    text,
    inner,
    minimal: { mark: quote, needed: needsQuotes },
    reserved: nullText,
    plain: plainExcept([delimiter, quote, ...more].join('')),
    bytesPerUnit: 3,
  }
}

/** RFC 4180 with LF: header, minimal quotes, null is empty, the empty string is `""`. */
export const CSV: Dialect = csvDialect(CSV_DEFAULTS)

/** The line of names. */
export function csvHeader({ text, rowEnd }: Dialect, delimiter: string, names: readonly string[]) {
  return `${names.map(text).join(delimiter)}${rowEnd}`
}

const jsonText = (value: string): string => JSON.stringify(value)

const jsonStrings: Dialect = {
  before: (column, index) => `${index === 0 ? '{' : ','}${jsonText(column)}:`,
  rowEnd: '}\n',
  nullText: 'null',
  datetime: 'iso',
  quote: '"',
  text: jsonText,
  inner: (value) => jsonText(value).slice(1, -1),
  reserved: '',
  plain: plainExcept('"\\'),
  bytesPerUnit: 6,
}

/** JSON texts inside JSON: as they are. */
const RAW_JSON: Dialect = {
  ...jsonStrings,
  quote: '',
  text: (value) => value,
  inner: (value) => value,
  plain: plainExcept(''),
}

/** JSON Lines: one object a row, keys in column order. */
export const JSONL: Dialect = { ...jsonStrings, json: RAW_JSON }

/** Rows of a JSON array: objects as in JSON Lines, each behind a comma. */
export const JSON_ROWS: Dialect = {
  ...JSONL,
  before: (column, index) => `${index === 0 ? ',\n' : ''}${JSONL.before(column, index)}`,
  rowEnd: '}',
}
