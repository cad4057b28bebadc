// Rows of CSV without a quote: lines cut at newlines and delimiters, ten times as fast as a parser that looks for both.

import type { IngestLimits } from './limits.ts'
import type { Cell, Dialect } from './records.ts'

export type PlainLines = {
  /**
   * The rows that became whole. Null at the first quote, and for a row that is too long: from here on a parser has to
   * read, `rest` first, then this chunk.
   */
  take(chunk: Uint8Array): Cell[][] | null
  /** What follows the last whole row. */
  rest(): Uint8Array
  /** Lines before it. */
  lines(): number
}

const NEWLINE = 10

/** Null for dialects where a line without quotes is more than its cells. */
export function createPlainLines(dialect: Dialect, limits: IngestLimits): PlainLines | null {
  const { delimiter, quote } = dialect
  if (dialect.trim || dialect.escape !== quote) return null
  const quoteByte = quote.charCodeAt(0)
  let held: Uint8Array[] = []
  let heldBytes = 0
  let lines = 0
  const rowsOf = (written: readonly string[]): Cell[][] => {
    const rows: Cell[][] = []
    for (const ended of written) {
      const line = ended.endsWith('\r') ? ended.slice(0, -1) : ended
      if (line !== '') rows.push(line.split(delimiter).map((cell) => (cell === '' ? null : cell)))
    }
    lines += written.length
    return rows
  }
  return {
    take(chunk) {
      if (chunk.includes(quoteByte)) return null
      const end = chunk.lastIndexOf(NEWLINE)
      if (end < 0) {
        if (heldBytes + chunk.length > limits.cellMax) return null
        held.push(chunk)
        heldBytes += chunk.length
        return []
      }
      const written = Buffer.concat([...held, chunk.subarray(0, end)])
        .toString()
        .split('\n')
      if (written.some(({ length }) => length > limits.cellMax)) return null
      held = [chunk.subarray(end + 1)]
      heldBytes = chunk.length - end - 1
      return rowsOf(written)
    },
    rest: () => Buffer.concat(held),
    lines: () => lines,
  }
}
