// From normal variables to the pieces of a column and places within them, by tables.

import { phi } from '#engine/math/normal.ts'
import { PHI_CELLS, phiAtCells } from '#engine/math/normal-table.ts'
import type { Stretch } from './conditions.ts'
import type { Latent } from './latent.ts'
import { thresholdsOf } from './scores.ts'

/** Reads values from `from` on and writes to `to` on, `count` of them. */
export type Span = { from: number; to: number; count: number }

export type Decoder = {
  /** Codes of levels. */
  levels(values: Float64Array, out: Int32Array, span: Span): void
  /** Numbers: units of 10^-decimals divided by `scale`, evenly from the range of a piece. */
  numbers(values: Float64Array, out: Float64Array, span: Span, scale: number): void
  /** As both, of values that lie in the stretches, and nothing that these do not allow. */
  within(
    stretches: readonly Stretch[],
    values: Float64Array,
    out: Float64Array | Int32Array,
    span: Span,
    scale: number,
  ): void
}

const { reach: REACH, perUnit: CELLS_PER_UNIT, count: CELLS } = PHI_CELLS

/** Of cells that hold a boundary between pieces, or lie next to one: no code. */
const MIXED = -1

/** Pieces are searched for where no table tells. */
export function createDecoder(latent: Latent): Decoder {
  const unitOf = searcher(latent)
  const last = latent.mass.length - 1
  const lines = cellLines(latent)
  const codes = Int32Array.from({ length: CELLS }, (_, cell) => {
    const base = lines[2 * cell] as number
    return Number.isNaN(base) ? MIXED : base
  })
  return {
    levels(values, out, { from, to, count }) {
      for (let i = 0; i < count; i++) {
        const value = values[from + i] as number
        const code = codes[cellOf((value + REACH) * CELLS_PER_UNIT)] as number
        out[to + i] = code === MIXED ? unitOf(value, 0, last) : code
      }
    },
    numbers(values, out, { from, to, count }, scale) {
      for (let i = 0; i < count; i++) {
        const value = values[from + i] as number
        const place = (value + REACH) * CELLS_PER_UNIT
        const cell = cellOf(place)
        const base = lines[2 * cell] as number
        const unit = Number.isNaN(base)
          ? unitOf(value, 0, last)
          : Math.floor(base + (lines[2 * cell + 1] as number) * (place - cell))
        out[to + i] = unit / scale
      }
    },
    within(stretches, values, out, { from, to, count }, scale) {
      for (let i = 0; i < count; i++) {
        const value = values[from + i] as number
        const stretch = stretches.find(({ high }) => value <= high) as Stretch
        const unit = unitOf(value, stretch.first, stretch.last)
        out[to + i] = Math.min(stretch.max, Math.max(stretch.min, unit)) / scale
      }
    },
  }
}

/** The outermost cells are mixed, whatever they hold: they stand for all that lies further out. */
function cellOf(place: number): number {
  return place >= CELLS ? CELLS - 1 : place > 0 ? place | 0 : 0
}

/** The unit of a value whose piece is one of `first` to `last`; of the nearest piece if it is none of them. */
export function searcher(latent: Latent): (value: number, first: number, last: number) => number {
  const thresholds = thresholdsOf(latent.mass)
  const below = cumulated(latent.mass)
  return (value: number, first: number, last: number): number => {
    let [low, high] = [first, last]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (value > (thresholds[middle + 1] as number)) low = middle + 1
      else high = middle
    }
    const [from, to] = [latent.from[low] as number, latent.to[low] as number]
    if (from === to) return from
    const share = (phi(value) - (below[low] as number)) / (latent.mass[low] as number)
    return Math.min(to, Math.max(from, from + Math.floor(share * (to - from + 1))))
  }
}

/** Mass before each piece. */
function cumulated(mass: Float64Array): Float64Array {
  let sum = 0
  return mass.map((share) => {
    sum += share
    return sum - share
  })
}

/** Cell after cell: where in its piece, in units, it begins, or NaN where it is mixed; and how many units it spans. */
function cellLines(latent: Latent): Float64Array {
  const thresholds = thresholdsOf(latent.mass)
  const below = cumulated(latent.mass)
  const bounds = phiAtCells()
  const lines = new Float64Array(2 * CELLS).fill(Number.NaN)
  let piece = 0
  for (let cell = 1; cell < CELLS - 1; cell++) {
    const [low, high] = [cell / CELLS_PER_UNIT - REACH, (cell + 1) / CELLS_PER_UNIT - REACH]
    while (low > (thresholds[piece + 1] as number)) piece++
    if (low - (thresholds[piece] as number) < 1e-9) continue
    if ((thresholds[piece + 1] as number) - high < 1e-9) continue
    const [from, to] = [latent.from[piece] as number, latent.to[piece] as number]
    const units = from === to ? 0 : (to - from + 1) / (latent.mass[piece] as number)
    const start = bounds[cell] as number
    lines[2 * cell] = from + units * (start - (below[piece] as number))
    lines[2 * cell + 1] = units * ((bounds[cell + 1] as number) - start)
  }
  return lines
}
