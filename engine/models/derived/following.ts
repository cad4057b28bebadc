// Numbers that are not learned as they are, for others say all or most of them: by a formula, by what lies between, or by
// how many times a product they are.

import type { Column, NumberColumn, Table } from '#engine/table/table.ts'
import type { PreparedColumn } from '../prepare.ts'
import type { Formula } from './formulas.ts'
import { learnNear } from './learn-near.ts'
import { learnRelation, type RelationSource } from './learn-relation.ts'
import { learnAfter } from './learn-times.ts'
import { type NearProduct, nearProducts } from './near-products.ts'
import { numberOrders } from './number-orders.ts'
import { findRelations } from './relations.ts'

export type Following =
  | { how: 'formula'; formula: Formula }
  | { how: 'above'; base: number }
  | { how: 'near'; product: NearProduct }

/**
 * By number. `columns` of the table, null for those that are not learned; those of `lookedUp`, which says by what, follow
 * already or are what others follow from. None follows from itself, however far one goes.
 */
export function findFollowing(
  columns: readonly (Column | null)[],
  lookedUp: ReadonlyMap<number, number>,
  rows: number,
): Map<number, Following> {
  const found = new Map<number, Following>()
  const taken = new Set([...lookedUp].flat())
  const left = (): (Column | null)[] =>
    columns.map((column, at) => (taken.has(at) || found.has(at) ? null : column))
  for (const [at, formula] of findRelations(columns, lookedUp))
    found.set(at, { how: 'formula', formula })
  for (const [at, base] of numberOrders(left(), rows)) found.set(at, { how: 'above', base })
  for (const [at, product] of nearProducts(left(), rows)) found.set(at, { how: 'near', product })
  return found
}

/** Null where what it follows from is not learned as a number. */
export function learnFollowing(
  column: Column,
  following: Following,
  source: RelationSource & { table: Table },
): PreparedColumn | null {
  if (column.kind !== 'number') return null
  if (following.how === 'formula') return learnRelation(column, following.formula, source)
  if (following.how === 'near') return learnNear(column, following.product, source)
  const { table, list, seed, partOf } = source
  const lower = partOf(following.base)
  if (lower.kind !== 'numeric') return null
  const earlier = table.columns[following.base] as NumberColumn
  const target = learnAfter(column, { earlier, first: lower.target }, { table, list, seed })
  const nulls = column.values.some((value) => Number.isNaN(value))
  return { kind: 'numeric', field: column.field, target, nulls }
}
