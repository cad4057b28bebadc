// Between which values a column's rule keeps, and the same rule with narrower bounds.
import { parseTime, SECONDS_PER_DAY } from '#engine/math/calendar.ts'
import { pow10, scaledOf } from '#engine/math/decimal.ts'
import { rangeGrid } from '#engine/rules/range.ts'
import { parseInstant } from './dates.ts'
import type { ResolvedColumn, Rule, Scalar } from './types.ts'

/** In units of the column's last digit, days or seconds. `step`: distance of values, from `low` on. */
export type ColumnBounds = { low: number; high: number; step: number }

/** Digits after the point of a column's values: its own, or those of a float's rule. */
export function digitsOf({ type, scale, rule }: ResolvedColumn): number {
  if (type === 'decimal') return scale ?? 2
  if (type !== 'float' || rule === null) return 0
  return 'decimals' in rule && rule.decimals !== null ? rule.decimals : 0
}

/** Infinite where nothing bounds the rule. */
export function boundsOf(column: ResolvedColumn): ColumnBounds {
  const { rule } = column
  const digits = digitsOf(column)
  const free = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY, step: 1 }
  if (rule === null) return free
  if (rule.type === 'range') {
    const { first, step, count } = rangeGrid(rule)
    const unit = pow10(Math.max(digits - rule.decimals, 0))
    return { low: first * unit, high: (first + (count - 1) * step) * unit, step: step * unit }
  }
  if (rule.type === 'constant' || rule.type === 'choice') {
    const values = (rule.type === 'constant' ? [rule.value] : rule.values)
      .filter((value) => value !== null)
      .map((value) => unitsOf(value, column) ?? Number.NaN)
    return values.length === 0
      ? free
      : { low: Math.min(...values), high: Math.max(...values), step: 1 }
  }
  if (!('min' in rule && 'max' in rule)) return free
  const units = (bound: number | null, none: number) =>
    bound === null ? none : isTime(rule) ? bound : scaledOf(bound, digits)
  return { low: units(rule.min, free.low), high: units(rule.max, free.high), step: 1 }
}

const isTime = ({ type }: Rule): boolean =>
  type === 'date' || type === 'datetime' || type === 'time'

/** A literal in units of the column; null where it is none of its type. */
export function unitsOf(value: Scalar, column: ResolvedColumn): number | null {
  const { type } = column
  if (typeof value === 'number') {
    return ['int', 'float', 'decimal'].includes(type) ? scaledOf(value, digitsOf(column)) : null
  }
  if (typeof value !== 'string') return null
  if (type === 'time') return parseTime(value.trim())
  if (type !== 'date' && type !== 'datetime') return null
  const instant = parseInstant(value)
  if (instant === null) return null
  return type === 'date' ? Math.floor(instant.seconds / SECONDS_PER_DAY) : instant.seconds
}

/** The column with a rule between these bounds, which lie within its own; null where its rule cannot be narrowed. */
export function narrowed(column: ResolvedColumn, low: number, high: number): ResolvedColumn | null {
  const { rule } = column
  if (rule === null || !('min' in rule && 'max' in rule)) return null
  const unit = isTime(rule) ? 1 : pow10(digitsOf(column))
  const written = (value: number) => (Number.isFinite(value) ? value / unit : null)
  const [min, max] = [written(low), written(high)]
  if (rule.type === 'range' || isTime(rule)) {
    if (min === null || max === null) return null
  }
  return { ...column, rule: { ...rule, min, max } as Rule }
}
