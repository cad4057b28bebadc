// The best way to part the rows of a leaf in two, from its histogram: a cut with a side for nulls in ordered columns,
// a set of levels in others (ordered by their mean gradient, Fisher 1958).

import type { BinnedColumn } from './bins.ts'
import { BINS, type Histogram, PARTS } from './histogram.ts'

/** `goesLeft[bin]` is 1 for bins of the left part. */
export type Split = { column: number; gain: number; goesLeft: Uint8Array }

export type Sums = { gradient: number; curvature: number; rows: number }

export type SplitOptions = { leafRowsMin: number }

/** Levels of fewer rows are not told apart; they go right. */
const LEVEL_ROWS_MIN = 10
/** Added to a level's curvature when levels are ordered, so that small ones stand in the middle. */
const LEVEL_SMOOTHING = 10
const CURVATURE_MIN = 1e-3
const GAIN_MIN = 1e-9

/** Null where no split has both sides large enough and a gain. */
export function findSplit(
  columns: readonly BinnedColumn[],
  histogram: Histogram,
  whole: Sums,
  options: SplitOptions,
): Split | null {
  let best: Split | null = null
  for (const [column, { count, ordered }] of columns.entries()) {
    const bins = histogram.subarray(column * BINS * PARTS, (column * BINS + count) * PARTS)
    const found = ordered
      ? bestCut(bins, count, whole, options)
      : bestSet(bins, count, whole, options)
    if (found.gain > (best?.gain ?? GAIN_MIN)) best = { column, ...found }
  }
  return best
}

type Found = { gain: number; goesLeft: Uint8Array }

const NONE: Found = { gain: 0, goesLeft: new Uint8Array(0) }

/** Bins in the order given, as a growing left part that starts with `start`: the best place to stop. */
function scan(
  bins: Float64Array,
  order: ArrayLike<number>,
  start: readonly number[],
  whole: Sums,
  { leafRowsMin }: SplitOptions,
): { gain: number; taken: number } {
  let [gradient, curvature, rows] = [0, 0, 0]
  const take = (bin: number): void => {
    gradient += bins[bin * PARTS] as number
    curvature += bins[bin * PARTS + 1] as number
    rows += bins[bin * PARTS + 2] as number
  }
  for (const bin of start) take(bin)
  let [bestGain, taken] = [0, 0]
  const unsplit = whole.gradient ** 2 / whole.curvature
  for (let i = 0; i < order.length; i++) {
    take(order[i] as number)
    const [otherRows, otherCurvature] = [whole.rows - rows, whole.curvature - curvature]
    if (rows < leafRowsMin || curvature < CURVATURE_MIN) continue
    if (otherRows < leafRowsMin || otherCurvature < CURVATURE_MIN) break
    const other = whole.gradient - gradient
    const gain = gradient ** 2 / curvature + other ** 2 / otherCurvature - unsplit
    if (gain > bestGain) [bestGain, taken] = [gain, i + 1]
  }
  return { gain: bestGain, taken }
}

function bestCut(bins: Float64Array, count: number, whole: Sums, options: SplitOptions): Found {
  const nullBin = count - 1
  const order = Uint8Array.from({ length: nullBin }, (_, bin) => bin)
  const nullsRight = scan(bins, order, [], whole, options)
  const hasNulls = (bins[nullBin * PARTS + 2] as number) > 0
  const nullsLeft = hasNulls ? scan(bins, order, [nullBin], whole, options) : NO_SCAN
  const left = nullsLeft.gain > nullsRight.gain
  const { gain, taken } = left ? nullsLeft : nullsRight
  if (gain === 0) return NONE
  const goesLeft = new Uint8Array(BINS).fill(1, 0, taken)
  if (left) goesLeft[nullBin] = 1
  return { gain, goesLeft }
}

const NO_SCAN = { gain: 0, taken: 0 }

function bestSet(bins: Float64Array, count: number, whole: Sums, options: SplitOptions): Found {
  const order: number[] = []
  const mean = new Float64Array(count)
  for (let bin = 0; bin < count; bin++) {
    if ((bins[bin * PARTS + 2] as number) < LEVEL_ROWS_MIN) continue
    order.push(bin)
    mean[bin] =
      (bins[bin * PARTS] as number) / ((bins[bin * PARTS + 1] as number) + LEVEL_SMOOTHING)
  }
  order.sort((a, b) => (mean[a] as number) - (mean[b] as number) || a - b)
  const { gain, taken } = scan(bins, order, [], whole, options)
  if (gain === 0) return NONE
  const goesLeft = new Uint8Array(BINS)
  for (const bin of order.slice(0, taken)) goesLeft[bin] = 1
  return { gain, goesLeft }
}
