// The parent row of each row of a table that refers to itself: always an earlier row, so no circle can arise.

import type { SelfReference } from '#engine/config/types.ts'
import type { Generator, Stream } from '#engine/random/generator.ts'
import { unitOf } from '#engine/random/uniform.ts'
import type { Rows } from '#engine/rows.ts'
import { lastAtMost } from './parent-rows.ts'

/** Fills `parents`, and `missing` with 1 for a row without a parent (whose entry of `parents` is 0). */
export type SelfRows = (parents: Float64Array, missing: Uint8Array, rows: Rows) => void

const BISECTIONS = 200

/** The factor by which each level is larger than the one above, for `depth` levels to have `rows` rows. */
function growth(rows: number, depth: number, roots: number): number {
  const total = (factor: number): number => {
    let [sum, level] = [0, roots]
    for (let k = 0; k < depth && sum < rows; k++) {
      sum += level
      level *= factor
    }
    return sum
  }
  let [low, high] = [0, rows]
  for (let k = 0; k < BISECTIONS; k++) {
    const middle = (low + high) / 2
    if (total(middle) < rows) low = middle
    else high = middle
  }
  return high
}

/**
 * First row of each level, then the number of rows. Levels grow by one factor; none is empty while there are rows
 * for it, and there are at most `depth`.
 */
function levelStarts(rows: number, depth: number, roots: number): number[] {
  const first = Math.min(roots, rows)
  const levels = Math.min(depth, rows - first + 1)
  const factor = growth(rows, levels, first)
  const starts = [0, first]
  let ideal = first
  for (let level = 1; level < levels; level++) {
    const from = starts[level] as number
    const later = levels - level - 1
    ideal *= factor
    const size = Math.min(Math.max(Math.round(ideal), 1), rows - from - later)
    starts.push(later === 0 ? rows : from + size)
  }
  return starts[starts.length - 1] === rows ? starts : [...starts, rows]
}

type Bounds = { low: (row: number) => number; high: (row: number) => number }

/** The rows from `low` to before `high` are those that a row may refer to; none for a root. */
function boundsOf(law: SelfReference, tableRows: number): Bounds {
  const { roots } = law
  if (law.type === 'earlier') return { low: () => 0, high: (row) => (row < roots ? 0 : row) }
  const starts = levelStarts(tableRows, law.depth, roots)
  const levelOf = (row: number) => lastAtMost(starts, row, starts.length - 1)
  const high = (row: number) => (row < roots ? 0 : (starts[levelOf(row)] as number))
  const low = (row: number) =>
    law.type === 'graph' || row < roots ? 0 : (starts[levelOf(row) - 1] as number)
  return { low, high }
}

/** Each row's parent, all that its level allows equally likely. */
export function selfRows(
  random: Generator,
  stream: Stream,
  law: SelfReference,
  tableRows: number,
): SelfRows {
  const { low, high } = boundsOf(law, tableRows)
  return (parents, missing, rows) => {
    const [w0, w1] = random.words(rows, stream, 0)
    for (let i = 0; i < rows.n; i++) {
      const row = rows.index[i] as number
      const [from, to] = [low(row), high(row)]
      missing[i] = to > from ? 0 : 1
      const drawn = from + Math.floor(unitOf(w0[i] as number, w1[i] as number) * (to - from))
      parents[i] = to > from ? Math.min(drawn, to - 1) : 0
    }
  }
}
