// The best way to part the rows of a leaf in two, from its histogram: a cut with a side for nulls in ordered columns,
// a set of levels in others (ordered by their mean gradient, Fisher 1958).

import type { BinnedColumn } from './bins.ts'
import { type Histogram, PARTS } from './histogram.ts'

/** `goesLeft[bin]` is 1 for bins of the left part. */
export type Split = { column: number; gain: number; goesLeft: Uint8Array }

export type Sums = { gradient: number; curvature: number; rows: number }

/** A leaf of fewer rows is no leaf. */
export const LEAF_ROWS_MIN = 20
/** Levels of fewer rows are not told apart; they go right. */
const LEVEL_ROWS_MIN = 10
/** Added to a level's curvature when levels are ordered, so that small ones stand in the middle. */
const LEVEL_SMOOTHING = 10
const CURVATURE_MIN = 1e-3
const GAIN_MIN = 1e-9

/** Null where no split has both sides large enough and a gain. `starts` are those of `binStarts`. */
export function findSplit(
  columns: readonly BinnedColumn[],
  starts: Int32Array,
  histogram: Histogram,
  whole: Sums,
): Split | null {
  let [best, bestColumn] = [NONE, -1]
  for (let column = 0; column < columns.length; column++) {
    const { count, ordered } = columns[column] as BinnedColumn
    const start = starts[column] as number
    const bins = histogram.subarray(start * PARTS, (start + count) * PARTS)
    const found = ordered ? bestCut(bins, count, whole) : bestSet(bins, count, whole)
    if (found.gain > best.gain) [best, bestColumn] = [found, column]
  }
  if (bestColumn < 0) return null
  return { column: bestColumn, gain: best.gain, goesLeft: leftOf(best) }
}

/** The first `taken` bins of `order` go left, and those of `start`. */
type Found = { gain: number; taken: number; order: ArrayLike<number>; start: readonly number[] }

const BINS = 256
const NOTHING: readonly number[] = []
const NONE: Found = { gain: GAIN_MIN, taken: 0, order: NOTHING, start: NOTHING }
const ASCENDING = Uint8Array.from({ length: BINS }, (_, bin) => bin)

function leftOf({ taken, order, start }: Found): Uint8Array {
  const goesLeft = new Uint8Array(BINS)
  for (const bin of start) goesLeft[bin] = 1
  for (let i = 0; i < taken; i++) goesLeft[order[i] as number] = 1
  return goesLeft
}

/** Bins in the order given, as a growing left part that starts with `start`: the best place to stop. */
function scan(
  bins: Float64Array,
  { order, start }: Pick<Found, 'order' | 'start'>,
  whole: Sums,
): Found {
  let [gradient, curvature, rows] = [0, 0, 0]
  for (const bin of start) {
    gradient += bins[bin * PARTS] as number
    curvature += bins[bin * PARTS + 1] as number
    rows += bins[bin * PARTS + 2] as number
  }
  let [gain, taken] = [0, 0]
  const unsplit = whole.gradient ** 2 / whole.curvature
  for (let i = 0; i < order.length; i++) {
    const at = (order[i] as number) * PARTS
    const more = bins[at + 2] as number
    if (more === 0) continue
    gradient += bins[at] as number
    curvature += bins[at + 1] as number
    rows += more
    const [otherRows, otherCurvature] = [whole.rows - rows, whole.curvature - curvature]
    if (rows < LEAF_ROWS_MIN || curvature < CURVATURE_MIN) continue
    if (otherRows < LEAF_ROWS_MIN || otherCurvature < CURVATURE_MIN) break
    const other = whole.gradient - gradient
    const gained = gradient ** 2 / curvature + other ** 2 / otherCurvature - unsplit
    if (gained > gain) [gain, taken] = [gained, i + 1]
  }
  return { gain, taken, order, start }
}

function bestCut(bins: Float64Array, count: number, whole: Sums): Found {
  const nullBin = count - 1
  const order = ASCENDING.subarray(0, nullBin)
  const nullsRight = scan(bins, { order, start: NOTHING }, whole)
  if ((bins[nullBin * PARTS + 2] as number) === 0) return nullsRight
  const nullsLeft = scan(bins, { order, start: [nullBin] }, whole)
  return nullsLeft.gain > nullsRight.gain ? nullsLeft : nullsRight
}

function bestSet(bins: Float64Array, count: number, whole: Sums): Found {
  const order: number[] = []
  const mean = new Float64Array(count)
  for (let bin = 0; bin < count; bin++) {
    if ((bins[bin * PARTS + 2] as number) < LEVEL_ROWS_MIN) continue
    order.push(bin)
    mean[bin] =
      (bins[bin * PARTS] as number) / ((bins[bin * PARTS + 1] as number) + LEVEL_SMOOTHING)
  }
  order.sort((a, b) => (mean[a] as number) - (mean[b] as number) || a - b)
  return scan(bins, { order, start: NOTHING }, whole)
}
