// Conditions on derived targets, as conditions on those that they follow from: exact for look-ups, for others the
// closest that ranges can say.

import { AppError } from '#engine/errors.ts'
import { impossible } from '../impossible.ts'
import type { Conditions, NumericShape, TargetShape } from '../sampled.ts'
import { monthDayOf, monthOf } from './calendar-parts.ts'
import type { DerivedCategory, DerivedNumber, DerivedTarget } from './derived.ts'
import { monthWeekdays } from './month-weekdays.ts'
import { localEndsIn } from './zoned.ts'

type Range = { min: number; max: number; nulls?: true }

/** What is asked of learned targets: every row that meets what was asked meets this. */
export type Asked = {
  levels: Map<string, Set<number>>
  ranges: Map<string, Range>
  nulls: Set<string>
}

/** `shapes` of all targets. AppError `invalid_request` for what no row can meet, or names that no target has. */
export function askedOf(
  { levels = {}, ranges = {}, nulls = [] }: Conditions,
  derived: readonly DerivedTarget[],
  shapes: readonly TargetShape[],
): Asked {
  const asked: Asked = { levels: new Map(), ranges: new Map(), nulls: new Set() }
  const known = { derived, shapes, learned: shapes.length - derived.length, asked }
  const numberOf = (name: string, kind: TargetShape['kind']): number => {
    const at = shapes.findIndex((shape) => shape.name === name && shape.kind === kind)
    if (at < 0)
      throw new AppError('invalid_request', `there is no ${kind} column ${name} to ask for`)
    return at
  }
  for (const [name, codes] of Object.entries(levels))
    askLevels(known, numberOf(name, 'category'), new Set(codes))
  for (const [name, range] of Object.entries(ranges))
    askRange(known, numberOf(name, 'numeric'), range)
  for (const name of nulls) askNull(known, numberOf(name, 'numeric'))
  for (const name of asked.nulls) {
    const range = asked.ranges.get(name)
    if (range !== undefined && !range.nulls) throw impossible(name)
    asked.ranges.delete(name)
  }
  return asked
}

type Known = {
  derived: readonly DerivedTarget[]
  shapes: readonly TargetShape[]
  learned: number
  asked: Asked
}

function askLevels(known: Known, target: number, wanted: ReadonlySet<number>): void {
  const { name } = known.shapes[target] as TargetShape
  const from = known.derived[target - known.learned]
  if (from?.kind === 'category' && from.from.type === 'ranges') {
    askBrackets(known, from.from, wanted)
    return
  }
  if (from?.kind === 'category') {
    const codes = [...from.from.codes.entries()].filter(([, code]) => wanted.has(code))
    askLevels(known, from.from.first, new Set(codes.map(([key]) => key)))
    return
  }
  const { levels } = known.asked
  const before = levels.get(name)
  const both = new Set([...wanted].filter((code) => before?.has(code) ?? true))
  if (both.size === 0) throw impossible(name)
  levels.set(name, both)
}

/** From the first range that will do to the last: what lies between them is tested. */
function askBrackets(
  known: Known,
  {
    first,
    ends,
    codes,
    ofNull = codes[0] as number,
  }: Extract<DerivedCategory['from'], { type: 'ranges' }>,
  wanted: ReadonlySet<number>,
): void {
  const shape = known.shapes[first] as NumericShape
  const places = [...codes.keys()].filter((place) => wanted.has(codes[place] as number))
  const [low, high] = [places[0], places.at(-1)]
  if (low === undefined || high === undefined) {
    if (!wanted.has(ofNull)) throw impossible(shape.name)
    askNull(known, first)
    return
  }
  const range = {
    min: low === 0 ? shape.min : (ends[low - 1] as number) + 10 ** -shape.decimals,
    max: ends[high] ?? shape.max,
  }
  askRange(known, first, { ...range, ...(wanted.has(ofNull) && { nulls: true as const }) })
}

function askRange(known: Known, target: number, range: Range): void {
  const shape = known.shapes[target] as NumericShape
  if (!(range.min <= range.max && range.min <= shape.max && range.max >= shape.min))
    throw impossible(shape.name)
  const from = known.derived[target - known.learned]
  if (from?.kind === 'numeric') askParts(known, from, range)
  else known.asked.ranges.set(shape.name, narrowed(known.asked.ranges.get(shape.name), range))
}

