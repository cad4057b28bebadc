// How alike the single columns of two tables are: the Column Shapes of SDMetrics, by their published definitions.

import type { CategoryColumn } from '#engine/table/table.ts'
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
      const [a, b] = [sortedValues(column.values), sortedValues(other.values)]
      const distance = kolmogorovDistance(a, b)
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

/** Rows of each level; nulls are not counted. */
export function levelCounts({ codes, levels }: CategoryColumn): Float64Array {
  const counts = new Float64Array(levels.length)
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row] as number
    if (code >= 0) counts[code] = (counts[code] as number) + 1
  }
  return counts
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
