// Some rows of a table, drawn by a seed.

import { createSeededRandom, shuffled } from '#engine/random/seeded-random.ts'
import { type Measured, takeMeasured } from './measured.ts'

/** At most that many rows, drawn without replacement, in their order; the table itself where it has no more. */
export function sampleRows(table: Measured, most: number, seed: number, purpose: string): Measured {
  if (table.rows <= most) return table
  return takeMeasured(table, draw(table.rows, most, seed, purpose))
}

/** So many drawn rows, and the others; both in their order. */
export function partRows(
  table: Measured,
  count: number,
  seed: number,
  purpose: string,
): { drawn: Measured; others: Measured } {
  const drawn = draw(table.rows, count, seed, purpose)
  const isDrawn = new Uint8Array(table.rows)
  for (const row of drawn) isDrawn[row] = 1
  const rows = Int32Array.from({ length: table.rows }, (_, row) => row)
  const others = rows.filter((row) => isDrawn[row] === 0)
  return { drawn: takeMeasured(table, drawn), others: takeMeasured(table, others) }
}

function draw(rows: number, most: number, seed: number, purpose: string): Int32Array {
  if (rows <= most) return Int32Array.from({ length: rows }, (_, row) => row)
  return shuffled(rows, createSeededRandom(seed, purpose)).slice(0, most).sort()
}
