// Writes batches of rows column by column: a row has room of its own, each step of a column is written into all rows
// before the next one, and then the rows are moved together. Its loops know the kind of a step and nothing of the table, so
// that a table whose kinds the process has seen is written by code that is optimised already.

import type { Vector } from '#engine/rules/vector.ts'
import { cellOf } from './cell.ts'
import { type Cell, joined, literalCell, stepsOf } from './cell-parts.ts'
import type { Dialect } from './dialect.ts'
import { type Frame, generateShared } from './generated-code.ts'
import type { RowWriter } from './row-writer.ts'

/** Writes entries from `from` on at the first `count` places, and moves the places behind them. */
type Fill = (
  memory: Uint8Array,
  view: DataView,
  places: Int32Array,
  count: number,
  from: number,
) => void

const FRAME: Frame = {
  parameters: 'm,d,places,n,a',
  open: 'for(let row=0,i=a|0;row<n;row++,i++){let p=places[row];',
  close: 'places[row]=p}',
}

/** Room of the rows that are written at a time: what a cache next to the core holds. */
const GROUP_BYTES = 262_144
const GROUP_ROWS = 1024
/** Cells may store a few words beyond what they keep. */
const SLACK_BYTES = 128
/** Separators up to it are part of the column before; longer ones differ from column to column. */
const SHORT = 2

function fillOf(cell: Cell): Fill {
  try {
    return generateShared([cell], FRAME) as Fill
  } catch (error) {
    if (!(error instanceof EvalError)) throw error
    return closureFill(cell)
  }
}

function closureFill(cell: Cell): Fill {
  return (memory, view, places, count, from) => {
    for (let r = 0; r < count; r++) {
      places[r] = cell.write(memory, view, places[r] as number, from + r)
    }
  }
}

function cellsOf(columns: readonly { name: string; vector: Vector }[], dialect: Dialect): Cell[] {
  const before = columns.map(({ name }, index) => dialect.before(name, index))
  const opening = before[0] ?? ''
  const cells = columns.map(({ vector }, index) => {
    const after = before[index + 1] ?? dialect.rowEnd
    return after.length <= SHORT
      ? cellOf(vector, dialect, after)
      : joined([cellOf(vector, dialect, ''), literalCell(after)])
  })
  return [literalCell(opening), ...cells]
}

/** Moves `count` rows that begin at multiples of `stride` behind `at` together; returns where they end. */
function closeUp(
  memory: Uint8Array,
  ends: Int32Array,
  count: number,
  at: number,
  stride: number,
): number {
  let p = ends[0] as number
  for (let r = 1; r < count; r++) {
    const from = at + r * stride
    const end = ends[r] as number
    memory.copyWithin(p, from, end)
    p += end - from
  }
  return p
}

/** A writer of the vectors' entries as rows, as createRowWriter makes it: the same bytes. */
export function createColumnWriter(
  columns: readonly { name: string; vector: Vector }[],
  dialect: Dialect,
): RowWriter {
  const cells = cellsOf(columns, dialect)
  const fills = cells.flatMap(stepsOf).map(fillOf)
  const places = new Int32Array(GROUP_ROWS)
  let stride = 0
  let group = 0
  return {
    reserve(out, n, more) {
      const widest = cells.reduce((sum, cell) => sum + cell.widest(n), SLACK_BYTES)
      stride = (widest + 7) & ~7
      group = Math.max(1, Math.min(GROUP_ROWS, n, Math.floor(GROUP_BYTES / stride)))
      const bytes = cells.reduce((sum, cell) => sum + cell.bound(n), more)
      out.reserve(bytes + group * stride)
    },
    write(out, from, to) {
      const { memory, view } = out
      for (let at = from; at < to; at += group) {
        const count = Math.min(group, to - at)
        for (let r = 0; r < count; r++) places[r] = out.length + r * stride
        for (const fill of fills) fill(memory, view, places, count, at)
        out.length = closeUp(memory, places, count, out.length, stride)
      }
    },
  }
}
