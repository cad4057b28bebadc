// Rows that are equal in every measured column, found by numbering the combinations of values column after column.

import { type Measured, stack } from '../measured.ts'

/** Of the rows of `table` the share that equals some row of `known`; null where either has no row or no column. */
export function identicalShare(table: Measured, known: Measured): number | null {
  if (table.rows === 0 || known.rows === 0 || table.columns.length === 0) return null
  const groups = numberRows(stack(known, table))
  const seen = new Set(groups.subarray(0, known.rows))
  let equal = 0
  for (const group of groups.subarray(known.rows)) if (seen.has(group)) equal++
  return equal / table.rows
}

/** The same number for equal rows, others for others. */
function numberRows({ rows, columns }: Measured): Float64Array {
  const groups = new Float64Array(rows)
  for (const column of columns) {
    const values = column.kind === 'number' ? column.values : column.codes
    const codeOf = numbering<number>()
    const groupOf = numbering<number>()
    for (let row = 0; row < rows; row++) {
      // Both numbers are below the rows, so that their combination is exact.
      const code = codeOf(values[row] as number)
      groups[row] = groupOf((groups[row] as number) * rows + code)
    }
  }
  return groups
}

function numbering<T>(): (value: T) => number {
  const known = new Map<T, number>()
  return (value) => {
    const number = known.get(value)
    if (number !== undefined) return number
    known.set(value, known.size)
    return known.size - 1
  }
}
