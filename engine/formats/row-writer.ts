// Writes batches of rows: one loop over all columns, generated for the table at hand, or the same with a
// closure per column where generating code is forbidden.

import type { Vector } from '#engine/rules/vector.ts'
import { cellOf } from './cell.ts'
import { type Cell, joined, literalCell } from './cell-parts.ts'
import type { Dialect } from './dialect.ts'
import { generate } from './generated-code.ts'
import type { Output } from './output.ts'

export type RowWriter = {
  /** Makes room for the first `n` entries and `more` bytes; AppError `out_of_memory`. */
  reserve(out: Output, n: number, more: number): void
  /** Appends the entries from (included) .. to (excluded) as rows, in room that was made. */
  write(out: Output, from: number, to: number): void
}

/** Writes the entries from `from`, or the first one, up to `to` (excluded) at p; returns the position behind them. */
export type Loop = (
  memory: Uint8Array,
  view: DataView,
  p: number,
  to: number,
  from?: number,
) => number

/** Longer functions are cut: the optimising compiler gives up on huge ones. */
const CELLS_PER_LOOP = 40

function closureLoop(row: Cell): Loop {
  return (memory, view, p, to, from = 0) => {
    let at = p
    for (let i = from; i < to; i++) at = row.write(memory, view, at, i)
    return at
  }
}

const LOOP = { parameters: 'm,d,p,n,a', open: 'for(let i=a|0;i<n;i++){', close: '}return p' }
const ROW = { parameters: 'm,d,p,i', open: '', close: 'return p' }

function generatedLoop(cells: readonly Cell[]): Loop {
  if (cells.length <= CELLS_PER_LOOP) {
    return generate(cells, LOOP) as Loop
  }
  const parts: Cell[] = []
  for (let at = 0; at < cells.length; at += CELLS_PER_LOOP) {
    const part = cells.slice(at, at + CELLS_PER_LOOP)
    parts.push({ ...joined(part), write: generate(part, ROW) as Cell['write'] })
  }
  return closureLoop(joined(parts))
}

/** A loop over rows of the cells, generated unless the host forbids it or closures are asked for. */
export function createLoop(
  cells: readonly Cell[],
  mode: 'generated' | 'closures' = 'generated',
): Loop {
  if (mode === 'closures') return closureLoop(joined(cells))
  try {
    return generatedLoop(cells)
  } catch (error) {
    // A host that forbids code from strings throws an EvalError; anything else is a fault of ours.
    if (error instanceof EvalError) return closureLoop(joined(cells))
    throw error
  }
}

/** A writer of the vectors' entries as rows; columns in order, named for formats that show it. */
export function createRowWriter(
  columns: readonly { name: string; vector: Vector }[],
  dialect: Dialect,
  mode: 'generated' | 'closures' = 'generated',
): RowWriter {
  const before = columns.map(({ name }, index) => dialect.before(name, index))
  const cells = [
    literalCell(before[0] ?? ''),
    ...columns.map(({ vector }, index) =>
      cellOf(vector, dialect, before[index + 1] ?? dialect.rowEnd),
    ),
  ]
  let loop: Loop | null = null
  return {
    reserve: (out, n, more) => out.reserve(cells.reduce((sum, cell) => sum + cell.bound(n), more)),
    write(out, from, to) {
      loop ??= createLoop(cells, mode)
      out.length = loop(out.memory, out.view, out.length, to, from)
    },
  }
}
