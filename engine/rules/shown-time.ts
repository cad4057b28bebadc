// Dates and times in a layout and a zone of their own, as pieces: fields are computed into arrays, and never become
// strings before they are written.

import { offsetAt, type ZoneOffsets } from '#engine/data/zones.ts'
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
export function offsetText(offset: number, style: OffsetStyle): string {
  if (offset === 0 && style === 'z') return 'Z'
  const size = Math.abs(offset)
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0')
  const parts = [two(size / 3600), two((size / 60) % 60)]
  if (size % 60 !== 0) parts.push(two(size % 60))
  return (offset < 0 ? '-' : '+') + parts.join(style === 'basic' ? '' : ':')
}

/** The moment of one entry: local day number, year * 10,000 + month * 100 + day, second of the day, UTC second. */
type Moment = { day: number; packed: number; second: number; utc: number }

const FIELDS: Record<DateField, (moment: Moment) => number> = {
  year: ({ packed }) => Math.floor(packed / 10_000),
  year2: ({ packed }) => Math.floor(packed / 10_000) % 100,
  month: ({ packed }) => Math.floor(packed / 100) % 100,
  day: ({ packed }) => packed % 100,
  dayOfYear: ({ day, packed }) =>
    day - daysOf({ year: Math.floor(packed / 10_000), month: 1, day: 1 }) + 1,
  hour: ({ second }) => Math.floor(second / 3600),
  hour12: ({ second }) => ((Math.floor(second / 3600) + 11) % 12) + 1,
  minute: ({ second }) => Math.floor(second / 60) % 60,
  second: ({ second }) => second % 60,
  epoch: ({ utc }) => utc,
}

const CODES: Record<NameField, (moment: Moment) => number> = {
  month: (moment) => FIELDS.month(moment) - 1,
  month3: (moment) => FIELDS.month(moment) - 1,
  weekday: ({ day }) => (((day + 4) % 7) + 7) % 7,
  weekday3: ({ day }) => (((day + 4) % 7) + 7) % 7,
  half: ({ second }) => (second < SECONDS_PER_DAY / 2 ? 0 : 1),
}

type Store = (i: number, moment: Moment, offset: number) => void

function pieceOf(part: LayoutPart, offsets: Float64Array, capacity: number): [Piece, Store | null] {
  if ('text' in part) return [{ kind: 'literal', text: part.text }, null]
  if ('field' in part) {
    const values = new Float64Array(capacity)
    const read = FIELDS[part.field]
    const store: Store = (i, moment) => {
      values[i] = read(moment)
    }
    return [{ kind: 'integer', values, pad: part.pad }, store]
  }
  const codes = new Int32Array(capacity)
  if ('name' in part) {
    const read = CODES[part.name]
    const store: Store = (i, moment) => {
      codes[i] = read(moment)
    }
    return [{ kind: 'code', dictionary: NAMES[part.name], codes }, store]
  }
  const known = [...new Set(offsets)]
  const dictionary = known.map((offset) => offsetText(offset, part.offset))
  const store: Store = (i, _, offset) => {
    codes[i] = known.indexOf(offset)
  }
  return [{ kind: 'code', dictionary, codes }, store]
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
  const { at, offsets } = zone ?? UTC
  const made = parts.map((part) => pieceOf(part, offsets, capacity))
  const stores = made.map(([, store]) => store).filter((store) => store !== null)
  const factor = unit === 'date' ? SECONDS_PER_DAY : 1
  const moment: Moment = { day: 0, packed: 0, second: 0, utc: 0 }
  return {
    vector: { kind: 'pieces', pieces: made.map(([piece]) => piece), nulls: null },
    fill(values, n) {
      for (let i = 0; i < n; i++) {
        moment.utc = (values[i] as number) * factor
        const offset = offsetAt({ at, offsets }, moment.utc)
        const local = moment.utc + offset
        moment.day = Math.floor(local / SECONDS_PER_DAY)
        moment.second = local - moment.day * SECONDS_PER_DAY
        moment.packed = packedDate(moment.day)
        for (const store of stores) store(i, moment, offset)
      }
    },
  }
}
