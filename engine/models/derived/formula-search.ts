// Finds the formula that a column of numbers follows: all of two operands are tried, and of three where there are few
// columns, on a few rows first.

import type { NumberColumn } from '#engine/table/table.ts'
import { agrees, type Formula, holds, resultOf, type ValueAt } from './formulas.ts'

/** A column that may be an operand. */
export type Operand = { at: number; column: NumberColumn; isAboveZero: boolean }

export type Search = {
  target: Operand
  /** Without the target and what follows from it. */
  operands: readonly Operand[]
  at: ValueAt
  /** Some rows where the target is known. */
  probes: readonly number[]
  /** A column of fewer rows. */
  sketch: (operand: Operand) => NumberColumn
}

/** Shares and percentages that a product takes off, adds or takes. */
const FACTORS = [
  { unit: 1, offset: 0 },
  { unit: -1, offset: 1 },
  { unit: 1, offset: 1 },
  { unit: 0.01, offset: 0 },
  { unit: -0.01, offset: 1 },
  { unit: 0.01, offset: 1 },
]
const RATIOS = [1, 100, 1000]
/** Seconds of a second, minute, hour, day and week; days of the last two. */
const TIME_UNITS = { datetime: [1, 60, 3600, 86_400, 604_800], date: [1, 7] }

/** Sums and products of two, and times that lie a length behind others. */
export function findPair(search: Search): Formula | null {
  const { target, operands } = search
  if (isTime(target)) return firstOf(lengthsBehind(target, operands), search)
  const numbers = operands.filter((one) => !isTime(one))
  return (
    firstOf(
      pairs(numbers, (a, b) => additions(a.at, b.at, search)),
      search,
    ) ??
    firstOf(
      pairs(numbers, (a, b) => products(a.at, b.at)),
      search,
    )
  )
}

/** Sums and products of three. */
export function findTriple(search: Search): Formula | null {
  const { operands } = search
  const numbers = operands.filter((one) => !isTime(one))
  if (isTime(search.target)) return null
  const inner = pairs(numbers, (a, b) => [
    { form: 'linear', first: a.at, second: b.at, unit: 1, offset: 0 },
    { form: 'product', first: a.at, second: b.at, unit: 1, offset: 0 },
  ])
  return firstOf(outer(inner, numbers, search), search)
}

/** Ratios, where no product says the same the other way around. */
export function findRatio(search: Search): Formula | null {
  const numbers = search.operands.filter((one) => !isTime(one))
  if (isTime(search.target)) return null
  const ratios = pairs(numbers, (a, b) => [...divided(a, b), ...divided(b, a)])
  return firstOf(ratios, search)
}

const isTime = ({ column }: Operand): boolean =>
  column.field.type === 'date' || column.field.type === 'datetime'

function* pairs(
  operands: readonly Operand[],
  formulas: (a: Operand, b: Operand) => Iterable<Formula>,
): Generator<Formula> {
  for (const [place, a] of operands.entries())
    for (let other = place + 1; other < operands.length; other++)
      yield* formulas(a, operands[other] as Operand)
}

/** The offset is that of the first of the rows. Either order: the one says where nulls are. */
function additions(a: number, b: number, { target, at, probes }: Search): Formula[] {
  const [row = 0] = probes
  const scale = 10 ** target.column.field.decimals
  const away = (target.column.values[row] as number) - at(a, row) - at(b, row)
  const offset = Math.round(away * scale) / scale
  const sum = { form: 'linear' as const, unit: 1, offset }
  if (Number.isNaN(offset)) return []
  return [
    { ...sum, first: a, second: b },
    { ...sum, first: b, second: a },
  ]
}

function products(a: number, b: number): Formula[] {
  return FACTORS.flatMap((factor) => [
    { form: 'product' as const, first: a, second: b, ...factor },
    { form: 'product' as const, first: b, second: a, ...factor },
  ])
}

function divided(a: Operand, b: Operand): Formula[] {
  if (!b.isAboveZero) return []
  return RATIOS.map((unit) => {
    return { form: 'ratio' as const, first: a.at, second: b.at, unit, offset: 0 }
  })
}

/** By what they give in the first of the rows, so that few are made. */
function* outer(
  inner: Iterable<Formula>,
  operands: readonly Operand[],
  { target, at, probes }: Search,
): Generator<Formula> {
  const [row = 0] = probes
  const { decimals } = target.column.field
  const known = target.column.values[row] as number
  const off = 10 ** -decimals + 1e-9 * Math.abs(known)
  const lasts = Float64Array.from(operands, (operand) => at(operand.at, row))
  for (const first of inner) {
    const value = resultOf(first, row, at)
    for (let place = 0; place < lasts.length; place++) {
      const last = lasts[place] as number
      const second = (operands[place] as Operand).at
      const isAgain = second === first.first || second === first.second
      if (!isAgain && Math.abs(value + last - known) <= off)
        yield { form: 'linear', first, second, unit: 1, offset: 0 }
      for (let factor = 0; factor < FACTORS.length; factor++) {
        const { unit, offset } = FACTORS[factor] as (typeof FACTORS)[number]
        if (!isAgain && Math.abs(value * (unit * last + offset) - known) <= off)
          yield { form: 'product', first, second, unit, offset }
      }
    }
  }
}

function* lengthsBehind(target: Operand, operands: readonly Operand[]): Generator<Formula> {
  const { type } = target.column.field
  for (const { at: time, column } of operands) {
    if (column.field.type !== type) continue
    for (const length of operands) {
      if (isTime(length)) continue
      for (const unit of TIME_UNITS[type as 'date' | 'datetime']) {
        const sum = { form: 'linear' as const, unit, offset: 0 }
        yield { ...sum, first: length.at, second: time }
        if (unit === 1) yield { ...sum, first: time, second: length.at }
      }
    }
  }
}

function firstOf(formulas: Iterable<Formula>, { target, at, probes }: Search): Formula | null {
  const { values, field } = target.column
  for (const formula of formulas) {
    const fits = probes.every((row) =>
      agrees(values[row] as number, resultOf(formula, row, at), field.decimals),
    )
    if (fits && holds(formula, target.column, at)) return formula
  }
  return null
}
