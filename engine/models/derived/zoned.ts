// Moments by the clocks of a zone, and UTC of them.

import {
  createOffsetAt,
  createUtcOf,
  findZone,
  fixedOffset,
  type ZoneOffsets,
  zoneOffsets,
} from '#engine/data/zones.ts'
import { daysOf, SECONDS_PER_DAY } from '#engine/math/calendar.ts'

type Ends = { min: number; max: number }

/** No zone is farther from UTC. */
const REACH = 2 * SECONDS_PER_DAY
const FIRST = daysOf({ year: 1, month: 1, day: 1 }) * SECONDS_PER_DAY
const LAST = daysOf({ year: 9999, month: 12, day: 31 }) * SECONDS_PER_DAY

/** Whether the zone's clocks change, or did: not for UTC and fixed offsets. */
export function isNamed(zone: string | null): zone is string {
  return zone !== null && findZone(zone) === zone && fixedOffset(zone) === 0 && zone.includes('/')
}

/** Around these moments, as far as calendars go. */
function offsetsOf(zone: string, { min, max }: Ends): ZoneOffsets {
  const within = (moment: number): number => Math.min(LAST, Math.max(FIRST, moment))
  return zoneOffsets(zone, within(min - REACH), within(max + REACH))
}

/** UTC of moments by the zone's clocks, between these ends. */
export const utcIn = (zone: string, ends: Ends): ((local: number) => number) =>
  createUtcOf(offsetsOf(zone, ends))

/** The reverse. */
export function localIn(zone: string, ends: Ends): (utc: number) => number {
  const offset = createOffsetAt(offsetsOf(zone, ends))
  return (utc) => utc + offset(utc)
}

/** Clocks are set back by less. */
const SET_BACK = 2 * 3600

/** What clocks may show between two moments in UTC, both within `ends`, or as far as these go. */
export function localEndsIn(zone: string, ends: Ends): (range: Ends) => Ends {
  const local = localIn(zone, ends)
  const within = (moment: number): number => Math.min(ends.max, Math.max(ends.min, moment))
  return ({ min, max }) => {
    const [first, last] = [within(min), within(max)]
    const isEarlier = local(first + SET_BACK) - local(first) < SET_BACK
    const isLater = local(last) - local(last - SET_BACK) < SET_BACK
    return {
      min: local(first) - (isEarlier ? SET_BACK : 0),
      max: local(last) + (isLater ? SET_BACK : 0),
    }
  }
}
