// Writes batches of rows: one loop over all columns, generated for the table at hand, or the same with a
// closure per column where generating code is forbidden.

import type { Vector } from '#engine/rules/vector.ts'
import { type Bind, type Cell, cellOf, joined, literalCell } from './cell.ts'
import type { Dialect } from './dialect.ts'
import type { Output } from './output.ts'

export type WriteRows = (out: Output, n: number) => void

type Loop = (memory: Uint8Array, view: DataView, p: number, n: number) => number

/** Functions longer than this (columns) are cut: the optimising compiler gives up on huge ones. */
const COLUMNS_PER_LOOP = 40

function closureLoop(row: Cell): Loop {
  return (memory, view, p, n) => {
    let at = p
    for (let i = 0; i < n; i++) at = row.write(memory, view, at, i)
    return at
  }
}

/** A row function whose text holds our tokens and integers; everything else is bound by position. */
function generateRow(cells: readonly Cell[]): Cell['write'] {
  const values: unknown[] = []
  const bind: Bind = (value) => `v${values.push(value) - 1}`
  const body = cells.map((cell) => cell.code(bind)).join('')
  const names = values.map((_, index) => `v${index}`)
  const source = `return function(m,d,p,i){${body}return p}`
  return (new Function(...names, source) as (...bound: unknown[]) => Cell['write'])(...values)
}

function generatedLoop(cells: readonly Cell[]): Loop {
  if (cells.length > COLUMNS_PER_LOOP) {
    const parts: Cell[] = []
    for (let at = 0; at < cells.length; at += COLUMNS_PER_LOOP) {
      const part = cells.slice(at, at + COLUMNS_PER_LOOP)
      parts.push({ ...joined(part), write: generateRow(part) })
    }
    return closureLoop(joined(parts))
  }
  const values: unknown[] = []
  const bind: Bind = (value) => `v${values.push(value) - 1}`
  const body = cells.map((cell) => cell.code(bind)).join('')
  const names = values.map((_, index) => `v${index}`)
  const source = `return function(m,d,p,n){for(let i=0;i<n;i++){${body}}return p}`
  return (new Function(...names, source) as (...bound: unknown[]) => Loop)(...values)
}

function loopOf(cells: readonly Cell[], mode: 'generated' | 'closures'): Loop {
  if (mode === 'closures') return closureLoop(joined(cells))
  try {
    return generatedLoop(cells)
  } catch (error) {
    // A host that forbids code from strings throws an EvalError; anything else is a fault of ours.
    if (error instanceof EvalError) return closureLoop(joined(cells))
    throw error
  }
}

/** A writer of the vectors' first n entries as rows; columns in order, named for formats that show it. */
export function createRowWriter(
  columns: readonly { name: string; vector: Vector }[],
  dialect: Dialect,
  mode: 'generated' | 'closures' = 'generated',
): WriteRows {
  const cells = columns.flatMap(({ name, vector }, index) => [
    literalCell(dialect.before(name, index)),
    cellOf(vector, dialect),
  ])
  cells.push(literalCell(dialect.rowEnd))
  let loop: Loop | null = null
  return (out, n) => {
    loop ??= loopOf(cells, mode)
    out.reserve(cells.reduce((sum, cell) => sum + cell.bound(n), 0))
    out.length = loop(out.memory, out.view, out.length, n)
  }
}
