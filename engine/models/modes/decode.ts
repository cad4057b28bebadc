// Codes and places to values.

import type { SampledColumn } from '../sampled.ts'
import type { Layout } from './layout.ts'
import type { CategoryModes, Modes, NumericModes } from './modes.ts'
import { offScale } from './scale.ts'

/** Of each stretch, values at equally spaced places from -1 to 1, ascending; between them, straight lines. */
export type Curves = readonly (readonly number[])[]

/** Drawn rows, wherever decoders find their codes and places. */
export type DrawnRows = {
  codes: Uint8Array | Int32Array
  places: Float32Array
  /** In [0, 1), for the row of that number and a column: which of the other levels. */
  unit: (row: number, column: number) => number
}

/** Values of the rows of these numbers, at the beginning of `into` or of memory of its own. */
export type ColumnDecoder = (
  drawn: DrawnRows,
  rows: Int32Array,
  into?: SampledColumn,
) => SampledColumn

/** Row i is at `from` + i times `step`. */
export type Steps = { from: number; step: number }
/** Where the column's code and place are in drawn rows. */
export type DecoderPlace = { column: number; codes: Steps; places: Steps }

/** As they are in an encoded table. */
export function inTable(column: number, { spans, places }: Layout): DecoderPlace {
  return {
    column,
    codes: { from: column, step: spans.length },
    places: { from: places.indexOf(column), step: places.length },
  }
}

/** Values of a curve on a scale that is not the numbers' own, from end to end. */
export const CURVE_CELLS = 64

/** The curves of stretches as they were fitted: straight from low to high, on their scale. */
export function straightCurves(modes: Modes): number[][] {
  if (modes.kind === 'category') return []
  const { stretches, scale } = modes
  if (scale === undefined) return stretches.map(({ low, high }) => [low, high])
  return stretches.map(({ low, high }) =>
    Array.from({ length: CURVE_CELLS + 1 }, (_, cell) =>
      offScale(scale, low + (cell / CURVE_CELLS) * (high - low)),
    ),
  )
}

/** Numbers stay within the curves and are multiples of 10^-decimals. */
export function createDecoder(modes: Modes, curves: Curves, at: DecoderPlace): ColumnDecoder {
  return modes.kind === 'category' ? categoryDecoder(modes, at) : numericDecoder(modes, curves, at)
}

function categoryDecoder({ kept, others }: CategoryModes, at: DecoderPlace): ColumnDecoder {
  const { column, codes } = at
  const levels = Int32Array.from(kept)
  const total = others.reduce((sum, [, rows]) => sum + rows, 0)
  const other = (unit: number): number => {
    let rest = unit * total
    let i = 0
    while (i < others.length - 1 && rest >= (others[i] as [number, number])[1])
      rest -= (others[i++] as [number, number])[1]
    return (others[i] as [number, number])[0]
  }
  return (drawn, rows, into = new Int32Array(rows.length)) => {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      const code = drawn.codes[codes.from + row * codes.step] as number
      into[i] = code < levels.length ? (levels[code] as number) : other(drawn.unit(row, column))
    }
    return into
  }
}

type Lines = {
  atoms: Float64Array
  curves: readonly Float64Array[]
  nullCode: number
  scale: number
  /** In units of the last digit. */
  grid: { step: number; from: number }
}

function numericDecoder(
  { atoms, stretches, decimals, grid }: NumericModes,
  curves: Curves,
  at: DecoderPlace,
): ColumnDecoder {
  const lines: Lines = {
    atoms: Float64Array.from(atoms),
    curves: curves.map((curve) => Float64Array.from(curve)),
    nullCode: atoms.length + stretches.length,
    scale: 10 ** decimals,
    grid: grid ?? { step: 1, from: 0 },
  }
  return (drawn, rows, into = new Float64Array(rows.length)) => {
    decodeNumbers(lines, drawn, rows, { at, into })
    return into
  }
}

/** A function of its own, not a closure: its loop keeps what it reads in registers. */
function decodeNumbers(
  { atoms, curves, nullCode, scale, grid }: Lines,
  { codes, places }: DrawnRows,
  rows: Int32Array,
  { at, into }: { at: DecoderPlace; into: SampledColumn },
): void {
  const { from, step } = at.codes
  const place = at.places
  const { step: width, from: first } = grid
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number
    const code = codes[from + row * step] as number
    if (code < atoms.length) into[i] = atoms[code] as number
    else if (code === nullCode) into[i] = Number.NaN
    else {
      const curve = curves[code - atoms.length] as Float64Array
      const value = valueAt(curve, places[place.from + row * place.step] as number)
      const steps = Math.floor((value * scale - first) / width + 0.5)
      into[i] = (steps * width + first) / scale + NO_SIGN
    }
  }
}

/** Makes a zero without sign of one that was rounded from below. */
const NO_SIGN = 0

function valueAt(curve: Float64Array, place: number): number {
  const cells = curve.length - 1
  const wanted = (place + 1) * 0.5 * cells
  const along = wanted > 0 ? Math.min(wanted, cells) : 0
  const cell = along < cells ? along | 0 : cells - 1
  const from = curve[cell] as number
  return from + (along - cell) * ((curve[cell + 1] as number) - from)
}
