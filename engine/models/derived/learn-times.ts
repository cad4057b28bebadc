// Dates and moments as targets: what lies between them and those of another column, parts of the calendar, or numbers.

import { fixedOffset } from '#engine/data/zones.ts'
import { SECONDS_PER_DAY } from '#engine/math/calendar.ts'
import { createSeededRandom } from '#engine/random/seeded-random.ts'
import {
  type Column,
  extremes,
  type NumberColumn,
  nullsOf,
  type Table,
} from '#engine/table/table.ts'
import { type Constant, protectNumbers } from '../protect.ts'
import { stepOf } from '../steps.ts'
import { DAYS_PER_WEEK, MONDAY_OFFSET, monthOf } from './calendar-parts.ts'
import { codedColumns } from './laws.ts'
import { closeBehind, endsAt, gapsOf, timeOrders } from './orders.ts'
import { learnNumbers, type Realised, realise } from './realise.ts'
import type { TargetList } from './target-list.ts'
import { type Lead, leadOf, type Parts, timeParts, withLead } from './time-parts.ts'
import { isNamed, localEndsIn, localIn } from './zoned.ts'

/** The number of the column's target. */
export type LearnedTime = { kind: 'target'; target: number } | Constant<number>

/** Numbers of columns that are times, and learned. */
export function isTime(column: Column | null | undefined): column is NumberColumn {
  const type = column?.field.type
  return column?.kind === 'number' && (type === 'date' || type === 'datetime')
}

type Known = {
  table: Table
  /** Null for columns that are not learned, or looked up. */
  columns: readonly (Column | null)[]
  list: TargetList
  seed: number
}

/** Learns a time column by number, and before it those that it follows. Each once. */
export function createTimes(known: Known): (at: number) => LearnedTime {
  const { table, columns } = known
  const bases = timeOrders(columns, table.rows)
  const others = once(() => codedColumns(table))
  const made = new Map<number, LearnedTime & { parts?: Realised }>()
  const learn = (at: number): LearnedTime & { parts?: Realised } => {
    const column = columns[at] as NumberColumn
    const base = bases.get(at)
    if (base !== undefined) {
      const before = timeAt(base)
      if (before.kind === 'target')
        return after(column, columns[base] as NumberColumn, before.target)
    }
    return apart(column)
  }
  const timeAt = (at: number): LearnedTime => {
    const done = made.get(at)
    if (done !== undefined) return done
    const found = learn(at)
    made.set(at, found)
    return found
  }
  const after = (column: NumberColumn, earlier: NumberColumn, first: number): LearnedTime => {
    return { kind: 'target', target: learnAfter(column, { earlier, first }, known) }
  }
  const apart = (column: NumberColumn): LearnedTime & { parts?: Realised } => {
    const { name, type, decimals, zone } = column.field
    const found = protectNumbers(column, nullsOf(column, table.rows), randomOf(known, name))
    if (found.kind === 'constant') return found
    const seconds = type === 'datetime'
    const local = isNamed(zone) ? localOf(column) : null
    const parts = timeParts(
      local ?? column.values,
      { seconds, decimals, offset: fixedOffset(zone) },
      others(),
    )
    if (parts === null) return { kind: 'target', target: known.list.learn(found) }
    const leading = closeLead(
      column,
      parts,
      [...made].map(([at, one]) => [columns[at], one.parts]),
    )
    const realising = { list: known.list, column: name, seed: known.seed }
    if (local === null || zone === null) {
      const realised = realise(leading ?? parts, found, realising)
      return { kind: 'target', target: realised.target, parts: realised }
    }
    const { min, max } = found
    const ends = localEndsIn(zone, found)(found)
    const bounds = { name: known.list.nameOf(`${name} (local)`), decimals, ...ends }
    const realised = realise(leading ?? parts, bounds, realising)
    const step = stepOf(
      found.values.filter((value) => !Number.isNaN(value)),
      decimals,
    )
    const target = known.list.derive({
      ...{ kind: 'numeric', name, decimals, min, max, step },
      from: { type: 'zoned', first: realised.target, zone },
    })
    return { kind: 'target', target, parts: realised }
  }
  return timeAt
}

