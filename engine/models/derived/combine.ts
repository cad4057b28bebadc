// Values of derived targets out of those that they follow from.

import type { NumericShape, SampledColumn, TargetShape } from '../sampled.ts'
import { firstDay, fromMonthDay, fromMonthWeekday } from './calendar-parts.ts'
import type {
  CategoryDerivation,
  DerivedNumber,
  DerivedTarget,
  NumberDerivation,
} from './derived.ts'
import { combined } from './formulas.ts'
import { utcIn } from './zoned.ts'

/** Two numbers to one, and what it lies between for a first number, both inclusive. */
export type Combination = {
  value: (first: number, second: number) => number
  least: (first: number) => number
  most: (first: number) => number
}

type Ends = { min: number; max: number }

const MONTHS = { least: firstDay, most: (month: number) => firstDay(month + 1) - 1 }

/** `endsOf` a numeric target. Null for what does not come from numbers alone. */
export function combinationOf(
  from: NumberDerivation,
  endsOf: (target: number) => Ends,
): Combination | null {
  switch (from.type) {
    case 'month_day':
      return { value: fromMonthDay, ...MONTHS }
    case 'month_weekday':
      return { value: fromMonthWeekday, ...MONTHS }
    case 'zoned':
    case 'lookup':
    case 'constant':
      return null
    default:
      return arithmetic(from, from.second === undefined ? NOTHING : endsOf(from.second))
  }
}

function arithmetic(
  from: Extract<NumberDerivation, { type: 'linear' | 'product' | 'ratio' }>,
  { min, max }: Ends,
): Combination {
  const factor = { unit: from.unit, offset: from.type === 'ratio' ? 0 : from.offset }
  const value = (a: number, b: number): number => combined(from.type, factor, a, b)
  return {
    value,
    least: (a) => Math.min(value(a, min), value(a, max)),
    most: (a) => Math.max(value(a, min), value(a, max)),
  }
}

const NOTHING: Ends = { min: 0, max: 0 }

/** Fills the columns of derived targets, which follow those that were sampled. */
export function fillDerived(
  derived: readonly DerivedTarget[],
  shapes: readonly TargetShape[],
  columns: readonly SampledColumn[],
): void {
  const learned = shapes.length - derived.length
  for (const [at, target] of derived.entries()) {
    const into = columns[learned + at] as SampledColumn
    if (target.kind === 'numeric') fillNumbers(target, shapes, columns, into)
    else fillCodes(target.from, columns[target.from.first] as SampledColumn, into)
  }
}

function fillCodes(from: CategoryDerivation, keys: SampledColumn, into: SampledColumn): void {
  const { codes } = from
  if (from.type === 'lookup') {
    for (let row = 0; row < into.length; row++) into[row] = codes[keys[row] as number] as number
    return
  }
  const { ends, ofNull = codes[0] as number } = from
  for (let row = 0; row < into.length; row++) {
    const value = keys[row] as number
    let place = 0
    while (place < ends.length && value > (ends[place] as number)) place++
    into[row] = Number.isNaN(value) ? ofNull : (codes[place] as number)
  }
}

function fillNumbers(
  target: DerivedNumber,
  shapes: readonly TargetShape[],
  columns: readonly SampledColumn[],
  into: SampledColumn,
): void {
  const { from } = target
  if (from.type === 'constant') {
    into.fill(from.value)
    return
  }
  const first = columns[from.first] as SampledColumn
  if (from.type === 'lookup') {
    const values = Float64Array.from(from.values, (value) => value ?? Number.NaN)
    for (let row = 0; row < into.length; row++)
      into[row] = values[first[row] as number] ?? Number.NaN
    return
  }
  if (from.type === 'zoned') {
    const utc = utcIn(from.zone, shapes[from.first] as NumericShape)
    const { min, max } = target
    for (let row = 0; row < into.length; row++)
      into[row] = Math.min(max, Math.max(min, utc(first[row] as number)))
    return
  }
  const second = from.second === undefined ? null : (columns[from.second] as SampledColumn)
  const combination = combinationOf(from, (at) => shapes[at] as NumericShape)
  combine(target, combination as Combination, { first, second, into })
}

type Operands = { first: SampledColumn; second: SampledColumn | null; into: SampledColumn }

function combine(
  { decimals, min, max, step, from }: DerivedNumber,
  combination: Combination,
  { first, second, into }: Operands,
): void {
  const scale = 10 ** decimals
  const grain = step / scale
  const rounded = (value: number): number => Math.round(value * scale) / scale
  const { value, least, most } = combination
  const isCut = from.type === 'linear' && from.cut === true
  for (let row = 0; row < into.length; row++) {
    const a = first[row] as number
    const found = value(a, second === null ? 0 : (second[row] as number))
    into[row] = rounded(
      found > max
        ? isCut
          ? max
          : folded(found, between(least(a), min, max), max, grain)
        : found < min
          ? folded(found, min, between(most(a), min, max), grain)
          : found,
    )
  }
}

const between = (value: number, min: number, max: number): number =>
  Math.min(max, Math.max(min, value))

/** Between two ends, both inclusive, a whole number of steps from `low` or, for the same law, near it. */
function folded(value: number, low: number, high: number, grain: number): number {
  const room = Math.floor((high - low) / grain + 1e-9) + 1
  const steps = Math.round((value - low) / grain)
  return Math.min(high, Math.max(low, low + (steps - Math.floor(steps / room) * room) * grain))
}
