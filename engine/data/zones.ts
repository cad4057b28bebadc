// Time zones: offsets from UTC over time, out of the committed extract of the IANA database. No clock of the machine
// and no Intl takes part, so a zone reads the same on every machine.
import { readFileSync } from 'node:fs'
import { civilOf, daysOf, SECONDS_PER_DAY } from '#engine/math/calendar.ts'

/**
 * As in the file. `offsets`: seconds east of UTC, the first one before all changes. `steps`: changes in order, each the
 * seconds since the one before (the first since 1970) in base 36, a colon, and the offset's place. `rule`: what holds after
 * the last change: standard and daylight offset, then month, week (5 is the last), weekday (0 is Sunday) and local
 * second at which daylight time starts, and at which it ends.
 */
type ZoneEntry = { offsets: number[]; steps: string; rule?: number[] }
type ZoneFile = { version: string; zones: Record<string, ZoneEntry | string> }

/** Offsets over a stretch of time: `offsets[k]` holds from `at[k - 1]` (included) to `at[k]`. Seconds. */
export type ZoneOffsets = { readonly at: Float64Array; readonly offsets: Float64Array }

let loaded: ZoneFile | null = null

function file(): ZoneFile {
  loaded ??= JSON.parse(readFileSync(new URL('zones.json', import.meta.url), 'utf8')) as ZoneFile
  return loaded
}

/** Names of the IANA database, links included. */
export function zoneNames(): string[] {
  return Object.keys(file().zones)
}

/** `+05:30`: always so far east of UTC. */
const FIXED = /^([+-])([01]\d):([0-5]\d)$/

/** The name as the database spells it, whatever the case, or a fixed offset such as `+05:30`; null for no zone. */
export function findZone(name: string): string | null {
  const wanted = name.trim().toLowerCase()
  if (FIXED.test(wanted)) return wanted
  return zoneNames().find((known) => known.toLowerCase() === wanted) ?? null
}

function entryOf(name: string): ZoneEntry {
  const [, sign, hours, minutes] = FIXED.exec(name) ?? []
  const seconds = Number(hours) * 3600 + Number(minutes) * 60
  if (sign !== undefined) return { offsets: [sign === '-' ? -seconds : seconds], steps: '' }
  const { zones } = file()
  const found = Object.hasOwn(zones, name) ? zones[name] : undefined
  const entry = typeof found === 'string' ? zones[found] : found
  if (typeof entry !== 'object') throw new RangeError(`no time zone ${name}`)
  return entry
}

type Change = { at: number; offset: number }

function writtenChanges({ offsets, steps }: ZoneEntry): Change[] {
  let at = 0
  return steps
    .split(' ')
    .filter((step) => step !== '')
    .map((step) => {
      const [delta = '', code = ''] = step.split(':')
      at += Number.parseInt(delta, 36)
      return { at, offset: offsets[Number(code)] ?? 0 }
    })
}

/** Local second since 1970 of a weekday of a month. */
function localSecond(
  year: number,
  [month = 1, week = 1, weekday = 0, second = 0]: number[],
): number {
  const first = daysOf({ year, month, day: 1 })
  const next = daysOf({ year, month: month + 1, day: 1 })
  const start = first + ((weekday - (first + 4) + 7 * 100_000_000) % 7)
  let day = start + (week - 1) * 7
  while (day >= next) day -= 7
  return day * SECONDS_PER_DAY + second
}

function ruleChanges(rule: number[], fromYear: number, toYear: number): Change[] {
  const [standard = 0, daylight = 0] = rule
  const changes: Change[] = []
  for (let year = fromYear; year <= toYear; year++) {
    changes.push(
      { at: localSecond(year, rule.slice(2, 6)) - standard, offset: daylight },
      { at: localSecond(year, rule.slice(6, 10)) - daylight, offset: standard },
    )
  }
  return changes.toSorted((a, b) => a.at - b.at)
}

const yearOf = (seconds: number): number => civilOf(Math.floor(seconds / SECONDS_PER_DAY)).year

/** The offsets of a zone from one UTC second to another, both included. RangeError for an unknown zone. */
export function zoneOffsets(name: string, from: number, to: number): ZoneOffsets {
  const entry = entryOf(name)
  const written = writtenChanges(entry)
  const last = written.at(-1)?.at ?? Number.NEGATIVE_INFINITY
  const firstYear = Math.max(yearOf(from) - 1, last === Number.NEGATIVE_INFINITY ? 1 : yearOf(last))
  const later = entry.rule === undefined ? [] : ruleChanges(entry.rule, firstYear, yearOf(to) + 1)
  const changes = [...written, ...later.filter(({ at }) => at > last)]
  const before = changes.findLast(({ at }) => at <= from)
  const inside = changes.filter(({ at }) => at > from && at <= to)
  const first = before?.offset ?? entry.offsets[0] ?? 0
  return {
    at: Float64Array.from(inside, ({ at }) => at),
    offsets: Float64Array.of(first, ...inside.map(({ offset }) => offset)),
  }
}

