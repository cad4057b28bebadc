// Monday to Friday, counted and found by arithmetic. A unit is a day's share: 1 for days, 86,400 for seconds.

/** 1970-01-01 is a Thursday. */
const DAYS_SINCE_MONDAY = 3
const WEEK = 7
const WORKING = 5

/** Units on business days from a fixed Monday to `at` (excluded), `at` in units since 1970. */
export function businessIndex(at: number, unitsPerDay: number): number {
  const day = Math.floor(at / unitsPerDay)
  const weeks = Math.floor((day + DAYS_SINCE_MONDAY) / WEEK)
  const weekday = day + DAYS_SINCE_MONDAY - weeks * WEEK
  const whole = (weeks * WORKING + Math.min(weekday, WORKING)) * unitsPerDay
  return weekday < WORKING ? whole + (at - day * unitsPerDay) : whole
}

/** The unit since 1970 whose index it is. */
export function businessUnit(index: number, unitsPerDay: number): number {
  const day = Math.floor(index / unitsPerDay)
  const weeks = Math.floor(day / WORKING)
  const calendarDay = weeks * WEEK + (day - weeks * WORKING) - DAYS_SINCE_MONDAY
  return calendarDay * unitsPerDay + (index - day * unitsPerDay)
}

/** Units on business days from min to max, both included. */
export function businessCount(min: number, max: number, unitsPerDay: number): number {
  return businessIndex(max + 1, unitsPerDay) - businessIndex(min, unitsPerDay)
}
