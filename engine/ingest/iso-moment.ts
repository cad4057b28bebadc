// Dates and times in the form that most files have, read digit by digit: 2025-01-31, 2025-01-31T07:25:42Z, 07:25:42.

import { daysInMonth, daysOf, SECONDS_PER_DAY } from '#engine/math/calendar.ts'
import type { Temporal } from '#engine/table/table.ts'

const ZERO = 48
const [DASH, COLON, SPACE] = [45, 58, 32]
const [UPPER_T, LOWER_T, UPPER_Z, LOWER_Z] = [84, 116, 90, 122]
const LONGEST = 20

const scratch = new Uint8Array(LONGEST)

/** As the reader of ISO 8601 reads the text; NaN for one that it refuses, or that is in another of its forms. */
export function isoMoment(type: Temporal, text: string): number {
  if (text.length > LONGEST) return Number.NaN
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code > 127) return Number.NaN
    scratch[at] = code
  }
  return isoMomentOf(type, scratch, 0, text.length)
}

/** The same of bytes. */
export function isoMomentOf(type: Temporal, bytes: Uint8Array, from: number, to: number): number {
  const length = to - from
  if (type === 'time') return length === 8 ? clockAt(bytes, from) : Number.NaN
  if (type === 'date') return length === 10 ? dayAt(bytes, from) : Number.NaN
  if (length === 20) {
    const last = bytes[to - 1]
    if (last !== UPPER_Z && last !== LOWER_Z) return Number.NaN
  } else if (length !== 19) return Number.NaN
  const between = bytes[from + 10]
  if (between !== UPPER_T && between !== SPACE && between !== LOWER_T) return Number.NaN
  return dayAt(bytes, from) * SECONDS_PER_DAY + clockAt(bytes, from + 11)
}

/** The last year and month asked for, and the day before its first: most files stay in a few. */
const month = { asked: -1, days: 0, before: 0 }

function dayAt(bytes: Uint8Array, at: number): number {
  if (bytes[at + 4] !== DASH || bytes[at + 7] !== DASH) return Number.NaN
  const century = twoDigits(bytes, at)
  const ofCentury = twoDigits(bytes, at + 2)
  const ofYear = twoDigits(bytes, at + 5)
  const day = twoDigits(bytes, at + 8)
  if (century < 0 || ofCentury < 0 || ofYear < 1 || ofYear > 12 || day < 1) return Number.NaN
  const year = 100 * century + ofCentury
  const asked = 12 * year + ofYear
  if (asked !== month.asked) {
    month.asked = asked
    month.days = daysInMonth(year, ofYear)
    month.before = daysOf({ year, month: ofYear, day: 1 }) - 1
  }
  return day <= month.days ? month.before + day : Number.NaN
}

function clockAt(bytes: Uint8Array, at: number): number {
  if (bytes[at + 2] !== COLON || bytes[at + 5] !== COLON) return Number.NaN
  const hour = twoDigits(bytes, at)
  const minute = twoDigits(bytes, at + 3)
  const second = twoDigits(bytes, at + 6)
  if (hour > 23 || minute > 59 || second > 59) return Number.NaN
  if (hour < 0 || minute < 0 || second < 0) return Number.NaN
  return hour * 3600 + minute * 60 + second
}

/** -1 for what is none. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const first = (bytes[at] as number) - ZERO
  const second = (bytes[at + 1] as number) - ZERO
  return first >= 0 && first <= 9 && second >= 0 && second <= 9 ? 10 * first + second : -1
}
