// A batch of rows to evaluate: a contiguous range of a table, or rows gathered from anywhere in it.

export type Rows = {
  /** Rows in use. */
  n: number
  /** Row numbers; entries from `n` on are stale. */
  readonly index: Float64Array
  /** Changes whenever the rows do. */
  stamp: number
}

/** Rows up to a multiple of 8, as vector code works on groups of eight. */
export function rowCapacity(batchRows: number): number {
  return (batchRows + 7) & ~7
}

/** An empty batch for at most `batchRows` rows. */
export function createRows(batchRows: number): Rows {
  return { n: 0, index: new Float64Array(rowCapacity(batchRows)), stamp: 0 }
}

/** Makes it the rows from (included) .. to (excluded); at most the batch's capacity. */
export function setRange(rows: Rows, from: number, to: number): void {
  const { index } = rows
  const n = to - from
  for (let i = 0; i < n; i++) index[i] = from + i
  rows.n = n
  rows.stamp++
}
