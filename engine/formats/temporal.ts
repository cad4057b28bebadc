// Dates, times and UUIDs as text, written straight into memory; each returns the position after its text.

import { daysOf, packedDate, SECONDS_PER_DAY } from '#engine/math/calendar.ts'
import { DIGITS_2, DIGITS_4, HEX_4 } from './digits.ts'

const SPACE = 32
const DASH = 45
const COLON = 58
const LETTER_T = 84
const LETTER_Z = 90

/** The first day of KNOWN_DAYS. */
export const FIRST_DAY = daysOf({ year: 1900, month: 1, day: 1 })
const LAST_DAY = daysOf({ year: 2100, month: 1, day: 1 })

/** year * 512 + month * 32 + day of the days from 1900 to 2099; 0 where not asked for yet. */
export const KNOWN_DAYS = new Int32Array(LAST_DAY - FIRST_DAY)

/** Text of `-MM-DDT`, eight bytes for each month * 32 + day. */
export const MONTH_DAYS = new Float64Array(13 * 32)
const monthDayBytes = new DataView(MONTH_DAYS.buffer)
for (let month = 1; month <= 12; month++) {
  for (let day = 1; day <= 31; day++) {
    const at = (month * 32 + day) * 8
    monthDayBytes.setUint8(at, DASH)
    monthDayBytes.setUint16(at + 1, DIGITS_2[month] as number, true)
    monthDayBytes.setUint8(at + 3, DASH)
    monthDayBytes.setUint16(at + 4, DIGITS_2[day] as number, true)
    monthDayBytes.setUint8(at + 6, LETTER_T)
  }
}

function fieldsOf(days: number): number {
  const packed = packedDate(days) | 0
  const year = (packed / 10_000) | 0
  const rest = packed - year * 10_000
  const month = (rest / 100) | 0
  return (year << 9) | (month << 5) | (rest - month * 100)
}

/** Year, month and day of a day number as year * 512 + month * 32 + day. */
export function knownFields(days: number): number {
  const at = days - FIRST_DAY
  const known = KNOWN_DAYS[at]
  if (known === undefined) return fieldsOf(days)
  if (known !== 0) return known
  const fields = fieldsOf(days)
  KNOWN_DAYS[at] = fields
  return fields
}

/** `2025-01-31T`, of which a date keeps ten bytes. */
function writeDay(view: DataView, p: number, days: number): void {
  const fields = knownFields(days)
  view.setInt32(p, DIGITS_4[fields >> 9] as number, true)
  view.setFloat64(p + 4, MONTH_DAYS[fields & 511] as number, true)
}

/** Entry i, `2025-01-31` of days since 1970; years 0 to 9999. */
export function writeDate(view: DataView, p: number, values: Float64Array, i: number): number {
  writeDay(view, p, (values[i] as number) | 0)
  return p + 10
}

/** Entry i, `2025-01-31T23:59:59Z` of seconds since 1970 UTC. */
export function writeDatetime(view: DataView, p: number, values: Float64Array, i: number): number {
  const seconds = values[i] as number
  const days = Math.floor(seconds / SECONDS_PER_DAY)
  const rest = (seconds - days * SECONDS_PER_DAY) | 0
  const minutes = (rest / 60) | 0
  const hours = (minutes / 60) | 0
  writeDay(view, p, days | 0)
  view.setUint16(p + 11, DIGITS_2[hours] as number, true)
  view.setUint8(p + 13, COLON)
  view.setUint16(p + 14, DIGITS_2[minutes - hours * 60] as number, true)
  view.setUint8(p + 16, COLON)
  view.setUint16(p + 17, DIGITS_2[rest - minutes * 60] as number, true)
  view.setUint8(p + 19, LETTER_Z)
  return p + 20
}

/** Entry i, `23:59:59` of seconds since midnight. */
export function writeTime(view: DataView, p: number, values: Float64Array, i: number): number {
  const seconds = (values[i] as number) | 0
  const minutes = (seconds / 60) | 0
  const hours = (minutes / 60) | 0
  view.setUint16(p, DIGITS_2[hours] as number, true)
  view.setUint8(p + 2, COLON)
  view.setUint16(p + 3, DIGITS_2[minutes - hours * 60] as number, true)
  view.setUint8(p + 5, COLON)
  view.setUint16(p + 6, DIGITS_2[seconds - minutes * 60] as number, true)
  return p + 8
}

/** Entry i, `2025-01-31 23:59:59` of seconds since 1970 UTC. */
export function writeSqlDatetime(
  view: DataView,
  p: number,
  values: Float64Array,
  i: number,
): number {
  const end = writeDatetime(view, p, values, i)
  view.setUint8(end - 10, SPACE)
  return end - 1
}

export type UuidPlanes = readonly [Int32Array, Int32Array, Int32Array, Int32Array]

/** Entry i, a UUID's 36 characters. */
export function writeUuid(view: DataView, p: number, planes: UuidPlanes, i: number): number {
  const a = planes[0][i] as number
  const b = planes[1][i] as number
  const c = planes[2][i] as number
  const d = planes[3][i] as number
  view.setInt32(p, HEX_4[a >>> 16] as number, true)
  view.setInt32(p + 4, HEX_4[a & 0xffff] as number, true)
  view.setUint8(p + 8, DASH)
  view.setInt32(p + 9, HEX_4[b >>> 16] as number, true)
  view.setUint8(p + 13, DASH)
  view.setInt32(p + 14, HEX_4[b & 0xffff] as number, true)
  view.setUint8(p + 18, DASH)
  view.setInt32(p + 19, HEX_4[c >>> 16] as number, true)
  view.setUint8(p + 23, DASH)
  view.setInt32(p + 24, HEX_4[c & 0xffff] as number, true)
  view.setInt32(p + 28, HEX_4[d >>> 16] as number, true)
  view.setInt32(p + 32, HEX_4[d & 0xffff] as number, true)
  return p + 36
}
