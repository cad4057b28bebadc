// Rows of CSV as RFC 4180 has them, cut where they stand in the bytes: no cell becomes a text here. What is written in any
// other way is left to the parser.

import { type ByteCells, textAt, viewOf } from '#engine/table/byte-cells.ts'
import type { IngestLimits } from './limits.ts'
import type { Cell, Dialect } from './records.ts'
import { type ByteRows, createRowCutter, NULL_BOUND } from './row-cutter.ts'

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

const NEWLINE = 10
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
  const cut = createRowCutter(dialect, limits.cellMax)
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
