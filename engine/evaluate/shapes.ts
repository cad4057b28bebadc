// How alike the single columns of two tables are: the Column Shapes of SDMetrics, by their published definitions.

import { type CategoryColumn, levelCounts } from '#engine/table/table.ts'
import { meanOf } from './mean.ts'
import type { Measured, MeasuredColumn } from './measured.ts'

/** `score` is 1 for equal distributions and 0 for disjoint ones; null where a side has no value. */
export type ShapeScore = {
  column: string
  metric: 'KSComplement' | 'TVComplement'
  score: number | null
}

export type Shapes = { score: number | null; columns: ShapeScore[] }

/** Beyond this many decimals values count as equal, as in SDMetrics. */
const DECIMALS_MAX = 14
/** What a level that only synthetic rows have counts in the real ones, as in SDMetrics. */
const UNSEEN_COUNT = 1e-6

/** Complement of the distance of Kolmogorov and Smirnov for numbers and times, of total variation for categories. */
export function scoreShapes(real: Measured, synthetic: Measured): Shapes {
  const columns = real.columns.map((column, at): ShapeScore => {
    const other = synthetic.columns[at] as MeasuredColumn
    const { name } = column.field
    if (column.kind === 'number' && other.kind === 'number') {
      const distance =
        countedDistance(column.values, other.values) ??
        kolmogorovDistance(sortedValues(column.values), sortedValues(other.values))
      return {
        column: name,
        metric: 'KSComplement',
        score: distance === null ? null : 1 - distance,
      }
    }
    const score = variationComplement(column as CategoryColumn, other as CategoryColumn)
    return { column: name, metric: 'TVComplement', score }
  })
  return { score: meanOf(columns.map(({ score }) => score)), columns }
}

/** Ascending, without nulls. */
export function sortedValues(values: Float64Array): Float64Array {
  const kept = new Float64Array(values.length)
  let count = 0
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number
    if (!Number.isNaN(value)) kept[count++] = rounded(value)
  }
  return kept.subarray(0, count).sort()
}

function rounded(value: number): number {
  if (Number.isInteger(value) || Math.abs(value) > 90) return value
  return Math.round(value * 10 ** DECIMALS_MAX) / 10 ** DECIMALS_MAX
}

/** The greatest distance of the empirical distribution functions of sorted values; null where a side is empty. */
export function kolmogorovDistance(a: Float64Array, b: Float64Array): number | null {
  if (a.length === 0 || b.length === 0) return null
  let [i, j, worst] = [0, 0, 0]
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i] as number, b[j] as number)
    while (i < a.length && (a[i] as number) === value) i++
    while (j < b.length && (b[j] as number) === value) j++
    worst = Math.max(worst, Math.abs(i / a.length - j / b.length))
  }
  return worst
}

/** Whole numbers within a range of so many times their rows are counted, which is faster than to sort them. */
const COUNTED_RANGE_MAX = 4

/** The same for whole numbers of a small range; null for others, and where a side is empty. */
function countedDistance(a: Float64Array, b: Float64Array): number | null {
  const ranges = [wholeRange(a), wholeRange(b)]
  const [real, synthetic] = ranges
  if (!real || !synthetic) return null
  const low = Math.min(real.low, synthetic.low)
  const size = Math.max(real.high, synthetic.high) - low + 1
  if (size > COUNTED_RANGE_MAX * (a.length + b.length)) return null
  const [ofA, ofB] = [a, b].map((values) => {
    const counts = new Int32Array(size)
    for (let row = 0; row < values.length; row++) {
      const at = (values[row] as number) - low
      if (at >= 0) counts[at] = (counts[at] as number) + 1
    }
    return counts
  }) as [Int32Array, Int32Array]
  let [i, j, worst] = [0, 0, 0]
  for (let at = 0; at < size; at++) {
    i += ofA[at] as number
    j += ofB[at] as number
    worst = Math.max(worst, Math.abs(i / real.count - j / synthetic.count))
  }
  return worst
}

/** Null where some value is no whole number, and where there is none. */
function wholeRange(values: Float64Array): { low: number; high: number; count: number } | null {
  let [low, high, count] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0]
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number
    if (Number.isNaN(value)) continue
    if (!Number.isSafeInteger(value)) return null
    if (value < low) low = value
    if (value > high) high = value
    count++
  }
  return count === 0 ? null : { low, high, count }
}

function variationComplement(real: CategoryColumn, synthetic: CategoryColumn): number | null {
  const [a, b] = [levelCounts(real), levelCounts(synthetic)]
  const sum = (counts: Float64Array): number => counts.reduce((total, count) => total + count, 0)
  const synthetics = sum(b)
  if (sum(a) === 0 || synthetics === 0) return null
  for (let level = 0; level < a.length; level++)
    if (a[level] === 0 && (b[level] as number) > 0) a[level] = UNSEEN_COUNT
  const reals = sum(a)
  let distance = 0
  for (let level = 0; level < a.length; level++)
    distance += Math.abs((a[level] as number) / reals - (b[level] as number) / synthetics)
  return Math.max(0, 1 - distance / 2)
}