/** Seconds east of UTC of a fixed offset such as `+05:30`; 0 for any other zone, and for null. */
export function fixedOffset(zone: string | null): number {
  return zone !== null && FIXED.test(zone) ? (entryOf(zone).offsets[0] ?? 0) : 0
}

/** Seconds east of UTC at a UTC second of the stretch. */
export function offsetAt({ at, offsets }: ZoneOffsets, seconds: number): number {
  let low = 0
  let high = at.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((at[middle] as number) <= seconds) low = middle + 1
    else high = middle
  }
  return offsets[low] as number
}

/** Changes of a zone are farther apart than this, but for a few: 12 days. */
const BUCKET_SECONDS = 1_048_576
const BUCKETS_MAX = 65_536

/** For UTC seconds the place of the offset among the zone's, by a table of stretches that mostly see no change. */
function createPlaceAt({ at }: ZoneOffsets): (seconds: number) => number {
  const changes = at.length
  if (changes === 0) return () => 0
  const first = at[0] as number
  const span = (at[changes - 1] as number) - first
  const width = Math.max(BUCKET_SECONDS, span / BUCKETS_MAX)
  const last = Math.floor(span / width)
  const places = new Int32Array(last + 1)
  for (let bucket = 1, place = 0; bucket <= last; bucket++) {
    while ((at[place] as number) < first + bucket * width) place++
    places[bucket] = place
  }
  return (seconds) => {
    if (!(seconds >= first)) return 0
    const bucket = Math.floor((seconds - first) / width)
    if (bucket > last) return changes
    let place = places[bucket] as number
    while (place < changes && (at[place] as number) <= seconds) place++
    return place
  }
}

/** As `offsetAt` of the zone, for many seconds. */
export function createOffsetAt(zone: ZoneOffsets): (seconds: number) => number {
  const placeAt = createPlaceAt(zone)
  return (seconds) => zone.offsets[placeAt(seconds)] as number
}

/** Fills the places of the offsets that hold at the first n UTC seconds. */
export function offsetPlaces(
  zone: ZoneOffsets,
): (places: Int32Array, seconds: Float64Array, n: number) => void {
  const placeAt = createPlaceAt(zone)
  return (places, seconds, n) => {
    for (let i = 0; i < n; i++) places[i] = placeAt(seconds[i] as number)
  }
}

/**
 * The UTC second of a local one. Of two the first; one that clocks skip is as far behind the change as it was before
 * it (RFC 5545, section 3.3.5). `offset`: what finds the offset of a UTC second.
 */
export function utcOf(
  zone: ZoneOffsets,
  local: number,
  offset = (seconds: number): number => offsetAt(zone, seconds),
): number {
  const before = local - offset(local - SECONDS_PER_DAY)
  const after = local - offset(local + SECONDS_PER_DAY)
  if (before === after || before + offset(before) === local) return before
  return after + offset(after) === local ? after : before
}

/** Farther from a change than this, both offsets that `utcOf` looks at are the same. */
const QUIET_SECONDS = 2 * SECONDS_PER_DAY
const STRETCH_SECONDS = 65_536

/** As `utcOf` of the zone, for many local seconds: of most stretches of time one offset is known to hold. */
export function createUtcOf(zone: ZoneOffsets): (local: number) => number {
  const { at, offsets } = zone
  const changes = at.length
  const [early, late] = [offsets[0] as number, offsets[changes] as number]
  if (changes === 0) return (local) => local - early
  const placeAt = createPlaceAt(zone)
  const offset = (seconds: number): number => offsets[placeAt(seconds)] as number
  const start = (at[0] as number) - QUIET_SECONDS
  const span = (at[changes - 1] as number) + QUIET_SECONDS - start
  const width = Math.max(STRETCH_SECONDS, span / BUCKETS_MAX)
  const known = new Float64Array(Math.ceil(span / width))
  for (let k = 0; k < known.length; k++) {
    const first = start + k * width - SECONDS_PER_DAY
    const place = placeAt(first)
    const isQuiet = place === placeAt(first + width + 2 * SECONDS_PER_DAY)
    known[k] = isQuiet ? (offsets[place] as number) : Number.NaN
  }
  return (local) => {
    if (local < start) return local - early
    const k = Math.floor((local - start) / width)
    if (k >= known.length) return local - late
    const held = known[k] as number
    return Number.isNaN(held) ? utcOf(zone, local, offset) : local - held
  }
}
