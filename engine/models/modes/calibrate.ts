// Brings what a network draws to the shares and the spread of the data, column by column: dependences stay the
// network's. An addition to the papers.

import type { SessionOptions } from '#engine/tensor/session.ts'
import { drawTable, type RowDrawing } from './batch.ts'
import { CURVE_CELLS, type Curves, straightCurves } from './decode.ts'
import type { EncodedTable } from './encode.ts'
import type { Layout } from './layout.ts'
import type { Modes, Stretch } from './modes.ts'
import { offScale } from './scale.ts'

/** What is added to the logits by position, and values by place of the stretches of each column. */
export type Calibration = { corrections: Float32Array; curves: Curves[] }

/** Of rows that the network draws in each round. */
const BATCHES = 20
const ROUNDS = 4
/** No correction goes beyond this; it is reached where the network never draws a code. */
const CORRECTION_MOST = 3
/** Rows of the data that a value of a curve averages at least, and rows in a stretch to learn a curve at all. */
const ROWS_PER_POINT = 8
const ROWS_LEAST = 2 * ROWS_PER_POINT

type Learned = { modes: readonly Modes[]; layout: Layout; train: EncodedTable }

export type CalibrateOptions = SessionOptions & {
  seed: number
  /** False: nothing is corrected. */
  calibrate: boolean
}

/** `drawingOf` gives the drawing with such corrections. */
export async function calibrateDrawing(
  data: Learned,
  drawingOf: (corrections: Float32Array) => RowDrawing,
  { calibrate: isWanted, ...options }: CalibrateOptions,
): Promise<Calibration> {
  const { modes, layout } = data
  if (!isWanted)
    return { corrections: new Float32Array(layout.codes), curves: modes.map(straightCurves) }
  return await calibrate(data, (corrections) =>
    drawTable(layout, drawingOf(corrections), { ...options, batches: BATCHES }),
  )
}

/** `draw` gives rows for logits with these corrections, always for the same noise. */
export async function calibrate(
  { modes, layout, train }: Learned,
  draw: (corrections: Float32Array) => Promise<EncodedTable>,
): Promise<Calibration> {
  const corrections = new Float32Array(layout.codes)
  const wanted = shares(train, layout)
  let drawn = await draw(corrections)
  for (let round = 0; round < ROUNDS; round++) {
    const found = shares(drawn, layout)
    for (let at = 0; at < corrections.length; at++) {
      const by = Math.log(((wanted[at] as number) + 1e-4) / ((found[at] as number) + 1e-4))
      const moved = (corrections[at] as number) + by
      corrections[at] = Math.min(CORRECTION_MOST, Math.max(-CORRECTION_MOST, moved))
    }
    drawn = await draw(corrections)
  }
  return { corrections, curves: modes.map((known, column) => curvesOf(known, column)) }

  function curvesOf(known: Modes, column: number): number[][] {
    if (known.kind === 'category') return []
    const place = layout.places.indexOf(column)
    const [least, most] = [
      Math.min(...known.stretches.map(({ low }) => low)),
      Math.max(...known.stretches.map(({ high }) => high)),
    ]
    return known.stretches.map((stretch, at) => {
      const code = known.atoms.length + at
      const real = placesOf(train, layout, { column, place, code })
      const found = placesOf(drawn, layout, { column, place, code })
      if (real.length < ROWS_LEAST || found.length < ROWS_LEAST || stretch.high <= stretch.low)
        return straightCurves(known)[at] as number[]
      const ends = { low: stretch.low === least, high: stretch.high === most }
      return curveOf(stretch, ends, real, found).map((value) => offScale(known.scale, value))
    })
  }
}

function shares({ rows, codes }: EncodedTable, { spans, codes: positions }: Layout): Float64Array {
  const found = new Float64Array(positions)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < spans.length; column++) {
      const at = (spans[column]?.start as number) + (codes[row * spans.length + column] as number)
      found[at] = (found[at] as number) + 1 / rows
    }
  return found
}

/** Ascending. */
function placesOf(
  { rows, codes, places }: EncodedTable,
  layout: Layout,
  at: { column: number; place: number; code: number },
): Float32Array {
  const found: number[] = []
  for (let row = 0; row < rows; row++)
    if (codes[row * layout.spans.length + at.column] === at.code)
      found.push(places[row * layout.places.length + at.place] as number)
  return Float32Array.from(found).sort()
}

/** Whether a stretch ends where its column does: there the outermost number is one of several rows (protect.ts). */
type Ends = { low: boolean; high: boolean }

/** By place a value, on the stretch's scale: the quantile of the data below which as many lie as were drawn there. */
function curveOf(
  { low, high }: Stretch,
  ends: Ends,
  real: Float32Array,
  drawn: Float32Array,
): number[] {
  const quantile = quantiles(real, ends)
  let below = 0
  return Array.from({ length: CURVE_CELLS + 1 }, (_, cell) => {
    const place = (2 * cell) / CURVE_CELLS - 1
    while (below < drawn.length && (drawn[below] as number) <= place) below++
    const share = cell === 0 ? 0 : cell === CURVE_CELLS ? 1 : below / drawn.length
    return low + ((quantile(share) + 1) / 2) * (high - low)
  })
}

/**
 * Straight lines between means of neighbouring places, each of several rows; at either end, to the outermost place where
 * the column ends there, else to the mean of the outermost.
 */
function quantiles(sorted: Float32Array, ends: Ends): (share: number) => number {
  const count = Math.max(2, Math.min(2 * CURVE_CELLS, Math.floor(sorted.length / ROWS_PER_POINT)))
  const points = Float64Array.from({ length: count }, (_, i) =>
    meanOf(
      sorted,
      Math.floor((i / count) * sorted.length),
      Math.floor(((i + 1) / count) * sorted.length),
    ),
  )
  const { length } = sorted
  const least = ends.low ? (sorted[0] as number) : meanOf(sorted, 0, ROWS_PER_POINT)
  const greatest = ends.high
    ? (sorted[length - 1] as number)
    : meanOf(sorted, length - ROWS_PER_POINT, length)
  const between = (from: number, to: number, part: number): number => from + part * (to - from)
  return (share) => {
    const along = share * count - 0.5
    if (along <= 0) return between(least, points[0] as number, 2 * along + 1)
    if (along >= count - 1)
      return between(points[count - 1] as number, greatest, 2 * (along - count + 1))
    const at = Math.floor(along)
    return between(points[at] as number, points[at + 1] as number, along - at)
  }
}

function meanOf(values: Float32Array, from: number, to: number): number {
  let sum = 0
  for (let at = from; at < to; at++) sum += values[at] as number
  return sum / (to - from)
}

/** The bias of places and codes with corrections of the logits in it. */
export function correctedBias(bias: Float32Array, corrections: Float32Array): Float32Array {
  const places = bias.length - corrections.length
  return bias.map((value, at) => value + (at < places ? 0 : (corrections[at - places] as number)))
}
