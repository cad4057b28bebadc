// Writes batches of rows: one loop over all columns, generated for the table at hand, or the same with a
// closure per column where generating code is forbidden.

import type { Vector } from '#engine/rules/vector.ts'
import { createBindings } from './bind.ts'
import { cellOf } from './cell.ts'
import { type Cell, joined, literalCell } from './cell-parts.ts'
import type { Dialect } from './dialect.ts'
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

/**
 * A function made of the cells' code between `open` and `close`. The text holds our tokens and integers;
 * everything else is handed in.
 */
function generate<T>(cells: readonly Cell[], parameters: string, open: string, close: string): T {
  const { bind, names, values } = createBindings()
  const body = cells.map((cell) => cell.code(bind)).join('')
  // As constants of the function the bound values are read once, not once a row.
  const constants = names.map((name) => `const ${name}=${name}_;`).join('')
  const source = `return function(${parameters}){${constants}${open}${body}${close}return p}`
  const bound = names.map((name) => `${name}_`)
  const make = Reflect.construct(Function, [...bound, source]) as (...bound: unknown[]) => T
  return make(...values)
}

function generatedLoop(cells: readonly Cell[]): Loop {
  if (cells.length <= CELLS_PER_LOOP) {
    return generate(cells, 'm,d,p,n,a', 'for(let i=a|0;i<n;i++){', '}')
  }
  const parts: Cell[] = []
  for (let at = 0; at < cells.length; at += CELLS_PER_LOOP) {
    const part = cells.slice(at, at + CELLS_PER_LOOP)
    parts.push({ ...joined(part), write: generate(part, 'm,d,p,i', '', '') })
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
