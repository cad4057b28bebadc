// How a CSV file is written, told by its first lines: what stands between cells, around them, and above them.

import { hasHeader } from './header.ts'
import type { Dialect } from './records.ts'

const DELIMITERS = [',', ';', '\t', '|', '\u001f'] as const
const LINES_MAX = 200

type HeadCell = { text: string; quoted: boolean }

/** Spreadsheets write the delimiter ahead of the table: `sep=;`. */
const SAID = /^sep=([,;|\t])\r?\n/i

/** The delimiter that the first line of a file says, and the length of that line; null where it is one of the table. */
export function saidDelimiter(head: string): { delimiter: string; length: number } | null {
  const [line, delimiter] = SAID.exec(head) ?? []
  return line === undefined || delimiter === undefined ? null : { delimiter, length: line.length }
}

/** The dialect of a file that begins so; what is given is not asked. `ended` where nothing follows. */
export function sniffDialect(head: string, ended: boolean, given: Partial<Dialect> = {}): Dialect {
  const quote = given.quote ?? quoteOf(head)
  const escaper = given.escape ?? escapeOf(head, quote)
  const ways = given.delimiter === undefined ? DELIMITERS : [given.delimiter]
  const tables = ways.map((delimiter) => {
    const rows = split(head, { delimiter, quote, escape: escaper }, ended)
    return { delimiter, rows, score: consistency(rows) }
  })
  const best = tables.reduce((most, table) => (table.score > most.score ? table : most))
  const { delimiter, rows } = best.score < AGREED && isSingle(best.rows) ? singleOf(tables) : best
  return {
    delimiter,
    quote,
    escape: escaper,
    header: given.header ?? hasHeader(rows.map((row) => row.map(({ text }) => text.trim()))),
    trim: given.trim ?? isSpaced(rows),
    quotedEmpty: given.quotedEmpty ?? (quotesFreely(rows, delimiter, quote) ? 'null' : 'text'),
  }
}

/** Of `consistency`: half of the rows have as many cells. */
const AGREED = 0.25

const isSingle = ([first]: readonly HeadCell[][]): boolean => first?.length === 1

/** One column, told by its name: what stands in some of its values stands between no cells. */
function singleOf<T extends { rows: HeadCell[][] }>(tables: readonly T[]): T {
  const whole = tables.find(({ rows }) => rows.every((row) => row.length === 1))
  return whole ?? (tables.at(-1) as T)
}

function quoteOf(head: string): '"' | "'" {
  const around = /(?:^|[,;\t|\n])'[^'\n]*'(?=[,;\t|\r\n])/
  return !head.includes('"') && around.test(head) ? "'" : '"'
}

function escapeOf(head: string, quote: '"' | "'"): Dialect['escape'] {
  const doubled = head.includes(`${quote}${quote}`)
  return !doubled && head.includes(`\\${quote}`) ? '\\' : quote
}

type Marks = Pick<Dialect, 'delimiter' | 'quote' | 'escape'>

/** The first rows; the last one of a head that goes on is left out. */
function split(
  head: string,
  { delimiter, quote, escape: escaper }: Marks,
  ended: boolean,
): HeadCell[][] {
  const rows: HeadCell[][] = []
  let row: HeadCell[] = []
  let cell: HeadCell = { text: '', quoted: false }
  let inside = false
  for (let at = 0; at < head.length && rows.length < LINES_MAX; at++) {
    const sign = head[at] as string
    if (inside) {
      if (sign === escaper && head[at + 1] === quote) cell.text += head[++at]
      else if (sign === quote) inside = false
      else cell.text += sign
    } else if (sign === quote && cell.text === '' && !cell.quoted) {
      inside = true
      cell.quoted = true
    } else if (sign === delimiter || sign === '\n' || sign === '\r') {
      row.push(cell)
      cell = { text: '', quoted: false }
      if (sign === delimiter) continue
      if (row.length > 1 || row[0]?.text !== '') rows.push(row)
      row = []
    } else cell.text += sign
  }
  if (rows.length === 0 || (ended && rows.length < LINES_MAX && cell.text !== ''))
    rows.push([...row, cell])
  return rows
}

/** More cells a row count, if the rows agree on how many. */
function consistency(rows: readonly HeadCell[][]): number {
  const counts = new Map<number, number>()
  for (const row of rows) counts.set(row.length, (counts.get(row.length) ?? 0) + 1)
  let score = 0
  for (const [cells, times] of counts)
    if (cells > 1) score = Math.max(score, (times / rows.length) ** 2 * (1 + Math.log2(cells) / 8))
  return score
}

function isSpaced(rows: readonly HeadCell[][]): boolean {
  const later = rows.slice(1).flatMap((row) => row.slice(1).filter(({ quoted }) => !quoted))
  return later.length > 0 && later.every(({ text }) => text.startsWith(' '))
}

/** Whether cells stand in quotes that need none. */
function quotesFreely(rows: readonly HeadCell[][], delimiter: string, quote: string): boolean {
  const needs = (text: string): boolean =>
    text === '' || text.includes(delimiter) || text.includes(quote) || /[\r\n]/.test(text)
  return rows.some((row) => row.some(({ quoted, text }) => quoted && !needs(text)))
}
