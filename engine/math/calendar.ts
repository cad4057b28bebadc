// Days since 1970-01-01 and civil dates of the proleptic Gregorian calendar, in integers (Howard Hinnant,
// "chrono-compatible low-level date algorithms", 2021). No Date, no time zone.

const DAYS_PER_ERA = 146_097
const DAYS_TO_1970 = 719_468

export const SECONDS_PER_DAY = 86_400

export type Civil = { year: number; month: number; day: number }

/** Year, month and day packed as year * 10,000 + month * 100 + day, for days in years 0 to 9999. */
export function packedDate(days: number): number {
  const shifted = days + DAYS_TO_1970
  const era = Math.floor(shifted / DAYS_PER_ERA)
  const dayOfEra = (shifted - era * DAYS_PER_ERA) | 0
  const yearOfEra =
    ((dayOfEra - ((dayOfEra / 1460) | 0) + ((dayOfEra / 36_524) | 0) - ((dayOfEra / 146_096) | 0)) /
      365) |
    0
  const dayOfYear = dayOfEra - (365 * yearOfEra + ((yearOfEra / 4) | 0) - ((yearOfEra / 100) | 0))
  const fromMarch = ((5 * dayOfYear + 2) / 153) | 0
  const day = dayOfYear - (((153 * fromMarch + 2) / 5) | 0) + 1
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return year * 10_000 + month * 100 + day
}

/** The civil date of a day number. */
export function civilOf(days: number): Civil {
  const packed = packedDate(days)
  const year = Math.floor(packed / 10_000)
  const rest = packed - year * 10_000
  return { year, month: (rest / 100) | 0, day: rest % 100 }
}

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Days of a month from 1 to 12; of another one 0. */
export function daysInMonth(year: number, month: number): number {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  return (MONTH_DAYS[month - 1] ?? 0) + (month === 2 && isLeap ? 1 : 0)
}

/** The day number of a civil date; months and days outside their range run over into the next. */
export function daysOf({ year, month, day }: Civil): number {
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const fromMarch = month > 2 ? month - 3 : month + 9
  const dayOfYear = Math.floor((153 * fromMarch + 2) / 5) + day - 1
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * DAYS_PER_ERA + dayOfEra - DAYS_TO_1970
}

const pad = (value: number, width: number): string => String(value).padStart(width, '0')

/** `2025-01-31`; for years 0 to 9999. */
export function dateText(days: number): string {
  const { year, month, day } = civilOf(days)
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`
}

/** `2025-01-31T23:59:59Z` of whole seconds since 1970; for years 0 to 9999. */
export function datetimeText(seconds: number): string {
  const days = Math.floor(seconds / SECONDS_PER_DAY)
  const rest = seconds - days * SECONDS_PER_DAY
  const hours = Math.floor(rest / 3600)
  const minutes = Math.floor(rest / 60) % 60
  return `${dateText(days)}T${pad(hours, 2)}:${pad(minutes, 2)}:${pad(rest % 60, 2)}Z`
}

/** `23:59:59` of whole seconds since midnight. */
export function timeText(seconds: number): string {
  const minutes = Math.floor(seconds / 60)
  return `${pad(Math.floor(minutes / 60), 2)}:${pad(minutes % 60, 2)}:${pad(seconds % 60, 2)}`
}

const TIME = /^(\d{2}):(\d{2})(?::(\d{2}))?$/

/** Seconds since midnight of `08:30` or `08:30:00`; null if it is no such time. */
export function parseTime(text: string): number | null {
  const match = TIME.exec(text)
  if (!match) return null
  const [hours, minutes, seconds] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)]
  if (hours > 23 || minutes > 59 || seconds > 59) return null
  return hours * 3600 + minutes * 60 + seconds
}

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/
const DATETIME = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2})(?::(\d{2}))?Z?$/

/** Day number of `2025-01-31`; null if it is not such a date. */
export function parseDate(text: string): number | null {
  const match = DATE.exec(text)
  if (!match) return null
  const days = daysOf({ year: Number(match[1]), month: Number(match[2]), day: Number(match[3]) })
  return dateText(days) === text ? days : null
}

/** Seconds since 1970 of a UTC date or date and time; null if it is neither. */
export function parseDatetime(text: string): number | null {
  const date = parseDate(text)
  if (date !== null) return date * SECONDS_PER_DAY
  const match = DATETIME.exec(text)
  const days = match ? parseDate(match[1] ?? '') : null
  if (!match || days === null) return null
  const [hours, minutes, seconds] = [Number(match[2]), Number(match[3]), Number(match[4] ?? 0)]
  if (hours > 23 || minutes > 59 || seconds > 59) return null
  return days * SECONDS_PER_DAY + hours * 3600 + minutes * 60 + seconds
}
