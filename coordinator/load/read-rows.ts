// Rows out of stored CSV, for databases that do not read CSV themselves: only what the engine writes, but all of that.

import type { CsvOptions } from '#engine/config/types.ts'

export type TextRow = (string | null)[]

type Options = {
  csv: CsvOptions
  /** Of each row. */
  columns: number
  /** Leaves out the first line. */
  headed: boolean
}

/** The rows that are whole after each piece of the bytes. RangeError when they are not what the options say. */
export async function* readRows(
  source: AsyncIterable<Uint8Array>,
  { csv, columns, headed }: Options,
): AsyncGenerator<TextRow[], void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let rest = ''
  let skips = headed ? 1 : 0
  for await (const piece of source) {
    const text = rest + decoder.decode(piece, { stream: true })
    const { rows, end } = parseRows(text, csv, columns)
    rest = text.slice(end)
    const found = rows.slice(skips)
    skips -= rows.length - found.length
    if (found.length > 0) yield found
  }
  if (rest !== '') throw new RangeError('the last row has no end')
}

/** `end`: where the first row begins that is not whole. */
function parseRows(
  text: string,
  { delimiter, quote, null: nullText }: CsvOptions,
  columns: number,
): { rows: TextRow[]; end: number } {
  const rows: TextRow[] = []
  let row: TextRow = []
  let end = 0
  for (let at = 0; at < text.length; ) {
    const quoted = text[at] === quote
    const stop = quoted ? closingQuote(text, at, quote) + 1 : fieldEnd(text, at, delimiter)
    // The mark behind the field may be in the next piece, and so may the second of two quotes.
    if (stop <= 0 || stop >= text.length) break
    row.push(quoted ? unquoted(text, at, stop, quote) : plain(text.slice(at, stop), nullText))
    at = stop + 1
    if (text[stop] === delimiter) continue
    if (text[stop] !== '\n' || row.length !== columns)
      throw new RangeError(`a row of ${row.length} fields, not ${columns}`)
    rows.push(row)
    row = []
    end = at
  }
  return { rows, end }
}

const plain = (text: string, nullText: string): string | null => (text === nullText ? null : text)

const unquoted = (text: string, from: number, to: number, quote: string): string =>
  text.slice(from + 1, to - 1).replaceAll(quote + quote, quote)

function fieldEnd(text: string, from: number, delimiter: string): number {
  let at = from
  while (at < text.length && text[at] !== delimiter && text[at] !== '\n') at++
  return at
}

/** -1 when it is not there. */
function closingQuote(text: string, from: number, quote: string): number {
  let at = text.indexOf(quote, from + 1)
  while (at >= 0 && text[at + 1] === quote) at = text.indexOf(quote, at + 2)
  return at
}
