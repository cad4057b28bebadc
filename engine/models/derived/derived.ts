// Columns that are not learned themselves but follow from what is: a moment from its day and its second, the end of a
// journey from its beginning and its length, a country from its town, a total from what it is the sum of.

import type { CategoryShape, NumericShape, TargetShape } from '../sampled.ts'

/**
 * From earlier targets, by number: learned ones first, then derived ones. NaN where one of them is.
 * `linear`: unit * first + second + offset, with `cut` the greatest value for all beyond it. `product`: first * (unit * second + offset). `ratio`: unit * first / second.
 * `month_day`, `month_weekday`: a day (since 1970) from a month (since 1970)
 * and what engine/models/derived/calendar-parts.ts says of a day in it. `zoned`: UTC of the clocks of an IANA zone.
 * `constant`: of every row.
 */
export type NumberDerivation =
  | { type: 'linear'; first: number; second?: number; unit: number; offset: number; cut?: true }
  | { type: 'product'; first: number; second: number; unit: number; offset: number }
  | { type: 'ratio'; first: number; second: number; unit: number }
  | { type: 'month_day' | 'month_weekday'; first: number; second: number }
  | { type: 'zoned'; first: number; zone: string }
  | { type: 'lookup'; first: number; values: (number | null)[] }
  | { type: 'constant'; value: number }

/** Values beyond `min` and `max` are folded back between them, on steps of so many units of 10^-decimals. */
export type DerivedNumber = NumericShape & { step: number; from: NumberDerivation }

/**
 * `lookup`: the code for each code of another category. `ranges`: of a number up to each of the ends (ascending, inclusive)
 * a code, and the last one beyond; `ofNull` where it is null, else the first.
 */
export type CategoryDerivation =
  | { type: 'lookup'; first: number; codes: number[] }
  | { type: 'ranges'; first: number; ends: number[]; codes: number[]; ofNull?: number }

export type DerivedCategory = CategoryShape & { from: CategoryDerivation }

export type DerivedTarget = DerivedNumber | DerivedCategory

/** As others see it: like any target. */
export function shapeOfDerived(derived: DerivedTarget): TargetShape {
  if (derived.kind === 'category')
    return { kind: 'category', name: derived.name, levels: derived.levels }
  const { name, decimals, min, max } = derived
  return { kind: 'numeric', name, decimals, min, max }
}

/** Of all targets, learned and derived. */
export function allShapes(
  targets: readonly TargetShape[],
  derived: readonly DerivedTarget[],
): TargetShape[] {
  return [...targets, ...derived.map(shapeOfDerived)]
}
