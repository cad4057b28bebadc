// Dates, times and UUIDs as text, written straight into memory; each returns the position after its text.

import { packedDate, SECONDS_PER_DAY } from '#engine/math/calendar.ts'
import { DIGITS_2, DIGITS_4, HEX_4 } from './digits.ts'

const DASH = 45
const COLON = 58
const LETTER_T = 84
const LETTER_Z = 90

/** `2025-01-31` of days since 1970, years 0 to 9999. */
export function writeDate(view: DataView, p: number, days: number): number {
  const packed = packedDate(days) | 0
  const year = (packed / 10_000) | 0
  const rest = packed - year * 10_000
  const month = (rest / 100) | 0
  view.setUint32(p, DIGITS_4[year] as number, true)
  view.setUint8(p + 4, DASH)
  view.setUint16(p + 5, DIGITS_2[month] as number, true)
  view.setUint8(p + 7, DASH)
  view.setUint16(p + 8, DIGITS_2[rest - month * 100] as number, true)
  return p + 10
}

/** `2025-01-31T23:59:59Z` of seconds since 1970 UTC. */
export function writeDatetime(view: DataView, p: number, seconds: number): number {
  const days = Math.floor(seconds / SECONDS_PER_DAY)
  const rest = (seconds - days * SECONDS_PER_DAY) | 0
  const minutes = (rest / 60) | 0
  const hours = (minutes / 60) | 0
  writeDate(view, p, days)
  view.setUint8(p + 10, LETTER_T)
  view.setUint16(p + 11, DIGITS_2[hours] as number, true)
  view.setUint8(p + 13, COLON)
  view.setUint16(p + 14, DIGITS_2[minutes - hours * 60] as number, true)
  view.setUint8(p + 16, COLON)
  view.setUint16(p + 17, DIGITS_2[rest - minutes * 60] as number, true)
  view.setUint8(p + 19, LETTER_Z)
  return p + 20
}

/** A UUID's 36 characters from its four words. */
export function writeUuid(
  view: DataView,
  p: number,
  a: number,
  b: number,
  c: number,
  d: number,
): number {
  view.setUint32(p, HEX_4[a >>> 16] as number, true)
  view.setUint32(p + 4, HEX_4[a & 0xffff] as number, true)
  view.setUint8(p + 8, DASH)
  view.setUint32(p + 9, HEX_4[b >>> 16] as number, true)
  view.setUint8(p + 13, DASH)
  view.setUint32(p + 14, HEX_4[b & 0xffff] as number, true)
  view.setUint8(p + 18, DASH)
  view.setUint32(p + 19, HEX_4[c >>> 16] as number, true)
  view.setUint8(p + 23, DASH)
  view.setUint32(p + 24, HEX_4[c & 0xffff] as number, true)
  view.setUint32(p + 28, HEX_4[d >>> 16] as number, true)
  view.setUint32(p + 32, HEX_4[d & 0xffff] as number, true)
  return p + 36
}
