// Sums of gradients, curvatures and rows in every bin of every column: what the search for splits works on.

import type { BinnedColumn } from './bins.ts'

/** From 3 (start of the column + bin) on: the sum of gradients, of curvatures, and the number of rows of a bin. */
export type Histogram = Float64Array

export const PARTS = 3

/** Where the bins of each column start, and after the last one how many there are. */
export function binStarts(columns: readonly BinnedColumn[]): Int32Array {
  const starts = new Int32Array(columns.length + 1)
  for (const [at, { count }] of columns.entries()) starts[at + 1] = (starts[at] as number) + count
  return starts
}

/** Of each row what the loss changes by: its first and second derivative in the prediction. */
export type Gradients = { gradients: Float64Array; curvatures: Float64Array }

/** Adds up rows `order[from]` to `order[to - 1]`; keeps scratch buffers for as many rows as the order has. */
export function createHistogramFiller(
  columns: readonly BinnedColumn[],
  rowsMax: number,
): (
  histogram: Histogram,
  rows: { order: Int32Array; from: number; to: number },
  values: Gradients,
) => void {
  const starts = binStarts(columns)
  const gradientsHere = new Float64Array(rowsMax)
  const curvaturesHere = new Float64Array(rowsMax)
  return (histogram, { order, from, to }, { gradients, curvatures }) => {
    for (let i = from; i < to; i++) {
      const row = order[i] as number
      gradientsHere[i - from] = gradients[row] as number
      curvaturesHere[i - from] = curvatures[row] as number
    }
    histogram.fill(0)
    for (let column = 0; column < columns.length; column++) {
      const { bins } = columns[column] as BinnedColumn
      const start = (starts[column] as number) * PARTS
      for (let i = from; i < to; i++) {
        const at = start + (bins[order[i] as number] as number) * PARTS
        histogram[at] = (histogram[at] as number) + (gradientsHere[i - from] as number)
        histogram[at + 1] = (histogram[at + 1] as number) + (curvaturesHere[i - from] as number)
        histogram[at + 2] = (histogram[at + 2] as number) + 1
      }
    }
  }
}

/** What remains of the first without the second, in place. */
export function subtract(from: Histogram, other: Histogram): void {
  for (let at = 0; at < from.length; at++) from[at] = (from[at] as number) - (other[at] as number)
}
