// The distributions of each column in both tables, as bars to be laid over each other.

import { type CategoryColumn, type Field, levelCounts } from '#engine/table/table.ts'
import { quantileOf } from './mean.ts'
import type { Measured, MeasuredColumn } from './measured.ts'
import { sortedValues } from './shapes.ts'

/**
 * Shares of the rows of each table. Of numbers: bins between `edges` (one more than bins), values outside counted in
 * the outermost. Of categories: `labels`, the most frequent real ones; `other` is the share of all others.
 */
export type Overlay = {
  column: string
  type: Field['type']
  edges: number[] | null
  labels: string[] | null
  real: number[]
  synthetic: number[]
  other: [number, number]
  nulls: [number, number]
}

const BINS = 30
const LABELS_MAX = 20
/** A level is named only where this many real rows have it: rare ones may point at a person. */
const NAMED_ROWS_MIN = 5
/** Bins leave out this share of the values at either end, and at least so many, so that they tell no one's value. */
const TAIL = 0.005
const TAIL_ROWS_MIN = 5

export function overlayColumns(real: Measured, synthetic: Measured): Overlay[] {
  return real.columns.map((column, at) => {
    const other = synthetic.columns[at] as MeasuredColumn
    const head = { column: column.field.name, type: column.field.type }
    if (column.kind === 'number' && other.kind === 'number')
      return { ...head, ...overlayNumbers(column.values, other.values, column.field) }
    return { ...head, ...overlayLevels(column as CategoryColumn, other as CategoryColumn) }
  })
}

type Bars = Omit<Overlay, 'column' | 'type'>

function overlayNumbers(real: Float64Array, synthetic: Float64Array, field: Field): Bars {
  const edges = edgesOf(real, field)
  const [a, b] = [real, synthetic].map((values) => {
    const counts = new Array<number>(edges.length - 1).fill(0)
    let nulls = 0
    for (const value of values) {
      if (Number.isNaN(value)) {
        nulls++
        continue
      }
      const bin = binOf(value, edges)
      counts[bin] = (counts[bin] as number) + 1
    }
    const share = (count: number): number => (values.length === 0 ? 0 : count / values.length)
    return { shares: counts.map(share), nulls: share(nulls) }
  }) as [Sides, Sides]
  return {
    edges,
    labels: null,
    real: a.shares,
    synthetic: b.shares,
    other: [0, 0],
    nulls: [a.nulls, b.nulls],
  }
}

type Sides = { shares: number[]; nulls: number }

/** Whole numbers have bins of equally many of them. */
function edgesOf(values: Float64Array, { decimals }: Field): number[] {
  const sorted = sortedValues(values)
  const tail = Math.min(0.5, Math.max(TAIL, TAIL_ROWS_MIN / sorted.length))
  let low = quantileOf(sorted, tail) ?? 0
  let high = quantileOf(sorted, 1 - tail) ?? 0
  const unit = 10 ** -Math.min(decimals, 12)
  ;[low, high] = [Math.floor(low / unit) * unit, (Math.floor(high / unit) + 1) * unit]
  const step = Math.max(unit, Math.ceil((high - low) / BINS / unit) * unit)
  const bins = Math.max(1, Math.min(BINS, Math.ceil((high - low) / step - 1e-9)))
  return Array.from({ length: bins + 1 }, (_, at) => Number((low + at * step).toPrecision(12)))
}

function binOf(value: number, edges: readonly number[]): number {
  const [low, next] = [edges[0] as number, edges[1] as number]
  const bin = Math.floor((value - low) / (next - low))
  return Math.max(0, Math.min(edges.length - 2, bin))
}

function overlayLevels(real: CategoryColumn, synthetic: CategoryColumn): Bars {
  const [a, b] = [levelCounts(real), levelCounts(synthetic)]
  const shown = [...a.keys()]
    .filter((level) => (a[level] as number) >= NAMED_ROWS_MIN)
    .sort((x, y) => (a[y] as number) - (a[x] as number) || x - y)
    .slice(0, LABELS_MAX)
  const sides = [
    { counts: a, rows: real.codes.length },
    { counts: b, rows: synthetic.codes.length },
  ].map(({ counts, rows }) => {
    const share = (count: number): number => (rows === 0 ? 0 : count / rows)
    const shares = shown.map((level) => share(counts[level] as number))
    const known = counts.reduce((sum, count) => sum + count, 0)
    const listed = shown.reduce((sum, level) => sum + (counts[level] as number), 0)
    return { shares, other: share(known - listed), nulls: share(rows - known) }
  })
  const [x, y] = sides as [(typeof sides)[number], (typeof sides)[number]]
  return {
    edges: null,
    labels: shown.map((level) => real.levels[level] as string),
    real: x.shares,
    synthetic: y.shares,
    other: [x.other, y.other],
    nulls: [x.nulls, y.nulls],
  }
}
