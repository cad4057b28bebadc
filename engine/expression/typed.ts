// The types of expressions, and what a checked expression is: its type and the recipe for its kernel.

import type { ColumnType } from '#engine/config/types.ts'
import type { Kernel, NumberKernel, RuleContext } from '#engine/rules/kernel.ts'
import type { NumberType } from '#engine/rules/vector.ts'

/** `null` is the type of the literal alone; it goes with every other. */
export type ValueKind = NumberType | 'str' | 'null'

export type Building = {
  readonly context: RuleContext
  /** The ordinal of the next random draw in this expression. */
  nextOrdinal(): number
}

/**
 * `wanted`: digits after the point that the result is rounded to in the end, where that is known: products
 * and quotients of decimals then round once, exactly. Null elsewhere.
 */
export type Build = (building: Building, wanted: number | null) => Kernel

export type Typed = {
  readonly at: number
  readonly kind: ValueKind
  /** A duration or difference of whole days, which keeps a date a date. */
  readonly wholeDays: boolean
  /** The value itself, where the expression is a literal. */
  readonly literal: string | number | boolean | null | undefined
  /** Text that is always a UUID. */
  readonly uuid: boolean
  readonly build: Build
}

/** A typed expression that is no literal. */
export function typed(at: number, kind: ValueKind, build: Build, wholeDays = false): Typed {
  return { at, kind, wholeDays, literal: undefined, uuid: false, build }
}

/** The kind of a column's values inside expressions. */
export function kindOfColumn(type: ColumnType): ValueKind {
  return type === 'uuid' || type === 'json' ? 'str' : type
}

export const isNumeric = (kind: ValueKind): boolean =>
  kind === 'int' || kind === 'float' || kind === 'decimal' || kind === 'null'

export const isTemporal = (kind: ValueKind): boolean => kind === 'date' || kind === 'datetime'

/** The kind of a number computed from two: float beats decimal beats int. */
export function wider(a: ValueKind, b: ValueKind): 'int' | 'float' | 'decimal' {
  if (a === 'float' || b === 'float') return 'float'
  return a === 'decimal' || b === 'decimal' ? 'decimal' : 'int'
}

/** A kernel known to hold numbers, as the check has made sure. */
export function asNumbers(kernel: Kernel): NumberKernel {
  const { vector, fill } = kernel
  if (vector.kind !== 'number') throw new TypeError('an expression of numbers gave text')
  return { vector, fill }
}
