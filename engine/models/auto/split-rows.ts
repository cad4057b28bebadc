// The rows of a table that a search learns, and those that its candidates are compared on.

import { createSeededRandom, shuffled } from '#engine/random/seeded-random.ts'
import { type Table, takeRows } from '#engine/table/table.ts'

const HELD_OUT = { share: 0.1, least: 50, most: 10_000 }

/** Of few rows both are the table itself: they are learned and compared with all of them. */
export function splitRows(table: Table, seed: number): { learned: Table; heldOut: Table } {
  const count = Math.min(HELD_OUT.most, Math.floor(table.rows * HELD_OUT.share))
  if (count < HELD_OUT.least) return { learned: table, heldOut: table }
  const order = shuffled(table.rows, createSeededRandom(seed, 'rows that no candidate learns'))
  return {
    learned: takeRows(table, order.slice(count).sort()),
    heldOut: takeRows(table, order.slice(0, count)),
  }
}
