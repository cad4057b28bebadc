// A CSV reader that takes its options at their word and throws at whatever they do not allow; it shares no code with
// the writer.

import type { CsvOptions } from '#engine/config/types.ts'

/** Rows of a CSV text, header included; null for a field that is spelled as one and not quoted. */
export function strictCsv(text: string, options: CsvOptions): (string | null)[][] {
  const { delimiter, quote } = options
  const end = options.line_ending === 'crlf' ? '\r\n' : '\n'
  const rows: (string | null)[][] = []
  let row: (string | null)[] = []
  let at = 0
  const quoted = (): string => {
    let field = ''
    for (at++; ; at++) {
      const char = text[at]
      if (char === undefined) throw new Error('the quote is not closed')
      if (char === quote && text[++at] !== quote) return field
      field += char
    }
  }
  const bare = (): string | null => {
    const from = at
    while (at < text.length && text[at] !== delimiter && !text.startsWith(end, at)) {
      if (text[at] === quote || text[at] === '\r' || text[at] === '\n') {
        throw new Error(`a bare ${JSON.stringify(text[at])} at ${at}`)
      }
      at++
    }
    const field = text.slice(from, at)
    return field === options.null ? null : field
  }
  while (at < text.length) {
    row.push(text[at] === quote ? quoted() : bare())
    if (text[at] === delimiter) at++
    else if (text.startsWith(end, at)) {
      at += end.length
      rows.push(row)
      row = []
    } else throw new Error(`no end of a field at ${at}`)
  }
  if (row.length > 0) throw new Error('the last line does not end')
  return rows
}
