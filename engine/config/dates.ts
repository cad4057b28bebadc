// Dates, times and spans as a config writes them, to whole seconds and days since 1970 UTC.

import { daysInMonth, daysOf, SECONDS_PER_DAY } from '#engine/math/calendar.ts'

/** `dateOnly`: no time was written, so as an upper bound it means the end of that day. */
export type Instant = { seconds: number; dateOnly: boolean }

const INSTANT =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?(Z|[+-]\d{2}:?\d{2})?)?$/

const UNIT_SECONDS: Record<string, number> = {
  second: 1,
  minute: 60,
  hour: 3600,
  day: SECONDS_PER_DAY,
  week: 7 * SECONDS_PER_DAY,
  month: 30 * SECONDS_PER_DAY,
  year: 365 * SECONDS_PER_DAY,
}

/** Years 0001 to 9999, UTC unless an offset is written; null when the text is no date. */
export function parseInstant(text: string): Instant | null {
  const match = INSTANT.exec(text.trim())
  if (match === null) return null
  const field = (i: number): number => Number(match[i] ?? 0)
  const [year, month, day] = [field(1), field(2), field(3)]
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null
  if (field(4) > 23 || field(5) > 59 || field(6) > 59) return null
  const offset = offsetSeconds(match[7])
  if (offset === null) return null
  const time = field(4) * 3600 + field(5) * 60 + field(6) - offset
  const seconds = daysOf({ year, month, day }) * SECONDS_PER_DAY + time
  return { seconds, dateOnly: match[4] === undefined }
}

function offsetSeconds(text: string | undefined): number | null {
  if (text === undefined || text === 'Z') return 0
  const hours = Number(text.slice(1, 3))
  const minutes = Number(text.slice(-2))
  if (hours > 18 || minutes > 59) return null
  return (text.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60)
}

/** A span such as `90 days`, `5 minutes`, `1 month` (30 days) or `2 years` (of 365), in seconds; null when it is none. */
export function parseSpan(text: string): number | null {
  const match = /^\s*(\d{1,9})\s*(second|minute|hour|day|week|month|year)s?\s*$/.exec(text)
  const unit = UNIT_SECONDS[match?.[2] ?? '']
  return match === null || unit === undefined ? null : Number(match[1]) * unit
}
