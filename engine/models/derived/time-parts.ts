// What a column of dates or moments is learned as: as it is, or, where the calendar says something about it, as parts
// of which it follows.

import { SECONDS_PER_DAY } from '#engine/math/calendar.ts'
import { extremes } from '#engine/table/table.ts'
import {
  DAYS_PER_WEEK,
  MONDAY_OFFSET,
  MONTHS_PER_YEAR,
  monthDayOf,
  monthOf,
  weekdayOf,
  weekOfMonth,
} from './calendar-parts.ts'
import { dependenceLaw, type Feature, isTrend, shareLaw, type Times } from './laws.ts'

/**
 * Values of all rows (NaN is null), learned as a number or as a category of its few values; what follows from two; or a
 * target that is there already.
 */
export type Parts =
  | { learn: 'number' | 'category'; called: string; values: Float64Array; decimals: number }
  | { follow: 'linear'; called: string; unit: number; offset: number; first: Parts; second: Parts }
  | { follow: 'month_day' | 'month_weekday'; called: string; first: Parts; second: Parts }
  | { target: number }

/** What is counted through the years. */
const LEADS = ['month', 'week', 'day'] as const
export type Lead = (typeof LEADS)[number]
const isLead = (called: string): called is Lead => LEADS.some((lead) => lead === called)

/** The smallest part that says when in all the years; null where none does. */
export function leadOf(parts: Parts): Lead | null {
  if ('target' in parts) return null
  const deeper = 'follow' in parts ? leadOf(parts.first) : null
  return deeper ?? (isLead(parts.called) ? parts.called : null)
}

/** With another part in place of that. */
export function withLead(parts: Parts, lead: Parts): Parts {
  if (!('follow' in parts) || leadOf(parts.first) === null) return lead
  return { ...parts, first: withLead(parts.first, lead) }
}

/** Fewer times than this show no law. */
const ROWS_LEAST = 200
/** Hours are the hours of several days, weekdays of several weeks, and so on. */
const DAYS_LEAST: Record<Feature, number> = { hour: 5, weekday: 21, monthDay: 90, month: 400 }
/** Days are a category where they are few and each has rows enough .. */
const DAYS_MOST = 62
const ROWS_PER_DAY = 20
/** .. and so are months, counted through the years. */
const ROWS_PER_MONTH = 20
const MONTHS_MOST = 60
/** Otherwise years and months are learned apart, which takes several of each. */
const YEARS_LEAST = 3

export type TimeForm = {
  /** Moments, and not days. */
  seconds: boolean
  decimals: number
  /** Of the clock and calendar that they are lived by, in seconds east of UTC. */
  offset: number
}

/** Null where the column is best learned as it is. `others` as `codedColumns` gives them. */
export function timeParts(
  utc: Float64Array,
  { seconds, decimals, offset }: TimeForm,
  others: readonly Int32Array[],
): Parts | null {
  const values = offset === 0 ? utc : utc.map((value) => value + offset)
  const known = values.filter((value) => !Number.isNaN(value))
  if (known.length < ROWS_LEAST) return null
  const days = seconds ? values.map((value) => Math.floor(value / SECONDS_PER_DAY)) : values
  const [firstDay, lastDay] = extremes(days)
  const isCalendar = known.every((value) => Number.isInteger(seconds ? 0 : value))
  if (!isCalendar || firstDay < YEAR_0 || lastDay > YEAR_9999) return null
  const span = lastDay - firstDay + 1
  const times: Times = { values, seconds, firstDay, lastDay }
  const law = (feature: Feature): number =>
    span < DAYS_LEAST[feature]
      ? 0
      : Math.max(shareLaw(feature, times), dependenceLaw(feature, times, others))
  const hasTrend = (): boolean => isTrend(times, others)
  const day = dayParts(days, { span, rows: known.length, law, hasTrend })
  if (!seconds) return 'learn' in day ? null : day
  const hasHours = law('hour') > 0
  if (!hasHours && 'learn' in day) return null
  const clock = values.map((value, row) => value - (days[row] as number) * SECONDS_PER_DAY)
  const second: Parts = { learn: 'number', called: 'time of day', values: clock, decimals }
  return {
    follow: 'linear',
    called: '',
    unit: SECONDS_PER_DAY,
    offset: 0 - offset,
    first: day,
    second,
  }
}

const [YEAR_0, YEAR_9999] = [-719_528, 2_932_896]

type Known = {
  span: number
  rows: number
  law: (feature: Feature) => number
  hasTrend: () => boolean
}

/** Months and a place in them, weeks and weekdays, or days. */
function dayParts(days: Float64Array, { span, rows, law, hasTrend }: Known): Parts {
  const [weekday, monthDay, month] = [law('weekday'), law('monthDay'), law('month')]
  const counted = (of: (day: number) => number): Float64Array =>
    days.map((day) => (Number.isNaN(day) ? day : of(day)))
  const number = (called: string, values: Float64Array): Parts => {
    return { learn: 'number', called, values, decimals: 0 }
  }
  const category = (called: string, values: Float64Array): Parts => {
    return { learn: 'category', called, values, decimals: 0 }
  }
  if (weekday + monthDay > 0 && span <= Math.min(DAYS_MOST, rows / ROWS_PER_DAY))
    return category('day', days)
  const months =
    month > 0 || monthDay > weekday ? monthParts(counted(monthOf), { span, rows, hasTrend }) : null
  if (months !== null && monthDay > weekday) {
    const second = number('day of month', counted(monthDayOf))
    return { follow: 'month_day', called: 'day', first: months, second }
  }
  if (months !== null) {
    const second: Parts = {
      ...{ follow: 'linear', called: 'day of month', unit: DAYS_PER_WEEK, offset: 0 },
      first: number('week of month', counted(weekOfMonth)),
      second: category('weekday', counted(weekdayOf)),
    }
    return { follow: 'month_weekday', called: 'day', first: months, second }
  }
  if (weekday === 0) return number('day', days)
  return {
    ...{ follow: 'linear', called: 'day', unit: DAYS_PER_WEEK, offset: -MONDAY_OFFSET },
    first: number(
      'week',
      counted((day) => Math.floor((day + MONDAY_OFFSET) / DAYS_PER_WEEK)),
    ),
    second: category('weekday', counted(weekdayOf)),
  }
}

/**
 * Months since 1970; null where there are too many to learn each, and too few years to tell months from them or other
 * columns that follow the years.
 */
function monthParts(
  months: Float64Array,
  { span, rows, hasTrend }: Omit<Known, 'law'>,
): Parts | null {
  const [first, last] = extremes(months)
  const count = last - first + 1
  if (count <= Math.min(MONTHS_MOST, rows / ROWS_PER_MONTH))
    return { learn: 'category', called: 'month', values: months, decimals: 0 }
  if (span < YEARS_LEAST * 365 || hasTrend()) return null
  const years = months.map((month) => Math.floor(month / MONTHS_PER_YEAR))
  return {
    ...{ follow: 'linear', called: 'month', unit: MONTHS_PER_YEAR, offset: 0 },
    first: { learn: 'number', called: 'year', values: years, decimals: 0 },
    second: {
      ...{ learn: 'category', called: 'month of year', decimals: 0 },
      values: months.map((month, row) => month - MONTHS_PER_YEAR * (years[row] as number)),
    },
  }
}
