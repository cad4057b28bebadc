// Moments of typed files as ISO 8601 text, down to the microsecond.

import { dateText, datetimeText, SECONDS_PER_DAY, timeText } from '#engine/math/calendar.ts'

const YEAR_0_SECONDS = -62_167_219_200
const YEAR_10000_SECONDS = 253_402_300_800

function fractionText(micros: number): string {
  return micros === 0 ? '' : `.${String(micros).padStart(6, '0').replace(/0+$/, '')}`
}

/** Seconds since 1970 and the microseconds behind them; null outside the years 0 to 9999. */
export function momentText(seconds: number, micros: number, isUtc: boolean): string | null {
  if (!(seconds >= YEAR_0_SECONDS && seconds < YEAR_10000_SECONDS)) return null
  const whole = datetimeText(seconds).slice(0, -1)
  return `${whole}${fractionText(micros)}${isUtc ? 'Z' : ''}`
}

/** Null outside the years 0 to 9999. */
export function dayText(days: number): string | null {
  return momentText(days * SECONDS_PER_DAY, 0, false) === null ? null : dateText(days)
}

/** Microseconds since midnight. */
export function clockText(micros: number): string {
  return timeText(Math.floor(micros / 1e6)) + fractionText(micros % 1e6)
}
