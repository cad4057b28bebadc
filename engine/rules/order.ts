// Columns kept in order: each is drawn by its own law, then values of a row that are the wrong way round change places.

import { pow10, roundHalfAway } from '#engine/math/decimal.ts'
import type { Rows } from '#engine/rows.ts'
import type { NumberKernel } from './kernel.ts'
import { type NumberVector, numberVector } from './vector.ts'

export type OrderLaw = {
  /** Pairs of places in the list of columns: the first may not be above the second; lower places first. */
  edges: readonly (readonly [number, number])[]
  /** Units of the last digit by which each column stands above its place in the order: what makes `<` of `<=`. */
  shifts: readonly number[]
}

export type Constrained = { vectors: NumberVector[]; fill: (rows: Rows) => void }

/**
 * Bounds of the columns hold for the result where, less the shifts, no column's bounds lie below those of a column
 * that stands before it.
 */
export function orderColumns(
  kernels: readonly NumberKernel[],
  { edges, shifts }: OrderLaw,
  capacity: number,
): Constrained {
  const vectors = kernels.map(({ vector }) => ({
    ...numberVector(vector.type, vector.scale, capacity),
    nulls: vector.nulls,
  }))
  const fill = (rows: Rows) => {
    kernels.forEach((kernel, k) => {
      kernel.fill(rows)
      lower(vectors[k] as NumberVector, kernel.vector, shifts[k] as number, rows.n)
    })
    let changed = true
    while (changed) {
      changed = false
      for (const [a, b] of edges) {
        const swapped = exchange(vectors[a] as NumberVector, vectors[b] as NumberVector, rows.n)
        changed ||= swapped
      }
    }
    for (const [k, vector] of vectors.entries()) raise(vector, shifts[k] as number, rows.n)
  }
  return { vectors, fill }
}

/** Whole units less the shift. */
function lower(to: NumberVector, from: NumberVector, shift: number, n: number): void {
  const unit = from.type === 'float' ? pow10(from.scale) : 1
  const { values } = from
  if (unit === 1) {
    for (let i = 0; i < n; i++) to.values[i] = (values[i] as number) - shift
  } else {
    for (let i = 0; i < n; i++) {
      to.values[i] = roundHalfAway((values[i] as number) * unit) - shift
    }
  }
}

function raise({ type, scale, values }: NumberVector, shift: number, n: number): void {
  const unit = type === 'float' ? pow10(scale) : 1
  for (let i = 0; i < n; i++) values[i] = ((values[i] as number) + shift) / unit
}

/** True when a pair changed places; nulls stay where they are, and are no part of the order. */
function exchange(a: NumberVector, b: NumberVector, n: number): boolean {
  let changed = false
  for (let i = 0; i < n; i++) {
    const [x, y] = [a.values[i] as number, b.values[i] as number]
    if (x <= y || a.nulls?.[i] === 1 || b.nulls?.[i] === 1) continue
    a.values[i] = y
    b.values[i] = x
    changed = true
  }
  return changed
}
