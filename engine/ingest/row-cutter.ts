// Where the rows of CSV, and their cells, stand in bytes that end with a line.

import type { Dialect } from './records.ts'

/**
 * Whole rows; `starts[row]` is the first of its cells, of which each has two bounds, negative for null. Their memory is
 * that of the next rows too.
 */
export type ByteRows = {
  rows: number
  bytes: Buffer
  bounds: Int32Array
  starts: Int32Array
}

const [NEWLINE, RETURN] = [10, 13]
/** Both bounds of a cell that is null. */
export const NULL_BOUND = -1

/** `end`: of the last whole row; `stuck`: the one behind it is for the parser. */
type Cut = { found: ByteRows; end: number; lines: number; stuck: boolean }

const BOUNDS_FIRST = 1 << 12
/** What `cutRow` gives instead of a row's end. */
const [UNFINISHED, ODD] = [-1, -2]

/** Cuts text that ends with a newline; doubled quotes of whole rows are made one where they stand. */
export function createRowCutter(dialect: Dialect, rowMax: number): (bytes: Buffer) => Cut {
  const [quote, delimiter] = [dialect.quote.charCodeAt(0), dialect.delimiter.charCodeAt(0)]
  const keepsEmpty = dialect.quotedEmpty === 'text'
  /** Bytes that a cell without quotes ends before, or may not have. */
  const stops = new Uint8Array(256)
  for (const stop of [quote, delimiter, NEWLINE]) stops[stop] = 1
  let bounds = new Int32Array(BOUNDS_FIRST)
  let starts = new Int32Array(BOUNDS_FIRST)
  let put = 0
  let lines = 0
  /** Places in `bounds` of cells with doubled quotes. */
  let doubled: number[] = []

  /** Of a cell whose quote opens before `from`; -1: there is none. */
  const closingQuote = (bytes: Buffer, from: number): number => {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at]
      if (byte === NEWLINE) lines++
      else if (byte === quote) {
        if (bytes[at + 1] !== quote) return at
        if (doubled.at(-1) !== put) doubled.push(put)
        at++
      }
    }
    return -1
  }
  const bound = (from: number, to: number, isNull: boolean): void => {
    if (put + 2 > bounds.length) bounds = longer(bounds)
    bounds[put++] = isNull ? NULL_BOUND : from
    bounds[put++] = isNull ? NULL_BOUND : to
  }
  /** Where the row that begins here ends. */
  const cutRow = (bytes: Buffer, from: number): number => {
    for (let at = from; ; at++) {
      const cell = at
      if (bytes[at] === quote) {
        const close = closingQuote(bytes, at + 1)
        if (close < 0) return UNFINISHED
        bound(cell + 1, close, close === cell + 1 && !keepsEmpty)
        at = close + 1
        if (bytes[at] === RETURN && bytes[at + 1] === NEWLINE) at++
      } else {
        while (stops[bytes[at] as number] === 0) at++
        const hasReturn = bytes[at] === NEWLINE && at > cell && bytes[at - 1] === RETURN
        const to = hasReturn ? at - 1 : at
        bound(cell, to, to === cell)
      }
      if (bytes[at] === delimiter) continue
      return bytes[at] === NEWLINE && at - from <= rowMax ? at + 1 : ODD
    }
  }
  return (bytes) => {
    ;[put, lines, doubled] = [0, 0, []]
    let [rows, end, outcome] = [0, 0, 0]
    while (end < bytes.length) {
      const before = { put, lines, doubled: doubled.length }
      outcome = cutRow(bytes, end)
      if (outcome < 0) {
        ;({ put, lines } = before)
        doubled.length = before.doubled
        break
      }
      // A line of nothing is no row.
      const isNothing = put === before.put + 2 && (bounds[before.put] as number) < 0
      if (isNothing && bytes[end] !== quote) put = before.put
      else {
        if (rows + 2 > starts.length) starts = longer(starts)
        starts[++rows] = put / 2
      }
      end = outcome
      lines++
    }
    for (const at of doubled) bounds[at + 1] = unescaped(bytes, bounds, at, quote)
    return { found: { rows, bytes, bounds, starts }, end, lines, stuck: outcome === ODD }
  }
}

function longer(bounds: Int32Array): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(2 * bounds.length)
  grown.set(bounds)
  return grown
}

/** The cell's new end. */
function unescaped(bytes: Buffer, bounds: Int32Array, at: number, quote: number): number {
  const [from, to] = [bounds[at] as number, bounds[at + 1] as number]
  let put = from
  for (let next = from; next < to; next++) {
    const byte = bytes[next] as number
    bytes[put++] = byte
    if (byte === quote) next++
  }
  return put
}
