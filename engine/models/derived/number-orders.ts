// Numbers that are never below those of another column and lie close above: years of age and of holding a licence, the
// highest and the lowest price of a day. They are learned as what lies between, so that they stay as close.

import type { Column, NumberColumn } from '#engine/table/table.ts'
import { stepOf } from '../steps.ts'
import { atomOf, gapsOf, leadsTo, momentsOf } from './orders.ts'
import { sketchOf } from './sketch.ts'

/** All pairs of these are compared. */
const COLUMNS_MOST = 120

/** What a column has to have, and a pair. */
type Limits = {
  rows: number
  /** Of fewer values a model learns each with all others. */
  values: number
  /** Of the spread of either column, what lies between may have. */
  spread: number
  /** Of the rows, those of a single value, unless the other column has one as well: it would be lost. */
  atom: number
  /** Whether steps have to be the same. */
  steps: boolean
}

const LIMITS: Limits = { rows: 200, values: 20, spread: 0.25, atom: 0.05, steps: true }
/** Of a few rows. */
const LOOSE: Limits = { rows: 20, values: 6, spread: 0.4, atom: 0.15, steps: false }

type Known = { at: number; column: NumberColumn; spread: number; atom: number; step: number }

/** By column the one that it lies above. `columns` without those that follow from others. No column follows itself. */
export function numberOrders(
  columns: readonly (Column | null)[],
  rows: number,
): Map<number, number> {
  const some = sketchOf(columns, rows)
  const likely = new Set([...ordersOf(some, LOOSE)].flat())
  const left = columns.map((column, at) => (likely.has(at) ? column : null))
  return likely.size === 0 ? new Map() : ordersOf(left, LIMITS)
}

function ordersOf(columns: readonly (Column | null)[], limits: Limits): Map<number, number> {
  const known = columns.flatMap((column, at) => knownOf(column, at, limits)).slice(0, COLUMNS_MOST)
  const found = new Map<number, number>()
  for (const upper of known) {
    const [closest] = known
      .filter((lower) => mayLie(upper, lower, limits) && !leadsTo(found, lower.at, upper.at))
      .flatMap((lower) => {
        const gaps = gapsOf(lower.column, upper.column, upper.column.values.length)
        const spread = gaps === null ? Number.POSITIVE_INFINITY : momentsOf(gaps).spread
        const isClose = spread > 0 && spread <= limits.spread * Math.min(lower.spread, upper.spread)
        return isClose ? [{ at: lower.at, spread }] : []
      })
      .sort((a, b) => a.spread - b.spread)
    if (closest !== undefined) found.set(upper.at, closest.at)
  }
  return found
}

function knownOf(column: Column | null, at: number, limits: Limits): Known[] {
  if (column?.kind !== 'number' || column.field.type === 'date' || column.field.type === 'datetime')
    return []
  const values = column.values.filter((value) => !Number.isNaN(value))
  if (values.length < limits.rows || new Set(values).size < limits.values) return []
  const { spread } = momentsOf(values)
  const step = stepOf(values, column.field.decimals)
  return [{ at, column, spread, atom: atomOf(values), step }]
}

/** Of a kind, on steps as fine, and without heaps that the other one lacks. */
function mayLie(upper: Known, lower: Known, { atom, steps }: Limits): boolean {
  const { field } = upper.column
  return (
    upper.at !== lower.at &&
    field.type === lower.column.field.type &&
    field.decimals === lower.column.field.decimals &&
    (!steps || upper.step === lower.step) &&
    upper.atom <= Math.max(atom, lower.atom)
  )
}
