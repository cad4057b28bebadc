// Dates and times in the form that most files have, read digit by digit: 2025-01-31, 2025-01-31T07:25:42Z, 07:25:42.

import { daysOf, SECONDS_PER_DAY } from '#engine/math/calendar.ts'
import type { Temporal } from './date-reader.ts'

const ZERO = 48
const NINE = 57
const [DASH, COLON, SPACE] = [45, 58, 32]
const T = new Set([84, 116])
const Z = new Set([90, 122])
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** As the reader of ISO 8601 reads the text; NaN for one that it refuses, or that is in another of its forms. */
export function isoMoment(type: Temporal, text: string): number {
  if (type === 'time') return text.length === 8 ? clockAt(text, 0) : Number.NaN
  if (type === 'date') return text.length === 10 ? dayAt(text) : Number.NaN
  const { length } = text
  const isZoned = length === 20 && Z.has(text.charCodeAt(19))
  const between = text.charCodeAt(10)
  if ((length !== 19 && !isZoned) || (between !== SPACE && !T.has(between))) return Number.NaN
  return dayAt(text) * SECONDS_PER_DAY + clockAt(text, 11)
}

function dayAt(text: string): number {
  if (text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH) return Number.NaN
  const year = 100 * twoDigits(text, 0) + twoDigits(text, 2)
  const [month, day] = [twoDigits(text, 5), twoDigits(text, 8)]
  const isLeapDay = month === 2 && day === 29 && isLeap(year)
  const isDay = day >= 1 && (day <= (MONTH_DAYS[month - 1] ?? 0) || isLeapDay)
  return isDay ? daysOf({ year, month, day }) : Number.NaN
}

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0

function clockAt(text: string, at: number): number {
  if (text.charCodeAt(at + 2) !== COLON || text.charCodeAt(at + 5) !== COLON) return Number.NaN
  const [hour, minute, second] = [
    twoDigits(text, at),
    twoDigits(text, at + 3),
    twoDigits(text, at + 6),
  ]
  if (hour > 23 || minute > 59 || second > 59) return Number.NaN
  return hour * 3600 + minute * 60 + second
}

function twoDigits(text: string, at: number): number {
  const [first, second] = [text.charCodeAt(at), text.charCodeAt(at + 1)]
  const areDigits = first >= ZERO && first <= NINE && second >= ZERO && second <= NINE
  return areDigits ? 10 * (first - ZERO) + second - ZERO : Number.NaN
}
