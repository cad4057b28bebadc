// csv-parse for a dialect, fed in promises, and what its errors say to whoever sent the file.

import { type CsvError, type InfoRecord, type Options, type Parser, parse } from 'csv-parse'
import { brokenFile, type IngestLimits, pastLimit } from './limits.ts'
import type { Dialect } from './records.ts'

type ParserOptions = {
  /** Lines end with a carriage return alone. */
  isOld: boolean
  /** Told with each row how many lines there are up to its end. */
  onRow: (lines: number) => void
}

/** Gives rows of cells as text, null where nothing stands. */
export function createCsvParser(
  dialect: Dialect,
  limits: IngestLimits,
  { isOld, onRow }: ParserOptions,
): Parser {
  const keepsEmpty = dialect.quotedEmpty === 'text'
  const options: Options = {
    ...{ delimiter: dialect.delimiter, quote: dialect.quote, escape: dialect.escape },
    cast: (value, { quoting }) => (value === '' && !(quoting && keepsEmpty) ? null : value),
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    trim: dialect.trim,
    record_delimiter: isOld ? ['\r'] : ['\r\n', '\n'],
    max_record_size: limits.cellMax,
    on_record(record: string[], { lines }: InfoRecord) {
      onRow(lines)
      return record
    },
  }
  const parser = parse({ ...options, readableHighWaterMark: Number.MAX_SAFE_INTEGER } as Options)
  // Whoever writes to it is told of errors by the call.
  parser.on('error', () => undefined)
  return parser
}

/** Resolves when the parser has taken it; rejects with its error. */
export function written(parser: Parser, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    parser.once('error', reject)
    parser.write(chunk, (error) => {
      parser.off('error', reject)
      if (error) reject(error)
      else resolve()
    })
  })
}

/** Resolves when the parser has taken all; rejects with its error. */
export function ended(parser: Parser): Promise<void> {
  return new Promise((resolve, reject) => {
    parser.once('error', reject)
    parser.once('finish', resolve)
    parser.end()
  })
}

/** Whether the parser threw it, of what is written. */
export function isCsvError(error: unknown): error is CsvError {
  return String((error as { code?: unknown }).code).startsWith('CSV_')
}

/** The AppError of a break on this line. */
export function placed(error: CsvError, line: number, limits: IngestLimits): Error {
  const column = Number(error['column']) + 1 || 1
  if (error.code === 'CSV_MAX_RECORD_SIZE')
    return pastLimit(`a row with more than ${limits.cellMax} characters, or a quote not closed`, {
      line,
    })
  if (error.code === 'CSV_QUOTE_NOT_CLOSED')
    return brokenFile('a quote that is never closed', 'Close it, or double the quotes inside.', {
      line,
    })
  const hint = 'Correct the line, or name the delimiter, quote and escape of the file.'
  return brokenFile('cells that cannot be told apart', hint, { line, column })
}
