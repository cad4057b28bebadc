// Numbers that are never below those of another column and lie close above: years of age and of holding a licence, the
// highest and the lowest price of a day. They are learned as what lies between, so that they stay as close.

import type { Column, NumberColumn } from '#engine/table/table.ts'
import { stepOf } from '../steps.ts'
import { atomOf, gapsOf, leadsTo, momentsOf } from './orders.ts'

const ROWS_LEAST = 200
/** All pairs of these are compared. */
const COLUMNS_MOST = 120
/** Of fewer values a model learns each with all others. */
const VALUES_LEAST = 20
/** Of the spread of either column, what lies between may have. */
const SPREAD_MOST = 0.25
/** Of the rows, those of a single value, unless the other column has one as well: it would be lost. */
const ATOM_MOST = 0.05

type Known = { at: number; column: NumberColumn; spread: number; atom: number; step: number }

/** By column the one that it lies above. `columns` without those that follow from others. No column follows itself. */
export function numberOrders(
  columns: readonly (Column | null)[],
  rows: number,
): Map<number, number> {
  const known = columns.flatMap((column, at) => knownOf(column, at)).slice(0, COLUMNS_MOST)
  const found = new Map<number, number>()
  for (const upper of known) {
    const [closest] = known
      .filter((lower) => mayLie(upper, lower) && !leadsTo(found, lower.at, upper.at))
      .flatMap((lower) => {
        const gaps = gapsOf(lower.column, upper.column, rows)
        const spread = gaps === null ? Number.POSITIVE_INFINITY : momentsOf(gaps).spread
        const isClose = spread > 0 && spread <= SPREAD_MOST * Math.min(lower.spread, upper.spread)
        return isClose ? [{ at: lower.at, spread }] : []
      })
      .sort((a, b) => a.spread - b.spread)
    if (closest !== undefined) found.set(upper.at, closest.at)
  }
  return found
}

function knownOf(column: Column | null, at: number): Known[] {
  if (column?.kind !== 'number' || column.field.type === 'date' || column.field.type === 'datetime')
    return []
  const values = column.values.filter((value) => !Number.isNaN(value))
  if (values.length < ROWS_LEAST || new Set(values).size < VALUES_LEAST) return []
  const { spread } = momentsOf(values)
  const step = stepOf(values, column.field.decimals)
  return [{ at, column, spread, atom: atomOf(values), step }]
}

/** Of a kind, on steps as fine, and without heaps that the other one lacks. */
function mayLie(upper: Known, lower: Known): boolean {
  const { field } = upper.column
  return (
    upper.at !== lower.at &&
    field.type === lower.column.field.type &&
    field.decimals === lower.column.field.decimals &&
    upper.step === lower.step &&
    upper.atom <= Math.max(ATOM_MOST, lower.atom)
  )
}
