// Codes and places to values.

import type { SampledColumn } from '../sampled.ts'
import type { CategoryModes, Modes, NumericModes } from './modes.ts'

/** Of each stretch, values at equally spaced places from -1 to 1, ascending; between them, straight lines. */
export type Curves = readonly (readonly number[])[]

/** Drawn rows: codes and places as in an encoded table. */
export type DrawnRows = {
  codes: Uint8Array
  places: Float32Array
  /** In [0, 1), for the row of that number and a column: which of the other levels. */
  unit: (row: number, column: number) => number
}

export type ColumnDecoder = (drawn: DrawnRows, rows: Int32Array) => SampledColumn

/** Where the column's code and place are in drawn rows. */
export type DecoderPlace = { column: number; columns: number; place: number; places: number }

/** The curves of stretches as they were fitted: straight from low to high. */
export function straightCurves(modes: Modes): number[][] {
  return modes.kind === 'category' ? [] : modes.stretches.map(({ low, high }) => [low, high])
}

/** Values of the rows of these numbers. Numbers stay within the curves and are multiples of 10^-decimals. */
export function createDecoder(modes: Modes, curves: Curves, at: DecoderPlace): ColumnDecoder {
  return modes.kind === 'category' ? categoryDecoder(modes, at) : numericDecoder(modes, curves, at)
}

function categoryDecoder({ kept, others }: CategoryModes, at: DecoderPlace): ColumnDecoder {
  const { column, columns } = at
  const total = others.reduce((sum, [, rows]) => sum + rows, 0)
  const other = (unit: number): number => {
    let rest = unit * total
    let i = 0
    while (i < others.length - 1 && rest >= (others[i] as [number, number])[1])
      rest -= (others[i++] as [number, number])[1]
    return (others[i] as [number, number])[0]
  }
  return ({ codes, unit }, rows) => {
    const levels = new Int32Array(rows.length)
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      const code = codes[row * columns + column] as number
      levels[i] = code < kept.length ? (kept[code] as number) : other(unit(row, column))
    }
    return levels
  }
}

function numericDecoder(
  { atoms, stretches, decimals }: NumericModes,
  curves: Curves,
  { column, columns, place, places }: DecoderPlace,
): ColumnDecoder {
  const scale = 10 ** decimals
  const nullCode = atoms.length + stretches.length
  return ({ codes, places: alphas }, rows) => {
    const values = new Float64Array(rows.length)
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      const code = codes[row * columns + column] as number
      if (code < atoms.length) values[i] = atoms[code] as number
      else if (code === nullCode) values[i] = Number.NaN
      else {
        const curve = curves[code - atoms.length] as readonly number[]
        const value = valueAt(curve, alphas[row * places + place] as number)
        values[i] = Math.round(value * scale) / scale + NO_SIGN
      }
    }
    return values
  }
}

/** Makes a zero without sign of one that was rounded from below. */
const NO_SIGN = 0

function valueAt(curve: readonly number[], place: number): number {
  const cells = curve.length - 1
  const along = Math.min(Math.max((place + 1) * 0.5 * cells, 0), cells)
  const cell = Math.min(cells - 1, Math.floor(along))
  const from = curve[cell] as number
  return from + (along - cell) * ((curve[cell + 1] as number) - from)
}
