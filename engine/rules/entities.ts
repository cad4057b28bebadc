// Entities: rows of a table that belong together in order, such as the readings of one sensor. They are the children of one
// parent row, so many rows each, or the whole table. Where a row stands is arithmetic, so no row before it is looked at.

import type { Per } from '#engine/config/entity-rules.ts'
import { AppError } from '#engine/errors.ts'
import type { Rows } from '#engine/rows.ts'
import type { ParentRows } from './parent-rows.ts'

/** Fills the entity's number and the row's rank within it, from 0. */
export type EntityRows = (entities: Float64Array, ranks: Float64Array, rows: Rows) => void

/** All rows of the table are one entity. */
const wholeTable: EntityRows = (entities, ranks, { n, index }) => {
  entities.fill(0, 0, n)
  for (let i = 0; i < n; i++) ranks[i] = index[i] as number
}

/** `each` rows one after the other are an entity. */
function rowsEach(each: number): EntityRows {
  return (entities, ranks, { n, index }) => {
    for (let i = 0; i < n; i++) {
      const row = index[i] as number
      const entity = Math.floor(row / each)
      entities[i] = entity
      ranks[i] = row - entity * each
    }
  }
}

/** The children of one parent are an entity. */
function childrenOf(parents: ParentRows): EntityRows {
  return (entities, ranks, rows) => parents(entities, rows, ranks)
}

/** Counters that any number of children of one parent needs. */
const CHILDREN_STRIDE = 4_194_304

/** Entities with room for a draw of every rank, and of the ranks up to the next power of two. */
export function entitiesOf(
  per: Per,
  grouped: (foreignKey: number) => ParentRows | null,
): { entities: EntityRows; stride: number } {
  if (per === null) return { entities: wholeTable, stride: 0 }
  if ('rows' in per) return { entities: rowsEach(per.rows), stride: 2 * per.rows + 2 }
  const parents = grouped(per.foreign_key)
  if (parents === null) {
    throw new AppError('invalid_config', `foreign key ${per.foreign_key} has no children`)
  }
  return { entities: childrenOf(parents), stride: CHILDREN_STRIDE }
}

/** Calls `use` for each stretch from (included) .. to (excluded) of rows that follow each other in one entity. */
export function forEachRun(
  entities: Float64Array,
  ranks: Float64Array,
  n: number,
  use: (from: number, to: number) => void,
): void {
  let from = 0
  for (let i = 1; i <= n; i++) {
    const goesOn =
      i < n &&
      entities[i] === entities[from] &&
      (ranks[i] as number) - (ranks[from] as number) === i - from
    if (goesOn) continue
    use(from, i)
    from = i
  }
}
