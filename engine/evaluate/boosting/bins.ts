// Columns cut into at most 256 bins, which is all that boosted trees see of them.

import { type CategoryColumn, levelCounts, type NumberColumn } from '#engine/table/table.ts'
import type { Measured, MeasuredColumn } from '../measured.ts'

/** One byte for each row; `count` bins, null in the last one. The order of bins means something for numbers only. */
export type BinnedColumn = { bins: Uint8Array; count: number; ordered: boolean }

const BINS_MAX = 256
/** Of wide tables columns have fewer bins: all together so many, if that leaves enough of them. */
const BINS_OF_ALL = 16_384
const BINS_LEAST = 32
/** Of numbers, the values that cuts are chosen from: every k-th row. */
const CUT_ROWS_MAX = 200_000

/** Cuts are learned from one table; other tables of the same columns are then cut alike. */
export function createBinner(learned: Measured): (table: Measured) => BinnedColumn[] {
  const each = Math.floor(BINS_OF_ALL / Math.max(1, learned.columns.length))
  const most = Math.min(BINS_MAX, Math.max(BINS_LEAST, each))
  const binners = learned.columns.map((column) =>
    column.kind === 'number' ? numberBinner(column, most) : levelBinner(column, most),
  )
  return (table) =>
    table.columns.map((column, at) =>
      (binners[at] as (column: MeasuredColumn) => BinnedColumn)(column),
    )
}

/** A bin for each value where there are few; else bins of about equally many rows. */
function numberBinner(
  { values }: NumberColumn,
  most: number,
): (column: MeasuredColumn) => BinnedColumn {
  const cuts = cutsOf(values, most)
  const count = cuts.length + 2
  return (column) => {
    const numbers = (column as NumberColumn).values
    const bins = new Uint8Array(numbers.length)
    for (let row = 0; row < numbers.length; row++) {
      const value = numbers[row] as number
      bins[row] = Number.isNaN(value) ? count - 1 : cutsBelow(cuts, value)
    }
    return { bins, count, ordered: true }
  }
}

function cutsOf(values: Float64Array, most: number): Float64Array {
  const step = Math.ceil(values.length / CUT_ROWS_MAX)
  const sorted = values.filter((value, row) => row % step === 0 && !Number.isNaN(value)).sort()
  const distinct = sorted.filter((value, at) => at === 0 || value !== sorted[at - 1])
  const cutsMax = most - 2
  if (distinct.length <= cutsMax + 1)
    return distinct.subarray(1).map((value, at) => (value + (distinct[at] as number)) / 2)
  const cuts = new Set<number>()
  for (let cut = 1; cut <= cutsMax; cut++) {
    const at = Math.floor((cut * sorted.length) / (cutsMax + 1))
    if (sorted[at] !== sorted[0]) cuts.add(sorted[at] as number)
  }
  return Float64Array.from(cuts)
}

/** How many cuts the value is not below. */
function cutsBelow(cuts: Float64Array, value: number): number {
  let [low, high] = [0, cuts.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((cuts[middle] as number) <= value) low = middle + 1
    else high = middle
  }
  return low
}

/** The most frequent levels have a bin each, the others share one. */
function levelBinner(
  learned: CategoryColumn,
  most: number,
): (column: MeasuredColumn) => BinnedColumn {
  const counts = levelCounts(learned)
  const frequent = [...counts.keys()]
    .sort((a, b) => (counts[b] as number) - (counts[a] as number) || a - b)
    .slice(0, most - 2)
  const binOf = new Uint8Array(counts.length).fill(frequent.length)
  for (const [bin, level] of frequent.entries()) binOf[level] = bin
  const count = frequent.length + 2
  return (column) => {
    const { codes } = column as CategoryColumn
    const bins = new Uint8Array(codes.length)
    for (let row = 0; row < codes.length; row++) {
      const code = codes[row] as number
      bins[row] = code < 0 ? count - 1 : (binOf[code] as number)
    }
    return { bins, count, ordered: false }
  }
}
