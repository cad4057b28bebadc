// Distances of the rows of one table to the closest of another, in blocks between which other work may run.

import type { Measured } from '../measured.ts'
import type { Pause } from '../pause.ts'
import { createGowerSpace, type Points } from './gower.ts'
import { createFinder, type Nearest } from './nearest.ts'

const BLOCK_ROWS = 2_000

/** Ranges of numbers are those of `scale`; all distances that are compared share one. */
export function createDistances(
  scale: Measured,
  pause: Pause,
): (from: Measured, to: Measured, options?: { second?: boolean }) => Promise<Nearest> {
  const pointsOf = createGowerSpace(scale)
  const known = new Map<Measured, Points>()
  const points = (table: Measured): Points => {
    const made = known.get(table) ?? pointsOf(table)
    known.set(table, made)
    return made
  }
  return async (from, to, { second = false } = {}) => {
    const [asked, finder] = [points(from), createFinder(points(to))]
    const empty = (): Float64Array => new Float64Array(asked.rows)
    const nearest = { first: empty(), second: empty() }
    for (let row = 0; row < asked.rows; row += BLOCK_ROWS) {
      await pause()
      finder.find(asked, { from: row, to: Math.min(row + BLOCK_ROWS, asked.rows), second }, nearest)
    }
    return nearest
  }
}
