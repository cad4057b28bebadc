// Ranges of derived targets, met target by target: what is left of each learned one, given those that are drawn before
// it. What lies between two times is drawn before the times, so that a window of minutes needs no luck.

import type { NumericShape, TargetShape, Window } from '../sampled.ts'
import { firstDay, monthDayOf, monthOf } from './calendar-parts.ts'
import { combinationOf } from './combine.ts'
import type { DerivedTarget, NumberDerivation } from './derived.ts'
import { monthWeekdays } from './month-weekdays.ts'
import { localEndsIn, utcIn } from './zoned.ts'

type Ends = { min: number; max: number }

/** A range that a derived target, by number, has to be in. */
export type Constraint = Ends & { target: number }

const ANY: Ends = { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY }
const NONE: Ends = { min: 1, max: 0 }

const both = (a: Ends, b: Ends): Ends => {
  return { min: Math.max(a.min, b.min), max: Math.min(a.max, b.max) }
}

/**
 * `shapes` of all targets; `own` are ranges that learned numbers have to be in besides. Null where a category's codes do
 * not ascend with what they stand for: those of files that others made.
 */
export function windowOf(
  constraints: readonly Constraint[],
  derived: readonly DerivedTarget[],
  { shapes, own }: { shapes: readonly TargetShape[]; own: ReadonlyMap<string, Ends> },
): Window | null {
  const tree = createTree(derived, shapes)
  const targets = [...new Set(constraints.flatMap(({ target }) => tree.leaves(target)))]
  const isOrdered = constraints.every(({ target }) => tree.isOrdered(target))
  const areLearned = targets.every((target) => target < shapes.length - derived.length)
  if (!isOrdered || !areLearned || targets.length === 0) return null
  const steps = new Map(targets.map((target, step) => [target, step]))
  return {
    targets,
    left(step, before) {
      const leaf = targets[step] as number
      const numberOf = (target: number): number => {
        const at = steps.get(target) ?? step
        return at < step ? (before[at] as number) : Number.NaN
      }
      let left = own.get((shapes[leaf] as TargetShape).name) ?? ANY
      for (const { target, ...range } of constraints)
        if (tree.leaves(target).includes(leaf))
          left = both(left, tree.within(target, range, { leaf, numberOf }))
      return left
    },
  }
}

function ascends(values: readonly (number | null)[]): boolean {
  const last = values.at(-1) === null ? values.length - 1 : values.length
  return values.every((value, at) =>
    at >= last ? true : value !== null && (at === 0 || value > (values[at - 1] ?? value)),
  )
}

/** The learned target that is asked about, and values of others: NaN for what is not drawn yet. */
type Asking = { leaf: number; numberOf: (target: number) => number }

type Tree = {
  /** Learned targets that it follows from, in the order in which they are to be drawn. */
  leaves(target: number): readonly number[]
  /** Whether codes of categories in it ascend with what they stand for. */
  isOrdered(target: number): boolean
  /** Where the leaf may be, so that the target can be in the range. */
  within(target: number, range: Ends, asking: Asking): Ends
}

function createTree(derived: readonly DerivedTarget[], shapes: readonly TargetShape[]): Tree {
  const learned = shapes.length - derived.length
  const known = new Map<number, readonly number[]>()
  const fromOf = (target: number): NumberDerivation | undefined => {
    const found = derived[target - learned]
    return found?.kind === 'numeric' ? found.from : undefined
  }
  const leaves = (target: number): readonly number[] => {
    const found = known.get(target) ?? findLeaves(fromOf(target), target, leaves)
    known.set(target, found)
    return found
  }
  /** NaN where it follows from what is not drawn yet. */
  const valueAt = (target: number, asking: Asking): number => {
    const from = fromOf(target)
    if (from === undefined) return asking.numberOf(target)
    if (from.type === 'constant') return from.value
    const first = valueAt(from.first, asking)
    if (from.type === 'lookup') return from.values[first] ?? Number.NaN
    if (from.type === 'zoned') return clocksOf(target, from).utc(first)
    const second = from.second === undefined ? 0 : valueAt(from.second, asking)
    return (
      combinationOf(from, (at) => shapes[at] as NumericShape)?.value(first, second) ?? Number.NaN
    )
  }
  const endsOf = (target: number, asking: Asking): Ends => {
    const value = valueAt(target, asking)
    const { min, max } = shapes[target] as NumericShape
    return Number.isNaN(value) ? { min, max } : { min: value, max: value }
  }
  const within: Tree['within'] = (target, wanted, asking) => {
    const from = fromOf(target)
    const range = onSteps(wanted, shapes[target])
    if (from === undefined) return target === asking.leaf ? range : ANY
    if (from.type === 'constant') return ANY
    if (from.type === 'lookup') return codesWithin(from.values, range)
    if (from.type === 'zoned') return within(from.first, clocksOf(target, from).ends(range), asking)
    const inFirst = leaves(from.first).includes(asking.leaf)
    const [part, other] = inFirst ? [from.first, from.second] : [from.second, from.first]
    const ends = other === undefined ? { min: 0, max: 0 } : endsOf(other, asking)
    const loose = widened(range, shapes[target], from)
    return within(part as number, (inFirst ? firstWithin : secondWithin)(from, loose, ends), asking)
  }
  const clocks = new Map<number, Clocks>()
  const clocksOf = (target: number, from: Zoned): Clocks => {
    const made = clocks.get(target) ?? {
      utc: utcIn(from.zone, shapes[from.first] as NumericShape),
      ends: localEndsIn(from.zone, shapes[target] as NumericShape),
    }
    clocks.set(target, made)
    return made
  }
  const isOrdered = (target: number): boolean => {
    const from = fromOf(target)
    if (from === undefined || from.type === 'constant') return true
    if (from.type === 'lookup') return ascends(from.values)
    if (from.type === 'zoned') return isOrdered(from.first)
    return isOrdered(from.first) && (from.second === undefined || isOrdered(from.second))
  }
  return { leaves, isOrdered, within }
}

