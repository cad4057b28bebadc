// Columns that follow from others by arithmetic: totals, amounts of so many at a price less a discount, rates, another
// currency. What a formula is, and whether it holds in every row.

import type { NumberColumn } from '#engine/table/table.ts'

/**
 * `linear`: unit * first + second + offset. `product`: first * (unit * second + offset). `ratio`: unit * first / second.
 * Operands are columns by number, the first one perhaps a formula itself.
 */
export type Formula = {
  form: 'linear' | 'product' | 'ratio'
  first: number | Formula
  second?: number
  unit: number
  offset: number
}

/** What a column of numbers has in a row; NaN is null. */
export type ValueAt = (column: number, row: number) => number

/** NaN where an operand is null. */
export function resultOf(formula: Formula, row: number, at: ValueAt): number {
  const { form, first, second, unit, offset } = formula
  const a = typeof first === 'number' ? at(first, row) : resultOf(first, row, at)
  const b = second === undefined ? 0 : at(second, row)
  return combined(form, { unit, offset }, a, b)
}

export function combined(
  form: Formula['form'],
  { unit, offset }: { unit: number; offset: number },
  a: number,
  b: number,
): number {
  if (form === 'linear') return unit * a + b + offset
  return form === 'product' ? a * (unit * b + offset) : (unit * a) / b
}

/** Columns that it has, the one first that says where there are nulls. */
export function operandsOf(formula: Formula): number[] {
  const { form, first, second, unit } = formula
  const firsts = typeof first === 'number' ? [first] : operandsOf(first)
  if (second === undefined) return firsts
  return form === 'linear' && unit === 1 ? [second, ...firsts] : [...firsts, second]
}

/** Of a unit of the last decimal, what a number that was rounded to it is off at most, and what floating point adds. */
const OFF_MOST = 0.5 + 1e-6
const RELATIVE = 1e-12

/** Whether the number is what the formula gives, as the column rounds it; nulls are where it is null. */
export function agrees(known: number, found: number, decimals: number): boolean {
  if (Number.isNaN(known) || Number.isNaN(found)) return Number.isNaN(known) && Number.isNaN(found)
  return Math.abs(known - found) <= OFF_MOST * 10 ** -decimals + RELATIVE * Math.abs(known)
}

/** In every row, and with nulls where the operand that stands for them has some. */
export function holds(formula: Formula, { values, field }: NumberColumn, at: ValueAt): boolean {
  const [says = 0] = operandsOf(formula)
  for (let row = 0; row < values.length; row++) {
    const known = values[row] as number
    if (Number.isNaN(known) !== Number.isNaN(at(says, row))) return false
    if (!agrees(known, resultOf(formula, row, at), field.decimals)) return false
  }
  return true
}
