// Feeding csv-parse, and what its errors say to whoever sent the file.

import type { CsvError, Parser } from 'csv-parse'
import { brokenFile, type IngestLimits, pastLimit } from './limits.ts'

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
