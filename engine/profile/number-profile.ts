// What the numbers of a column look like: quantiles, histogram, spread, law.

import type { Field } from '#engine/table/table.ts'
import type { ColumnCounts } from './column-counter.ts'
import { fitLaw } from './fitted-law.ts'
import { type Histogram, type NumberProfile, QUANTILE_SHARES } from './profile.ts'

const BINS_MAX = 30
/** Values that are searched for a law, evenly spread over the sorted ones. */
const LAW_VALUES = 2000

/** `sorted` are the sampled values, ascending, without nulls: one at least. */
export function profileNumbers(
  field: Field,
  { min, max, mean, deviation, zeros, negatives }: ColumnCounts,
  sorted: Float64Array,
): NumberProfile {
  const { type } = field
  const unit = unitOf(field)
  const steps = QUANTILE_SHARES.map((share) => quantile(sorted, share))
  const quantiles = [min, ...steps.slice(1, -1), max]
  return {
    min,
    max,
    mean,
    deviation,
    zeros,
    negatives,
    quantiles,
    histogram: histogramOf(sorted, unit),
    spread: spreadOf(withoutExtremes(sorted), unit),
    law: type === 'integer' || type === 'decimal' ? fitLaw(thinned(sorted), unit) : null,
  }
}

/** The step between values: a digit behind the point, a second, a day. */
export function unitOf({ type, decimals }: Pick<Field, 'type' | 'decimals'>): number {
  return type === 'decimal' ? Number(`1e-${Math.min(decimals, 15)}`) : 1
}

/** The least value that this share of the values reach. */
export function quantile(sorted: Float64Array, share: number): number {
  const at = Math.ceil(share * sorted.length) - 1
  return sorted[Math.max(0, Math.min(sorted.length - 1, at))] as number
}

function thinned(sorted: Float64Array): Float64Array {
  if (sorted.length <= LAW_VALUES) return sorted
  const step = sorted.length / LAW_VALUES
  return Float64Array.from({ length: LAW_VALUES }, (_, at) => {
    return sorted[Math.floor((at + 0.5) * step)] as number
  })
}

/** Between the extremes; a bin for each value where whole numbers are few. */
function histogramOf(sorted: Float64Array, unit: number): Histogram {
  const [min, max] = [sorted[0] as number, sorted.at(-1) as number]
  const values = Math.round((max - min) / unit) + 1
  const bins = Math.max(1, Math.min(BINS_MAX, values))
  const width = values <= BINS_MAX ? unit : (max - min) / bins
  const edges = Array.from({ length: bins + 1 }, (_, at) => tidy(min + at * width))
  const counts = new Float64Array(bins)
  for (const value of sorted) {
    const bin = Math.min(bins - 1, Math.floor((value - min) / width + 1e-9))
    counts[bin] = (counts[bin] as number) + 1
  }
  return { edges, shares: Array.from(counts, (count) => tidy(count / sorted.length)) }
}

const FREQUENT = 0.005
const SHARE_OF_BIN = 0.01

const RARE_ROWS = 5
const MOST_SHARE_GIVEN_UP = 0.05

/** At either end the numbers that fewer than 5 rows reach become the first that 5 reach; fewer in small tables. */
function withoutExtremes(sorted: Float64Array): Float64Array {
  const rare = Math.max(1, Math.min(RARE_ROWS, Math.floor(sorted.length * MOST_SHARE_GIVEN_UP)))
  const [min, max] = [sorted[rare - 1] as number, sorted[sorted.length - rare] as number]
  return sorted.map((value) => Math.min(Math.max(value, min), max))
}

/** Bins that hold whole steps, so that values drawn evenly from them are values of the column's digits. */
export function spreadOf(
  sorted: Float64Array,
  unit: number,
  frequent = FREQUENT,
  share = SHARE_OF_BIN,
): Histogram {
  const [edges, shares]: [number[], number[]] = [[], []]
  const bin = (from: number, last: number, rows: number): void => {
    if (edges.length > 0 && (edges.at(-1) as number) < from) {
      shares.push(0)
      edges.push(from)
    } else if (edges.length === 0) edges.push(from)
    shares.push(tidy(rows / sorted.length))
    edges.push(tidy(last + unit))
  }
  let [first, last, rows] = [Number.NaN, Number.NaN, 0]
  const flush = (): void => {
    if (rows > 0) bin(first, last, rows)
    rows = 0
  }
  for (let from = 0; from < sorted.length; ) {
    const value = sorted[from] as number
    let to = from + 1
    while (sorted[to] === value) to++
    if (to - from >= frequent * sorted.length) {
      flush()
      bin(value, value, to - from)
    } else {
      if (rows === 0) first = value
      last = value
      rows += to - from
      if (rows >= share * sorted.length) flush()
    }
    from = to
  }
  flush()
  return { edges, shares }
}

/** Twelve digits: without the last ones, which arithmetic made. */
function tidy(value: number): number {
  return Number(value.toPrecision(12))
}
