// What a plug-in sees of a batch of rows.

import type { Rows } from '#engine/rows.ts'
import { scalarAt } from './read.ts'
import type { Vector } from './vector.ts'

/** The four words of each row, one behind the other. */
export function interleaved(planes: readonly Uint32Array[], n: number): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(4 * n)
  for (const [k, plane] of planes.entries())
    for (let i = 0; i < n; i++) words[4 * i + k] = plane[i] as number
  return words
}

/** Numbers of the rows and the columns' values in them. */
export function batchOf(rows: Rows, inputs: readonly Vector[]) {
  const numbers = Array.from(rows.index.subarray(0, rows.n))
  const columns = inputs.map((vector) => numbers.map((_, i) => scalarAt(vector, i)))
  return { rows: numbers, columns }
}
