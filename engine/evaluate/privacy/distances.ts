// Distances of the rows of one table to the closest of another, in blocks between which other work may run.

import type { Measured } from '../measured.ts'
import type { Pause } from '../pause.ts'
import { createGowerSpace, type Points } from './gower.ts'
import { createSweepFinder, createTreeFinder, type Finder, type Nearest } from './nearest.ts'

const BLOCK_ROWS = 2_000
/** The first rows are looked up in a tree; if it looks at more than a share of all rows, sweeps are faster. */
const PROBED_ROWS = 200
const TREE_SHARE_MAX = 0.04
/** Tables of fewer rows are not worth more than a tree. */
const SWEPT_ROWS_MIN = 500

/** Ranges of numbers are those of `scale`; all distances that are compared share one. */
export function createDistances(
  scale: Measured,
  pause: Pause,
): (from: Measured, to: Measured, options?: { second?: boolean }) => Promise<Nearest> {
  const pointsOf = createGowerSpace(scale)
  const made = new Map<Measured, Points>()
  const points = (table: Measured): Points => {
    const found = made.get(table) ?? pointsOf(table)
    made.set(table, found)
    return found
  }
  return async (from, to, { second = false } = {}) => {
    const [asked, known] = [points(from), points(to)]
    let finder: Finder = createTreeFinder(known)
    const empty = (): Float64Array => new Float64Array(asked.rows)
    const nearest = { first: empty(), second: empty() }
    for (let row = 0; row < asked.rows; ) {
      await pause()
      const end = Math.min(row + (row === 0 ? PROBED_ROWS : BLOCK_ROWS), asked.rows)
      finder.find(asked, { from: row, to: end, second }, nearest)
      if (row === 0 && known.rows >= SWEPT_ROWS_MIN)
        if (finder.looks() > end * known.rows * TREE_SHARE_MAX)
          finder = createSweepFinder(known) ?? finder
      row = end
    }
    return nearest
  }
}
