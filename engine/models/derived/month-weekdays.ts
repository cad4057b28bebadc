// Places of days in their month, as week and weekday (engine/models/derived/calendar-parts.ts), of a range of days.

import { DAYS_PER_WEEK, weekdayOf, weekOfMonth } from './calendar-parts.ts'

type Ends = { min: number; max: number }

/** For two days of a month, both inclusive. A fifth weekday that the month does not have is its fourth: then either may be meant. */
export function monthWeekdays(min: number, max: number): Ends {
  const [first, last] = [weekOfMonth(min), weekOfMonth(max)]
  const isFourth = last === LAST_WEEK - 1
  if (min === max && !isFourth) {
    const code = first * DAYS_PER_WEEK + weekdayOf(min)
    return { min: code, max: code }
  }
  const end = isFourth ? LAST_WEEK : last
  return { min: first * DAYS_PER_WEEK, max: end * DAYS_PER_WEEK + DAYS_PER_WEEK - 1 }
}

const LAST_WEEK = 4