/** Only what lies between (in units of one) brings nulls of its own; else those of the first part are all. */
function askNull(known: Known, target: number): void {
  const { name } = known.shapes[target] as TargetShape
  const derived = known.derived[target - known.learned]
  if (derived?.kind === 'numeric') {
    const { from } = derived
    if (from.type === 'constant') throw impossible(name)
    if (from.type === 'lookup') {
      const codes = [...from.values.keys()].filter((code) => from.values[code] === null)
      askLevels(known, from.first, new Set(codes))
      return
    }
    const isBetween = from.type === 'linear' && from.unit === 1
    askNull(known, isBetween ? (from.second ?? from.first) : from.first)
    return
  }
  known.asked.nulls.add(name)
}

function narrowed(before: Range | undefined, { min, max, nulls }: Range): Range {
  return {
    min: Math.max(min, before?.min ?? -Infinity),
    max: Math.min(max, before?.max ?? Infinity),
    ...(nulls && (before === undefined || before.nulls) && { nulls }),
  }
}

function askParts(known: Known, { from, ...shape }: DerivedNumber, range: Range): void {
  const { nulls } = range
  const [min, max] = [range.min, range.max]
  const keep = nulls ? { nulls } : {}
  switch (from.type) {
    case 'constant':
      return
    case 'lookup': {
      const meets = (value: number | null): boolean =>
        value === null ? nulls === true : value >= min && value <= max
      const codes = [...from.values.entries()].filter(([, value]) => meets(value))
      askLevels(known, from.first, new Set(codes.map(([key]) => key)))
      return
    }
    case 'linear':
      askLinear(
        known,
        from,
        from.cut === true && max >= shape.max ? { ...range, max: Infinity } : range,
      )
      return
    case 'zoned': {
      const { min: first, max: last } = localEndsIn(from.zone, shape)(range)
      askRange(known, from.first, { min: first, max: last, ...keep })
      return
    }
    case 'product':
    case 'ratio':
      askFirst(known, from, range)
      return
    default: {
      const months = { min: monthOf(min), max: monthOf(max) }
      askRange(known, from.first, { ...months, ...keep })
      if (months.min !== months.max) return
      const within = from.type === 'month_day' ? monthDays(min, max) : monthWeekdays(min, max)
      askRange(known, from.second, { ...within, ...keep })
    }
  }
}

type Ends = { min: number; max: number }

const monthDays = (min: number, max: number): Ends => {
  return { min: monthDayOf(min), max: monthDayOf(max) }
}

/**
 * Where a null may come from either part, a row without a value may have any first part: only digits (days and seconds)
 * are null together.
 */
function askLinear(
  known: Known,
  { first, second, unit, offset }: Extract<DerivedNumber['from'], { type: 'linear' }>,
  { min, max, nulls }: Range,
): void {
  if (nulls && unit === 1 && second !== undefined) return
  const [a, b] = [first, second].map((at) => known.shapes[at ?? -1]) as [
    NumericShape,
    NumericShape | undefined,
  ]
  const [low, high] = [b?.min ?? 0, b?.max ?? 0]
  const grain = 10 ** -a.decimals
  const least = Math.ceil((min - offset - high) / unit / grain - 1e-9) * grain
  const most = Math.floor((max - offset - low) / unit / grain + 1e-9) * grain
  const keep = nulls ? { nulls } : {}
  const firsts = { min: Math.max(least, a.min), max: Math.min(most, a.max) }
  askRange(known, first, { ...firsts, ...keep })
  if (second === undefined || b === undefined) return
  askRange(known, second, {
    min: Math.max(low, min - offset - unit * firsts.max),
    max: Math.min(high, max - offset - unit * firsts.min),
    ...keep,
  })
}

/** Of a product or ratio by what is above 0, the first operand has to lie where any second one could bring it. */
function askFirst(
  known: Known,
  from: Extract<DerivedNumber['from'], { type: 'product' | 'ratio' }>,
  { min, max, nulls }: Range,
): void {
  const [a, b] = [from.first, from.second].map((at) => known.shapes[at]) as [
    NumericShape,
    NumericShape,
  ]
  const factors = [b.min, b.max].map((end) =>
    from.type === 'ratio' ? from.unit / end : from.unit * end + from.offset,
  )
  if (nulls || !factors.every((factor) => factor > 0 && Number.isFinite(factor))) return
  const [slack, ends] = [
    10 ** -a.decimals,
    factors.flatMap((factor) => [min / factor, max / factor]),
  ]
  askRange(known, from.first, {
    min: Math.max(a.min, Math.min(...ends) - slack),
    max: Math.min(a.max, Math.max(...ends) + slack),
  })
}
