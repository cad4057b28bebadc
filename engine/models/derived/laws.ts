// Whether hours, weekdays, months or days of the month matter in a column of times: by how often each is there, or by
// what other columns are then.

import { SECONDS_PER_DAY } from '#engine/math/calendar.ts'
import { type CategoryColumn, type Column, levelCounts, type Table } from '#engine/table/table.ts'
import { MONTHS_PER_YEAR, monthDayOf, monthOf, weekdayOf } from './calendar-parts.ts'

export type Feature = 'hour' | 'weekday' | 'month' | 'monthDay'

/** A law counts when chance makes it as rarely as a normal number so far from its mean .. */
const DEVIATIONS_LEAST = 6
/** .. and it is worth something: of the squares of expected shares, and of those between two columns. */
const EFFECT_LEAST = 0.01
const ASSOCIATION_LEAST = 0.005
/** Rows that are looked at, and days that are counted through. */
const ROWS_MOST = 20_000
const DAYS_MOST = 100_000
const CODES_MOST = 20
const QUANTILES = 8

const COUNTS: Record<Feature, number> = { hour: 24, weekday: 7, month: 12, monthDay: 32 }
const HOURS = 24

/** What chi-square is above its mean, in standard deviations (Wilson and Hilferty 1931). */
function deviations(statistic: number, freedom: number): number {
  const spread = 2 / (9 * freedom)
  return (Math.cbrt(statistic / freedom) - (1 - spread)) / Math.sqrt(spread)
}

/** Columns as few codes each; -1 is null. Times are left out: they are looked at themselves. */
export function codedColumns({ columns, rows }: Table): Int32Array[] {
  const stride = Math.max(1, Math.ceil(rows / ROWS_MOST))
  return columns.flatMap((column) => codedColumn(column, stride))
}

function codedColumn(column: Column, stride: number): Int32Array[] {
  const at = { length: Math.ceil((valuesOf(column)?.length ?? 0) / stride) }
  if (column.kind === 'category') {
    const { codes } = column
    const order = frequentFirst(column)
    return [
      Int32Array.from(at, (_, i) => {
        const code = codes[i * stride] as number
        return code < 0 ? -1 : Math.min(order[code] as number, CODES_MOST - 1)
      }),
    ]
  }
  const { type } = column.field
  if (column.kind === 'text' || type === 'date' || type === 'datetime') return []
  const taken = Float64Array.from(at, (_, i) => column.values[i * stride] as number)
  return [quantileCodes(taken)]
}

function quantileCodes(values: Float64Array): Int32Array {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort()
  const cuts = Array.from({ length: QUANTILES - 1 }, (_, i) => {
    return sorted[Math.floor(((i + 1) * sorted.length) / QUANTILES)] as number
  })
  return Int32Array.from(values, (value) => {
    return Number.isNaN(value) ? -1 : cuts.reduce((code, cut) => code + Number(value > cut), 0)
  })
}

const valuesOf = (column: Column): ArrayLike<unknown> | undefined =>
  column.kind === 'category' ? column.codes : column.kind === 'number' ? column.values : undefined

/** The place of each code by how many rows have it. */
function frequentFirst(column: CategoryColumn): Int32Array {
  const counts = levelCounts(column)
  const order = [...counts.keys()].sort((a, b) => (counts[b] as number) - (counts[a] as number))
  const places = new Int32Array(counts.length)
  for (const [place, code] of order.entries()) places[code] = place
  return places
}

/** Codes of a feature, -1 where there is no time. Values are days or, with `seconds`, seconds since 1970. */
export function featureOf(feature: Feature, values: Float64Array, seconds: boolean): Int32Array {
  return Int32Array.from(values, (value) => {
    if (Number.isNaN(value)) return -1
    const day = seconds ? Math.floor(value / SECONDS_PER_DAY) : value
    switch (feature) {
      case 'hour':
        return Math.floor(((value - day * SECONDS_PER_DAY) * HOURS) / SECONDS_PER_DAY)
      case 'weekday':
        return weekdayOf(day)
      case 'month': {
        const month = monthOf(day)
        return month - Math.floor(month / MONTHS_PER_YEAR) * MONTHS_PER_YEAR
      }
      case 'monthDay':
        return monthDayOf(day)
    }
  })
}

