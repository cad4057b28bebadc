// Rows of CSV as RFC 4180 has them, cut where they stand in the bytes: no cell becomes a text here. What is written in any
// other way is left to the parser.

import { type ByteCells, textAt, viewOf } from '#engine/table/byte-cells.ts'
import type { IngestLimits } from './limits.ts'
import type { Cell, Dialect } from './records.ts'

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

export type ByteRowsReader = {
  /** The rows that became whole. */
  take(chunk: Uint8Array): ByteRows
  /** A row is not written so, or too long: from `rest` on a parser has to read. */
  stuck(): boolean
  /** What follows the last whole row. */
  rest(): Uint8Array
  /** Before it. */
  lines(): number
  bytes(): number
}

const [NEWLINE, RETURN] = [10, 13]
const NULL_BOUND = -1
const MEMORY_FIRST = 1 << 16
const NO_ROWS: ByteRows = {
  rows: 0,
  bytes: Buffer.alloc(0),
  bounds: new Int32Array(0),
  starts: new Int32Array(1),
}

/** Null for dialects where a cell is more than what stands between delimiters and quotes of a byte each. */
export function createByteRows(dialect: Dialect, limits: IngestLimits): ByteRowsReader | null {
  const { quote, delimiter } = dialect
  if (dialect.trim || dialect.escape !== quote) return null
  if (delimiter.length !== 1 || delimiter.charCodeAt(0) > 127) return null
  const cut = createCutter(dialect, limits.cellMax)
  let memory = Buffer.alloc(MEMORY_FIRST)
  let held: Uint8Array[] = []
  let heldBytes = 0
  let [lines, taken] = [0, 0]
  let stuck = false
  const hold = (bytes: Uint8Array): void => {
    if (bytes.length > 0) held.push(bytes)
    heldBytes += bytes.length
    stuck ||= heldBytes > limits.cellMax
  }
  const joined = (last: Uint8Array): Buffer => {
    const length = heldBytes + last.length
    if (length > memory.length) memory = Buffer.alloc(2 * length)
    let at = 0
    for (const piece of [...held, last]) {
      memory.set(piece, at)
      at += piece.length
    }
    return memory.subarray(0, length)
  }
  return {
    take(chunk) {
      taken += chunk.length
      const end = chunk.lastIndexOf(NEWLINE) + 1
      if (end === 0) {
        hold(chunk)
        return NO_ROWS
      }
      const bytes = joined(chunk.subarray(0, end))
      const { found, end: behind, lines: more, stuck: isStuck } = cut(bytes)
      lines += more
      stuck = isStuck
      held = []
      heldBytes = 0
      hold(Uint8Array.from(bytes.subarray(behind)))
      // The caller may use the memory of its chunk again.
      hold(Uint8Array.from(chunk.subarray(end)))
      return found
    },
    stuck: () => stuck,
    rest: () => Buffer.concat(held),
    lines: () => lines,
    bytes: () => taken - heldBytes,
  }
}

/** `end`: of the last whole row; `stuck`: the one behind it is for the parser. */
type Cut = { found: ByteRows; end: number; lines: number; stuck: boolean }

const BOUNDS_FIRST = 1 << 12
/** What `cutRow` gives instead of a row's end. */
const [UNFINISHED, ODD] = [-1, -2]

/** Cuts text that ends with a newline; doubled quotes of whole rows are made one where they stand. */
function createCutter(dialect: Dialect, rowMax: number): (bytes: Buffer) => Cut {
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

/** The rows as cells of text. */
export function textRows({ rows, bytes, bounds, starts }: ByteRows): Cell[][] {
  return Array.from({ length: rows }, (_, row) => {
    const [first, next] = [starts[row] as number, starts[row + 1] as number]
    return Array.from({ length: next - first }, (__, c): Cell => {
      const at = 2 * (first + c)
      const from = bounds[at] as number
      return from < 0 ? null : textAt(bytes, from, bounds[at + 1] as number)
    })
  })
}

/** The columns of a table of so many; `onRagged` is told of each row that has more or fewer cells. */
export function byteColumns(
  found: ByteRows,
  width: number,
  onRagged: (cells: number) => void,
): ByteCells[] {
  const { bytes } = found
  const bounds = evenBounds(found, width, onRagged)
  const view = viewOf(bytes)
  return Array.from({ length: width }, (_, c) => ({
    ...{ bytes, view, bounds },
    ...{ first: 2 * c, step: 2 * width },
  }))
}

function evenBounds(
  { rows, bounds, starts }: ByteRows,
  width: number,
  onRagged: (cells: number) => void,
): Int32Array {
  let isEven = true
  for (let row = 1; row <= rows && isEven; row++) isEven = starts[row] === row * width
  if (isEven) return bounds
  const even = new Int32Array(2 * width * rows).fill(NULL_BOUND)
  for (let row = 0; row < rows; row++) {
    const [first, next] = [starts[row] as number, starts[row + 1] as number]
    if (next - first !== width) onRagged(next - first)
    const kept = Math.min(width, next - first)
    even.set(bounds.subarray(2 * first, 2 * (first + kept)), 2 * row * width)
  }
  return even
}
