// Numbers that are nearly another one or a product of two: charges of all months by charges of one, what is paid by what
// is asked. They are learned as how many times that they are, so that they stay as near.

import { log } from '#engine/math/elementary.ts'
import type { Column } from '#engine/table/table.ts'
import { stepOf } from '../steps.ts'
import { momentsOf } from './orders.ts'
import { sketchOf } from './sketch.ts'

/** All pairs of these are compared. */
const COLUMNS_MOST = 60
/** A second factor has to bring the spread down to so much of what it is without. */
const SECOND_MOST = 0.5

type Limits = {
  rows: number
  /** Of fewer values a model learns each with all others. */
  values: number
  /** Of the spread of a column, on a logarithmic scale, that of the times. */
  spread: number
  /** Of the rows, those of a single value, unless a factor has one as well: it would be lost. */
  atom: number
  /** Whether values on steps stay numbers of their own. */
  steps: boolean
}

const LIMITS: Limits = { rows: 200, values: 20, spread: 0.05, atom: 0.05, steps: true }
/** Of a few rows. */
const LOOSE: Limits = { rows: 20, values: 6, spread: 0.1, atom: 0.15, steps: false }

export type NearProduct = { first: number; second?: number }

type Known = {
  at: number
  logs: Float64Array
  spread: number
  atom: number
  values: number
  isFine: boolean
}

/**
 * By column what it is nearly the product of. `columns` without those that follow from others. No column follows itself.
 */
export function nearProducts(
  columns: readonly (Column | null)[],
  rows: number,
): Map<number, NearProduct> {
  const likely = new Set<number | undefined>()
  for (const [at, { first, second }] of productsOf(sketchOf(columns, rows), LOOSE))
    for (const one of [at, first, second]) likely.add(one)
  const left = columns.map((column, at) => (likely.has(at) ? column : null))
  return likely.size === 0 ? new Map() : productsOf(left, LIMITS)
}

function productsOf(columns: readonly (Column | null)[], limits: Limits): Map<number, NearProduct> {
  const known = columns.flatMap((column, at) => knownOf(column, at, limits)).slice(0, COLUMNS_MOST)
  const found = new Map<number, NearProduct>()
  for (const target of known.toReversed()) {
    if (target.values < limits.values || !target.isFine) continue
    const free = known.filter((one) => !leadsTo(found, one.at, target.at))
    const product = nearest(target, free, limits)
    if (product !== null) found.set(target.at, product)
  }
  return found
}

function leadsTo(found: ReadonlyMap<number, NearProduct>, from: number, to: number): boolean {
  if (from === to) return true
  const { first, second } = found.get(from) ?? {}
  return [first, second].some((one) => one !== undefined && leadsTo(found, one, to))
}

/** Numbers above 0 as logarithms; those that are 0 in some rows, and never below, as what a product is 0 by. */
function knownOf(column: Column | null, at: number, limits: Limits): Known[] {
  if (column?.kind !== 'number' || column.field.type === 'date' || column.field.type === 'datetime')
    return []
  const counts = new Map<number, number>()
  const logs = column.values.map((value) => {
    if (!Number.isNaN(value)) counts.set(value, (counts.get(value) ?? 0) + 1)
    return value > 0 ? log(value) : value === 0 ? Number.NEGATIVE_INFINITY : Number.NaN
  })
  const rows = counts.values().reduce((sum, count) => sum + count, 0)
  if (rows < limits.rows || counts.size < 2 || counts.keys().some((value) => value < 0)) return []
  const most = counts.values().reduce((greatest, count) => Math.max(greatest, count), 0)
  const { spread } = momentsOf(logs.filter((value) => Number.isFinite(value)))
  const isFine =
    !limits.steps ||
    stepOf(
      column.values.filter((value) => !Number.isNaN(value)),
      column.field.decimals,
    ) === 1
  return [{ at, logs, spread, atom: most / rows, values: counts.size, isFine }]
}

function nearest(target: Known, factors: readonly Known[], limits: Limits): NearProduct | null {
  let [best, least]: [NearProduct | null, number] = [null, limits.spread * target.spread]
  const atomOf = (...some: Known[]): boolean =>
    target.atom <= Math.max(limits.atom, ...some.map(({ atom }) => atom))
  const alone = factors.map((factor) => (atomOf(factor) ? apart(target, factor, null) : null))
  for (const [place, spread] of alone.entries()) {
    if (spread === null || spread >= least) continue
    best = { first: (factors[place] as Known).at }
    least = spread
  }
  least *= best === null ? 1 : SECOND_MOST
  for (const [place, first] of factors.entries())
    for (const second of factors.slice(place + 1)) {
      if (!atomOf(first, second)) continue
      const spread = apart(target, first, second)
      if (spread === null || spread >= least) continue
      best = { first: first.at, second: second.at }
      least = spread
    }
  return best
}

/** Spread of the times; null where a product has no value, or is 0 where the target is not. */
function apart(target: Known, first: Known, second: Known | null): number | null {
  const rows = target.logs.length
  const timesOf = (row: number): number => {
    const whole = (first.logs[row] as number) + (second === null ? 0 : (second.logs[row] as number))
    const own = target.logs[row] as number
    if (Number.isNaN(own) || (own === whole && !Number.isFinite(own))) return NO_TIMES
    return Number.isNaN(whole) ? Number.POSITIVE_INFINITY : own - whole
  }
  return spreadOf(Float64Array.from({ length: rows }, (_, row) => timesOf(row)))
}

/** Where both are null, or 0. */
const NO_TIMES = Number.NaN

/** Null where a number is infinite, or all are the same. */
function spreadOf(times: Float64Array): number | null {
  if (times.some((value) => Math.abs(value) === Number.POSITIVE_INFINITY)) return null
  const { spread } = momentsOf(times)
  return spread > 0 ? spread : null
}