export type Times = { values: Float64Array; seconds: boolean; firstDay: number; lastDay: number }

/** How far the feature's shares are from those of all days between the first and the last; 0 for none to speak of. */
export function shareLaw(feature: Feature, { values, seconds, firstDay, lastDay }: Times): number {
  const counts = countsOf(featureOf(feature, values, seconds), COUNTS[feature])
  const days = Math.min(lastDay - firstDay + 1, DAYS_MOST)
  const expected =
    feature === 'hour'
      ? new Float64Array(HOURS).fill(1)
      : countsOf(
          featureOf(
            feature,
            Float64Array.from({ length: days }, (_, i) => firstDay + i),
            false,
          ),
          COUNTS[feature],
        )
  const [rows, all] = [sumOf(counts), sumOf(expected)]
  let [statistic, freedom] = [0, -1]
  for (const [code, count] of counts.entries()) {
    const wanted = (rows * (expected[code] as number)) / all
    if (wanted === 0) continue
    statistic += (count - wanted) ** 2 / wanted
    freedom++
  }
  if (freedom < 1 || statistic < EFFECT_LEAST * rows) return 0
  return beyondChance(statistic, freedom)
}

/** The same of what other columns (`codedColumns`) are by the feature: of the one that depends on it most. */
export function dependenceLaw(
  feature: Feature,
  { values, seconds }: Times,
  others: readonly Int32Array[],
): number {
  const codes = featureOf(feature, sampled(values), seconds)
  return others.reduce((most, other) => Math.max(most, association(codes, other).law), 0)
}

/** Whether other columns go with the time itself more than with the month of the year: prices over twenty years, say. */
export function isTrend({ values, seconds }: Times, others: readonly Int32Array[]): boolean {
  const taken = sampled(values)
  const effect = (codes: Int32Array): number =>
    others.reduce((most, other) => Math.max(most, association(codes, other).effect), 0)
  return effect(quantileCodes(taken)) > effect(featureOf('month', taken, seconds))
}

function sampled(values: Float64Array): Float64Array {
  const stride = Math.max(1, Math.ceil(values.length / ROWS_MOST))
  return values.filter((_, row) => row % stride === 0)
}

const PLACES = Math.max(CODES_MOST, QUANTILES)

/** Chi-square of two columns of codes: beyond chance (0 where it is not), and as a share of what it can be. */
function association(features: Int32Array, others: Int32Array): { law: number; effect: number } {
  const joint = new Float64Array(COUNTS.monthDay * PLACES)
  for (let row = 0; row < features.length; row++) {
    const [a, b] = [features[row] as number, others[row] as number]
    if (a >= 0 && b >= 0) joint[a * PLACES + b] = (joint[a * PLACES + b] as number) + 1
  }
  const of = (a: number, b: number): number => joint[a * PLACES + b] as number
  const rows = Array.from({ length: COUNTS.monthDay }, (_, a) =>
    sumOf(joint.subarray(a * PLACES, (a + 1) * PLACES)),
  )
  const columns = Array.from({ length: PLACES }, (_, b) =>
    rows.reduce((sum, _row, a) => sum + of(a, b), 0),
  )
  const all = sumOf(rows)
  let statistic = 0
  for (const [a, row] of rows.entries())
    for (const [b, column] of columns.entries()) {
      const wanted = (row * column) / all
      if (wanted > 0) statistic += (of(a, b) - wanted) ** 2 / wanted
    }
  const [height, width] = [rows, columns].map(
    (sums) => sums.filter((sum) => sum > 0).length - 1,
  ) as [number, number]
  if (height < 1 || width < 1) return { law: 0, effect: 0 }
  const effect = statistic / (all * Math.min(height, width))
  return { law: effect < ASSOCIATION_LEAST ? 0 : beyondChance(statistic, height * width), effect }
}

function beyondChance(statistic: number, freedom: number): number {
  const found = deviations(statistic, freedom)
  return found > DEVIATIONS_LEAST ? found : 0
}

function countsOf(codes: Int32Array, count: number): Float64Array {
  const counts = new Float64Array(count)
  for (const code of codes) if (code >= 0) counts[code] = (counts[code] as number) + 1
  return counts
}

const sumOf = (values: ArrayLike<number>): number => {
  let sum = 0
  for (let at = 0; at < values.length; at++) sum += values[at] as number
  return sum
}