/** What lies between (in units of one) comes before the time that it is added to, other parts behind the greater ones. */
function findLeaves(
  from: NumberDerivation | undefined,
  target: number,
  leaves: (target: number) => readonly number[],
): readonly number[] {
  if (from === undefined) return [target]
  if (from.type === 'constant') return []
  if (from.type === 'lookup' || from.type === 'zoned' || from.second === undefined)
    return leaves(from.first)
  const isBetween = from.type === 'linear' && from.unit === 1
  const parts = isBetween ? [from.second, from.first] : [from.first, from.second]
  return [...new Set(parts.flatMap((part) => leaves(part)))]
}

type Combined = Exclude<NumberDerivation, { type: 'lookup' | 'constant' | 'zoned' }>
type Zoned = Extract<NumberDerivation, { type: 'zoned' }>
/** UTC of what clocks show, and what they may show between two moments. */
type Clocks = { utc: (local: number) => number; ends: (range: Ends) => Ends }

function firstWithin(from: Combined, { min, max }: Ends, second: Ends): Ends {
  switch (from.type) {
    case 'linear': {
      const { unit, offset } = from
      return { min: (min - offset - second.max) / unit, max: (max - offset - second.min) / unit }
    }
    case 'product': {
      const factors = [second.min, second.max].map((end) => from.unit * end + from.offset)
      if (!factors.every((factor) => factor > 0)) return ANY
      return hullOf([min, max].flatMap((end) => factors.map((factor) => end / factor)))
    }
    case 'ratio':
      return hullOf(
        [min, max].flatMap((end) => [second.min, second.max].map((by) => (end * by) / from.unit)),
      )
    default:
      return min > max ? NONE : { min: monthOf(min), max: monthOf(max) }
  }
}

function secondWithin(from: Combined, { min, max }: Ends, first: Ends): Ends {
  switch (from.type) {
    case 'linear': {
      const { unit, offset } = from
      return { min: min - offset - unit * first.max, max: max - offset - unit * first.min }
    }
    case 'product': {
      if (!(first.min > 0)) return ANY
      const factors = [min, max].flatMap((end) => [end / first.min, end / first.max])
      return hullOf(factors.map((factor) => (factor - from.offset) / from.unit))
    }
    case 'ratio':
      if (!(min > 0)) return ANY
      return hullOf(
        [min, max].flatMap((end) => [first.min, first.max].map((of) => (of * from.unit) / end)),
      )
    default:
      return inMonth(from.type, { min, max }, first)
  }
}

/** Anything where arithmetic has no answer. */
function hullOf(ends: readonly number[]): Ends {
  if (ends.some((end) => Number.isNaN(end))) return ANY
  return { min: Math.min(...ends), max: Math.max(...ends) }
}

/** Places of days in the month, where that is known. */
function inMonth(type: 'month_day' | 'month_weekday', { min, max }: Ends, first: Ends): Ends {
  if (first.min !== first.max) return ANY
  const [least, most] = [firstDay(first.min), firstDay(first.min + 1) - 1]
  const days = { min: Math.max(min, least), max: Math.min(max, most) }
  if (!(days.min <= days.max)) return NONE
  if (type === 'month_weekday') return monthWeekdays(days.min, days.max)
  return { min: monthDayOf(days.min), max: monthDayOf(days.max) }
}

/** The codes of values that lie in the range: they ascend. */
function codesWithin(values: readonly (number | null)[], { min, max }: Ends): Ends {
  const meets = (value: number | null): boolean => value !== null && value >= min && value <= max
  const first = values.findIndex(meets)
  return first < 0 ? NONE : { min: first, max: values.findLastIndex(meets) }
}

/** What arithmetic gives is rounded, or cut at the end; days in months are exact. */
function widened({ min, max }: Ends, shape: TargetShape | undefined, from: Combined): Ends {
  const { type } = from
  if (shape?.kind !== 'numeric' || type === 'month_day' || type === 'month_weekday')
    return { min, max }
  const slack = 0.5 * 10 ** -shape.decimals
  const isCut = type === 'linear' && from.cut === true && max >= shape.max
  return { min: min - slack, max: isCut ? Number.POSITIVE_INFINITY : max + slack }
}

/** Rounded to what numbers of the target can be. */
function onSteps({ min, max }: Ends, shape: TargetShape | undefined): Ends {
  const scale = shape?.kind === 'numeric' ? 10 ** shape.decimals : 1
  return { min: Math.ceil(min * scale - 1e-6) / scale, max: Math.floor(max * scale + 1e-6) / scale }
}
