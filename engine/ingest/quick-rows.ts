// Rows of CSV as RFC 4180 has them: cut at newlines, delimiters and quotes that are searched for one by one, many times as
// fast as a parser that looks at each character. What is written in any other way is left to the parser.

import type { IngestLimits } from './limits.ts'
import type { Cell, Dialect } from './records.ts'

export type QuickRows = {
  /** The rows that became whole. */
  take(chunk: Uint8Array): Cell[][]
  /** A row is not written so, or too long: from `rest` on a parser has to read. */
  stuck(): boolean
  /** What follows the last whole row. */
  rest(): Uint8Array
  /** Lines before it. */
  lines(): number
}

const NEWLINE = 10
const RETURN = '\r'

/** Null for dialects where a cell is more than what stands between delimiters and quotes. */
export function createQuickRows(dialect: Dialect, limits: IngestLimits): QuickRows | null {
  const { quote } = dialect
  if (dialect.trim || dialect.escape !== quote) return null
  const rows = createRowCutter(dialect, limits.cellMax)
  let held: Uint8Array[] = []
  let heldBytes = 0
  let lines = 0
  let stuck = false
  const hold = (bytes: Uint8Array): void => {
    held.push(bytes)
    heldBytes += bytes.length
    stuck ||= heldBytes > limits.cellMax
  }
  return {
    take(chunk) {
      const end = chunk.lastIndexOf(NEWLINE) + 1
      if (end === 0) {
        hold(chunk)
        return []
      }
      const text = Buffer.concat([...held, chunk.subarray(0, end)]).toString()
      const cut = rows(text)
      lines += cut.lines
      stuck = cut.stuck
      held = []
      heldBytes = 0
      if (cut.end < text.length) hold(Buffer.from(text.slice(cut.end)))
      hold(chunk.subarray(end))
      return cut.rows
    },
    stuck: () => stuck,
    rest: () => Buffer.concat(held),
    lines: () => lines,
  }
}

/** `end`: of the last whole row, in characters; `stuck`: the one behind it is for the parser. */
type Cut = { rows: Cell[][]; end: number; lines: number; stuck: boolean }

/** Cuts text that ends with a newline. */
function createRowCutter({ delimiter, quote, quotedEmpty }: Dialect, rowMax: number) {
  const empty = quotedEmpty === 'text' ? '' : null
  const doubled = quote + quote
  const plainRow = (line: string): Cell[] =>
    line.split(delimiter).map((cell) => (cell === '' ? null : cell))

  return (text: string): Cut => {
    const cut: Cut = { rows: [], end: 0, lines: 0, stuck: false }
    let nextQuote = text.indexOf(quote)
    while (cut.end < text.length) {
      const newline = text.indexOf('\n', cut.end)
      if (nextQuote >= 0 && nextQuote < cut.end) nextQuote = text.indexOf(quote, cut.end)
      if (nextQuote < 0 || nextQuote > newline) {
        if (newline - cut.end > rowMax) return { ...cut, stuck: true }
        const line = text.slice(cut.end, text[newline - 1] === RETURN ? newline - 1 : newline)
        if (line !== '') cut.rows.push(plainRow(line))
        cut.end = newline + 1
        cut.lines++
        continue
      }
      const row = quotedRow(text, cut.end)
      if (row === 'broken') return { ...cut, stuck: true }
      if (row === 'unfinished') return cut
      if (row.end - cut.end > rowMax) return { ...cut, stuck: true }
      cut.rows.push(row.cells)
      cut.end = row.end
      cut.lines += row.lines
    }
    return cut
  }

  /** `unfinished`: a quote is open at the end of the text. */
  function quotedRow(text: string, from: number) {
    const cells: Cell[] = []
    let lines = 1
    for (let at = from; ; ) {
      let after: number
      if (text[at] === quote) {
        const close = closingQuote(text, at + 1)
        if (close < 0) return 'unfinished'
        const inside = text.slice(at + 1, close)
        lines += newlinesIn(inside)
        cells.push(
          inside === ''
            ? empty
            : inside.includes(quote)
              ? inside.replaceAll(doubled, quote)
              : inside,
        )
        after = close + 1
        if (text[after] === RETURN && text[after + 1] === '\n') after++
      } else {
        const newline = text.indexOf('\n', at)
        const comma = text.indexOf(delimiter, at)
        after = comma >= 0 && comma < newline ? comma : newline
        const end =
          after === newline && after > at && text[after - 1] === RETURN ? after - 1 : after
        const inside = text.slice(at, end)
        if (inside.includes(quote)) return 'broken'
        cells.push(inside === '' ? null : inside)
      }
      if (text[after] === '\n') return { cells, end: after + 1, lines }
      if (text[after] !== delimiter) return 'broken'
      at = after + 1
    }
  }

  /** -1: there is none. */
  function closingQuote(text: string, from: number): number {
    let at = text.indexOf(quote, from)
    while (at >= 0 && text[at + 1] === quote) at = text.indexOf(quote, at + 2)
    return at
  }
}

function newlinesIn(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++
  return count
}
