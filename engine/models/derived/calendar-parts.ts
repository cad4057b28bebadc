// Days as months and a place in them, and back. Months are counted from January 1970; every code is some day of any
// month, so that parts which were drawn apart always meet in a date.

import { civilOf, daysOf } from '#engine/math/calendar.ts'

export const DAYS_PER_WEEK = 7
export const MONTHS_PER_YEAR = 12
const LONGEST = 31
/** Days up to this one are counted from the first of the month, later ones from its last. */
const FROM_START = 24
/** Of days since 1970, so that weeks begin on Mondays. */
export const MONDAY_OFFSET = 3

/** Since 1970. */
export function monthOf(day: number): number {
  const { year, month } = civilOf(day)
  return (year - 1970) * MONTHS_PER_YEAR + month - 1
}

/** The first day of a month since 1970. */
export function firstDay(month: number): number {
  const year = Math.floor(month / MONTHS_PER_YEAR)
  return daysOf({ year: year + 1970, month: month - year * MONTHS_PER_YEAR + 1, day: 1 })
}

/** 0 is Monday. */
export function weekdayOf(day: number): number {
  const shifted = day + MONDAY_OFFSET
  return shifted - Math.floor(shifted / DAYS_PER_WEEK) * DAYS_PER_WEEK
}

/** 1 to 31: the last day of each month is 31, the one before it 30. */
export function monthDayOf(day: number): number {
  const month = monthOf(day)
  const dayOfMonth = day - firstDay(month) + 1
  return dayOfMonth <= FROM_START ? dayOfMonth : LONGEST - (firstDay(month + 1) - 1 - day)
}

/** The reverse; what only longer months have is an earlier day. */
export function fromMonthDay(month: number, code: number): number {
  return code <= FROM_START
    ? firstDay(month) + code - 1
    : firstDay(month + 1) - 1 - (LONGEST - code)
}

/** How many of its weekday come before it in its month: 0 to 4. */
export function weekOfMonth(day: number): number {
  return Math.floor((day - firstDay(monthOf(day))) / DAYS_PER_WEEK)
}

/** `code` is 7 * weekOfMonth + weekday; a fifth one that the month does not have is the fourth. */
export function fromMonthWeekday(month: number, code: number): number {
  const first = firstDay(month)
  const weeks = Math.floor(code / DAYS_PER_WEEK)
  const weekday = code - weeks * DAYS_PER_WEEK
  const ahead = (weekday - weekdayOf(first) + DAYS_PER_WEEK) % DAYS_PER_WEEK
  const day = first + ahead + weeks * DAYS_PER_WEEK
  return day < firstDay(month + 1) ? day : day - DAYS_PER_WEEK
}
