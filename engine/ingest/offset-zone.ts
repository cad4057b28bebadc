// Moments written with several offsets: those of one zone, where its clocks change. Which zone, of the IANA database, has
// exactly these offsets at these moments.

import { offsetAt, zoneNames, zoneOffsets } from '#engine/data/zones.ts'
import { SECONDS_PER_DAY } from '#engine/math/calendar.ts'

export type OffsetEvidence = {
  /** A moment, in seconds since 1970 UTC, and what was written behind it, in seconds east of UTC; null for `Z` or nothing. */
  add(moment: number, offset: number | null): void
  /** Null where no zone has all of these offsets, or too few moments tell; and where all are the same. */
  zone(): string | null
}

/** Days that are looked at, each with its first and last moment of an offset. */
const DAYS_MOST = 20_000
/** Fewer show no zone, nor does an offset of fewer. */
const DAYS_LEAST = 8
const DAYS_OF_OFFSET = 2
/** Of zones that have the same offsets, these before all others. */
const WELL_KNOWN: readonly string[] = [
  ...['Europe/Berlin', 'Europe/London', 'Europe/Athens', 'America/New_York', 'America/Chicago'],
  ...['America/Denver', 'America/Los_Angeles', 'Australia/Sydney', 'Australia/Adelaide'],
]

type Day = { offset: number; first: number; last: number }

export function createOffsetEvidence(): OffsetEvidence {
  const days = new Map<string, Day>()
  let isZoned = true
  return {
    add(moment, offset) {
      if (!isZoned) return
      if (offset === null) {
        isZoned = false
        days.clear()
        return
      }
      const key = `${Math.floor(moment / SECONDS_PER_DAY)} ${offset}`
      const known = days.get(key)
      if (known !== undefined) {
        known.first = Math.min(known.first, moment)
        known.last = Math.max(known.last, moment)
      } else if (days.size < DAYS_MOST) days.set(key, { offset, first: moment, last: moment })
    },
    zone: () => (isZoned ? zoneOf([...days.values()]) : null),
  }
}

function zoneOf(days: readonly Day[]): string | null {
  const offsets = Map.groupBy(days, ({ offset }) => offset)
  if (offsets.size < 2 || days.length < DAYS_LEAST) return null
  if (offsets.values().some(({ length }) => length < DAYS_OF_OFFSET)) return null
  const first = days.reduce((least, day) => Math.min(least, day.first), Number.POSITIVE_INFINITY)
  const last = days.reduce((most, day) => Math.max(most, day.last), Number.NEGATIVE_INFINITY)
  const has = (name: string): boolean => {
    const zone = zoneOffsets(name, first, last)
    return days.every(
      (day) => offsetAt(zone, day.first) === day.offset && offsetAt(zone, day.last) === day.offset,
    )
  }
  return [...WELL_KNOWN, ...zoneNames()].find(has) ?? null
}
