// Times that never come before those of another column and lie close behind them: they are learned as what lies
// between, so that no row has them in the wrong order.

import { SECONDS_PER_DAY } from '#engine/math/calendar.ts'
import { type Column, extremes, isNullAt, type NumberColumn } from '#engine/table/table.ts'

const ROWS_LEAST = 50
/** All pairs of these are compared. */
const COLUMNS_MOST = 40
/** Of the spread of times, what lies between may have: more, and it says little of them. */
const SPREAD_MOST = 0.5
/** Times of fewer values a day than so have a clock of their own, which would be lost. */
const CLOCK_SHARE = 0.25

/** Of the rows, those of a single time, which would be lost, unless what lies between has one as well. */
const ATOM_MOST = 0.05
const ATOM_RATIO = 2

/** By column the one that it follows, both of the same type. No column follows itself, however far one goes. */
export function timeOrders(columns: readonly (Column | null)[], rows: number): Map<number, number> {
  const times = columns.flatMap((column, at) => {
    const type = column?.field.type
    return column?.kind === 'number' && (type === 'date' || type === 'datetime')
      ? [{ at, column, ...momentsOf(column.values) }]
      : []
  })
  const known = times.filter(({ count }) => count >= ROWS_LEAST).slice(0, COLUMNS_MOST)
  const found = new Map<number, number>()
  for (const later of known) {
    const earlier = known.flatMap(({ at, column }) => {
      const gaps = at === later.at ? null : gapsOf(column, later.column, rows)
      return gaps !== null && fits(gaps, later) ? [{ at, spread: momentsOf(gaps).spread }] : []
    })
    const [closest] = earlier
      .filter(({ at }) => !leadsTo(found, at, later.at))
      .sort((a, b) => a.spread - b.spread)
    if (closest !== undefined) found.set(later.at, closest.at)
  }
  return found
}

/** Whether one comes from the one to the other by these. */
export function leadsTo(found: ReadonlyMap<number, number>, from: number, to: number): boolean {
  for (let at: number | undefined = from; at !== undefined; at = found.get(at))
    if (at === to) return true
  return false
}

export type Moments = { count: number; mean: number; spread: number }

/** Of what is no null. */
export function momentsOf(values: Float64Array): Moments {
  let [count, mean, squares] = [0, 0, 0]
  for (const value of values) {
    if (Number.isNaN(value)) continue
    count++
    const off = value - mean
    mean += off / count
    squares += off * (value - mean)
  }
  return { count, mean, spread: Math.sqrt(squares / Math.max(1, count)) }
}

/** Later less earlier; null where a row has no earlier one or one that is not. */
export function gapsOf(
  earlier: NumberColumn,
  later: NumberColumn,
  rows: number,
): Float64Array | null {
  if (earlier.field.type !== later.field.type) return null
  const scale = 10 ** later.field.decimals
  const gaps = new Float64Array(rows).fill(Number.NaN)
  for (let row = 0; row < rows; row++) {
    if (isNullAt(later, row)) continue
    const gap = (later.values[row] as number) - (earlier.values[row] as number)
    if (!(gap >= 0)) return null
    gaps[row] = Math.round(gap * scale) / scale
  }
  return gaps
}

function fits(gaps: Float64Array, { spread, column }: Moments & { column: NumberColumn }): boolean {
  if (momentsOf(gaps).spread > SPREAD_MOST * spread) return false
  const isHeaped = atomOf(column.values) > Math.max(ATOM_MOST, ATOM_RATIO * atomOf(gaps))
  if (isHeaped && !endsAt(column.values)) return false
  if (column.field.type === 'date') return true
  const clock = column.values.map(
    (value) => value - Math.floor(value / SECONDS_PER_DAY) * SECONDS_PER_DAY,
  )
  return distinctOf(clock) >= CLOCK_SHARE * distinctOf(gaps)
}

/** Whether so many have the last of them that it is where others end: the end of a study, or of all contracts. */
export function endsAt(values: Float64Array): boolean {
  const known = values.filter((value) => !Number.isNaN(value))
  const [, last] = extremes(known)
  return known.filter((value) => value === last).length > ATOM_MOST * known.length
}

/** The share of the most frequent of them, null aside. */
export function atomOf(values: Float64Array): number {
  const counts = new Map<number, number>()
  let [most, all] = [0, 0]
  for (const value of values) {
    if (Number.isNaN(value)) continue
    const count = (counts.get(value) ?? 0) + 1
    counts.set(value, count)
    most = Math.max(most, count)
    all++
  }
  return most / Math.max(1, all)
}

function distinctOf(values: Float64Array): number {
  return new Set(values.filter((value) => !Number.isNaN(value))).size
}

/** Of what two columns may lie apart, as a share of their own spread. */
const CLOSE = 0.25

/** Of counts (months, weeks, days; NaN is null) what lies between those of two columns; null where they are not close. */
export function closeBehind(first: Float64Array, second: Float64Array): Float64Array | null {
  const gaps = second.map((value, row) => value - (first[row] as number))
  const { count, spread } = momentsOf(gaps)
  const own = momentsOf(second)
  return count === own.count && spread <= CLOSE * own.spread ? gaps : null
}
