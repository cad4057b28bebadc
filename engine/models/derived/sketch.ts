// A few rows of a table, all over it: what does not hold in them holds nowhere, and most of what is looked for does not.

import type { Column } from '#engine/table/table.ts'

const ROWS_MOST = 500

/** Columns of at most so many rows; texts are left out. */
export function sketchOf(columns: readonly (Column | null)[], rows: number): (Column | null)[] {
  const stride = Math.max(1, Math.ceil(rows / ROWS_MOST))
  const length = Math.ceil(rows / stride)
  return columns.map((column) => {
    if (column?.kind === 'number') {
      const values = new Float64Array(length)
      for (let at = 0; at < length; at++) values[at] = column.values[at * stride] as number
      return { ...column, values }
    }
    return null
  })
}
