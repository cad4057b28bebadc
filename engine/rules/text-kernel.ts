// A kernel whose values are spelled out as strings, row by row.

import type { Rows } from '#engine/rows.ts'
import type { Kernel } from './kernel.ts'
import type { TextVector } from './vector.ts'

/** After `prepare`, entry i is `read(i)`. */
export function textKernel(
  capacity: number,
  prepare: (rows: Rows) => void,
  read: (i: number) => string,
): Kernel<TextVector> {
  const values = new Array<string>(capacity).fill('')
  return {
    vector: { kind: 'text', values, nulls: null },
    fill(rows) {
      prepare(rows)
      for (let i = 0; i < rows.n; i++) values[i] = read(i)
    },
  }
}