const randomOf = ({ seed }: Pick<Known, 'seed'>, name: string) =>
  createSeededRandom(seed, `prepare ${name}`)

function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** The target of a column that never comes before, or lies below, another one (`first`: its target). */
export function learnAfter(
  column: NumberColumn,
  { earlier, first }: { earlier: NumberColumn; first: number },
  known: Omit<Known, 'columns'>,
): number {
  const { list, table } = known
  const isCut = endsAt(column.values)
  const between = gapsOf(earlier, column, table.rows) as Float64Array
  const gaps = isCut ? pastEnd(between, earlier, column) : between
  const { name, decimals } = column.field
  const random = randomOf(known, name)
  const called = list.nameOf(`${name} (after ${earlier.field.name})`)
  const second = learnNumbers(gaps, { name: called, decimals }, { list, random })
  const step = stepOf(
    gaps.filter((gap) => !Number.isNaN(gap)),
    decimals,
  )
  const own = protectNumbers(column, nullsOf(column, table.rows), random)
  const { min, max } = own.kind === 'numeric' ? own : { min: own.value, max: own.value }
  const from = { type: 'linear', first, second, unit: 1, offset: 0 } as const
  return list.derive({
    ...{ kind: 'numeric', name, decimals, step, min },
    max: Math.max(max, list.endsOf(first).max + (isCut ? 0 : list.endsOf(second).min)),
    from: isCut ? { ...from, cut: true } : from,
  })
}

/** Those of rows at the very end as all that there can be, so that what is learned says whether a row is there. */
function pastEnd(gaps: Float64Array, earlier: NumberColumn, later: NumberColumn): Float64Array {
  const known = (values: Float64Array) => values.filter((value) => !Number.isNaN(value))
  const [[first], [, last]] = [extremes(known(earlier.values)), extremes(known(later.values))]
  const scale = 10 ** later.field.decimals
  const whole = Math.round((last - first) * scale) / scale
  return gaps.map((gap, row) => (later.values[row] === last ? whole : gap))
}

/** Months, weeks or days of a column that are those of another one, or few away, as what lies between; else null. */
function closeLead(
  column: NumberColumn,
  parts: Parts,
  others: readonly (readonly [Column | null | undefined, Realised | undefined])[],
): Parts | null {
  const lead = leadOf(parts)
  if (lead === null) return null
  const own = countsOf(column, lead)
  for (const [other, realised] of others) {
    const first = realised?.leads[lead]
    if (!isTime(other) || first === undefined) continue
    const gaps = closeBehind(countsOf(other, lead), own)
    if (gaps === null) continue
    const called = `${lead}s after ${other.field.name}`
    return withLead(parts, {
      ...{ follow: 'linear', called: lead, unit: 1, offset: 0, first: { target: first } },
      second: { learn: 'number', called, values: gaps, decimals: 0 },
    })
  }
  return null
}

const COUNTS: Record<Lead, (day: number) => number> = {
  month: monthOf,
  week: (day) => Math.floor((day + MONDAY_OFFSET) / DAYS_PER_WEEK),
  day: (day) => day,
}

function countsOf(column: NumberColumn, lead: Lead): Float64Array {
  const unit = column.field.type === 'datetime' ? SECONDS_PER_DAY : 1
  return localOf(column).map((value) =>
    Number.isNaN(value) ? value : COUNTS[lead](Math.floor(value / unit)),
  )
}

/** By the clocks of the column's zone. */
function localOf({ field: { zone }, values }: NumberColumn): Float64Array {
  if (isNamed(zone)) {
    const [min, max] = extremes(values.filter((value) => !Number.isNaN(value)))
    const local = localIn(zone, { min, max })
    return values.map((value) => (Number.isNaN(value) ? value : local(value)))
  }
  const offset = fixedOffset(zone)
  return offset === 0 ? values : values.map((value) => value + offset)
}
