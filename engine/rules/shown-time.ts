// Dates and times in a layout and a zone of their own, as pieces: fields are computed into arrays, and never become
// strings before they are written.

import { offsetPlaces, type ZoneOffsets } from '#engine/data/zones.ts'
import { daysOf, packedDate, SECONDS_PER_DAY } from '#engine/math/calendar.ts'
import {
  type DateField,
  type LayoutPart,
  type NameField,
  type OffsetStyle,
  parseLayout,
} from './layout.ts'
import type { Piece, PiecesVector } from './vector.ts'

const MONTHS =
  'January February March April May June July August September October November December'.split(' ')
const WEEKDAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')
const short = (names: readonly string[]) => names.map((name) => name.slice(0, 3))

const NAMES: Record<NameField, readonly string[]> = {
  month: MONTHS,
  month3: short(MONTHS),
  weekday: WEEKDAYS,
  weekday3: short(WEEKDAYS),
  half: ['AM', 'PM'],
}

const UTC: ZoneOffsets = { at: new Float64Array(0), offsets: Float64Array.of(0) }

/** `+01:00`; with seconds where local mean time has them. */
function offsetText(offset: number, style: OffsetStyle): string {
  if (offset === 0 && style === 'z') return 'Z'
  const size = Math.abs(offset)
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0')
  const parts = [two(size / 3600), two((size / 60) % 60)]
  if (size % 60 !== 0) parts.push(two(size % 60))
  return (offset < 0 ? '-' : '+') + parts.join(style === 'basic' ? '' : ':')
}

/** What the fields of a batch are read from: local day numbers, years to seconds, and the place of each offset. */
type Moments = Record<
  'utc' | 'days' | 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second',
  Float64Array
> & { zone: Int32Array }

function momentsOf(capacity: number): Moments {
  const plane = () => new Float64Array(capacity)
  return {
    ...{ utc: plane(), days: plane(), year: plane(), month: plane(), day: plane() },
    ...{ hour: plane(), minute: plane(), second: plane(), zone: new Int32Array(capacity) },
  }
}

/** The other fields of the first n moments, from their UTC seconds and offsets. */
function fillMoments(moments: Moments, offsets: Float64Array, n: number): void {
  const { utc, days, year, month, day, hour, minute, second, zone } = moments
  for (let i = 0; i < n; i++) {
    const local = (utc[i] as number) + (offsets[zone[i] as number] as number)
    const number = Math.floor(local / SECONDS_PER_DAY)
    const rest = local - number * SECONDS_PER_DAY
    const packed = packedDate(number) | 0
    const months = Math.floor(packed / 100) | 0
    const minutes = Math.floor(rest / 60)
    const hours = Math.floor(minutes / 60)
    days[i] = number
    year[i] = Math.floor(packed / 10_000)
    month[i] = months % 100
    day[i] = packed % 100
    hour[i] = hours
    minute[i] = minutes - hours * 60
    second[i] = rest - minutes * 60
  }
}

/** Fills the first n entries from other fields. Remainders are of whole numbers: those of doubles are calls. */
type Derive = (out: Float64Array | Int32Array, moments: Moments, n: number) => void

const DERIVED: Record<'year2' | 'dayOfYear' | 'hour12', Derive> = {
  year2(out, { year }, n) {
    for (let i = 0; i < n; i++) out[i] = (((year[i] as number) | 0) % 100) | 0
  },
  dayOfYear(out, { days, year }, n) {
    for (let i = 0; i < n; i++) {
      const first = daysOf({ year: year[i] as number, month: 1, day: 1 })
      out[i] = (days[i] as number) - first + 1
    }
  },
  hour12(out, { hour }, n) {
    for (let i = 0; i < n; i++) out[i] = (((((hour[i] as number) | 0) + 11) % 12) | 0) + 1
  },
}

const monthCodes: Derive = (out, { month }, n) => {
  for (let i = 0; i < n; i++) out[i] = (month[i] as number) - 1
}

const weekdayCodes: Derive = (out, { days }, n) => {
  for (let i = 0; i < n; i++) {
    const rest = ((((days[i] as number) | 0) + 4) % 7) | 0
    out[i] = rest + (7 & (rest >> 31))
  }
}

const CODES: Record<NameField, Derive> = {
  month: monthCodes,
  month3: monthCodes,
  weekday: weekdayCodes,
  weekday3: weekdayCodes,
  half(out, { hour }, n) {
    for (let i = 0; i < n; i++) out[i] = Number((hour[i] as number) >= 12) | 0
  },
}

type Fill = (n: number) => void

/** The array of a field, and what fills it where it is none of those that are always filled. */
function fieldOf(field: DateField, moments: Moments, capacity: number): [Float64Array, Fill[]] {
  if (field === 'epoch') return [moments.utc, []]
  if (field !== 'year2' && field !== 'dayOfYear' && field !== 'hour12') return [moments[field], []]
  const values = new Float64Array(capacity)
  return [values, [(n) => DERIVED[field](values, moments, n)]]
}

function pieceOf(
  part: LayoutPart,
  moments: Moments,
  offsets: Float64Array,
  capacity: number,
): [Piece, Fill[]] {
  if ('text' in part) return [{ kind: 'literal', text: part.text }, []]
  if ('field' in part) {
    const [values, fills] = fieldOf(part.field, moments, capacity)
    return [{ kind: 'integer', values, pad: part.pad }, fills]
  }
  if ('name' in part) {
    const codes = new Int32Array(capacity)
    const fill = (n: number) => CODES[part.name](codes, moments, n)
    return [{ kind: 'code', dictionary: NAMES[part.name], codes }, [fill]]
  }
  const dictionary = Array.from(offsets, (offset) => offsetText(offset, part.offset))
  return [{ kind: 'code', dictionary, codes: moments.zone }, []]
}

/** Units in which a rule counts: days since 1970, seconds since 1970 UTC, seconds since midnight. */
export type TimeUnit = 'date' | 'datetime' | 'time'

export type Shown = {
  readonly vector: PiecesVector
  /** Lays out the first n values. */
  readonly fill: (values: Float64Array, n: number) => void
}

/** The layout of a rule's values. RangeError for text that is no layout. */
export function createShown(
  layout: string,
  unit: TimeUnit,
  zone: ZoneOffsets | null,
  capacity: number,
): Shown {
  const parts = parseLayout(layout)
  if ('fault' in parts) throw new RangeError(`no layout: ${layout}`)
  const { offsets } = zone ?? UTC
  const moments = momentsOf(capacity)
  const made = parts.map((part) => pieceOf(part, moments, offsets, capacity))
  const fills = made.flatMap(([, fill]) => fill)
  const factor = unit === 'date' ? SECONDS_PER_DAY : 1
  const placeOf = offsetPlaces(zone ?? UTC)
  return {
    vector: { kind: 'pieces', pieces: made.map(([piece]) => piece), nulls: null },
    fill(values, n) {
      const { utc } = moments
      for (let i = 0; i < n; i++) utc[i] = (values[i] as number) * factor
      placeOf(moments.zone, utc, n)
      fillMoments(moments, offsets, n)
      for (const fill of fills) fill(n)
    },
  }
}
