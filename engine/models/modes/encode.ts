// Columns to codes and places.

import { createSeededRandom } from '#engine/random/seeded-random.ts'
import type { CategoryTarget, NumericTarget, Target } from '../sampled.ts'
import type { Layout } from './layout.ts'
import type { CategoryModes, Modes, NumericModes, Stretch } from './modes.ts'
import { onScale } from './scale.ts'

/** Row after row, small enough for a million rows. */
export type EncodedTable = {
  rows: number
  /** One code per column. */
  codes: Uint8Array
  /** One place, in [-1, 1], per column that has stretches; 0 in rows of other modes. */
  places: Float32Array
}

/** The first `rows` of a table; not copied. */
export function firstRows({ rows: all, codes, places }: EncodedTable, rows: number): EncodedTable {
  const first = <T extends Uint8Array | Float32Array>(values: T): T =>
    values.subarray(0, (values.length / all) * rows) as T
  return { rows, codes: first(codes), places: first(places) }
}

export type Encoding = { modes: readonly Modes[]; layout: Layout; seed: number }

/** The rows of these numbers, in this order. The stretch of a value is drawn by its share of the density there. */
export function encodeRows(
  targets: readonly Target[],
  rows: Int32Array,
  { modes, layout, seed }: Encoding,
): EncodedTable {
  const codes = new Uint8Array(rows.length * modes.length)
  const places = new Float32Array(rows.length * layout.places.length)
  for (const [column, target] of targets.entries()) {
    const known = modes[column] as Modes
    const at = { from: column, step: modes.length }
    if (target.kind === 'category')
      encodeCategory(target, rows, known as CategoryModes, (row, code) => {
        codes[row * at.step + at.from] = code
      })
    else {
      const place = layout.places.indexOf(column)
      const random = createSeededRandom(seed, `modes of ${target.name}`)
      const unit = (): number => random.unit()
      encodeNumeric(target, rows, known as NumericModes, unit, (row, code, value) => {
        codes[row * at.step + at.from] = code
        if (place >= 0) places[row * layout.places.length + place] = value
      })
    }
  }
  return { rows: rows.length, codes, places }
}

function encodeCategory(
  { codes, levels }: CategoryTarget,
  rows: Int32Array,
  { kept }: CategoryModes,
  put: (row: number, code: number) => void,
): void {
  const codeOf = new Int32Array(levels).fill(kept.length)
  for (const [code, level] of kept.entries()) codeOf[level] = code
  for (let i = 0; i < rows.length; i++) put(i, codeOf[codes[rows[i] as number] as number] as number)
}

function encodeNumeric(
  { values }: NumericTarget,
  rows: Int32Array,
  modes: NumericModes,
  unit: () => number,
  put: (row: number, code: number, place: number) => void,
): void {
  const { atoms, stretches, scale } = modes
  const atomOf = new Map(atoms.map((value, code) => [value, code]))
  const nullCode = atoms.length + stretches.length
  const draw = drawStretch(stretches, unit)
  for (let i = 0; i < rows.length; i++) {
    const value = values[rows[i] as number] as number
    if (Number.isNaN(value)) {
      put(i, modes.hasNull ? nullCode : 0, 0)
      continue
    }
    const atom = atomOf.get(value)
    if (atom !== undefined) put(i, atom, 0)
    else if (stretches.length === 0) put(i, nearestAtom(atoms, value), 0)
    else {
      const scaled = onScale(scale, value)
      const at = draw(scaled)
      put(i, atoms.length + at, placeIn(stretches[at] as Stretch, scaled))
    }
  }
}

function nearestAtom(atoms: readonly number[], value: number): number {
  let best = 0
  for (const [code, atom] of atoms.entries())
    if (Math.abs(atom - value) < Math.abs((atoms[best] as number) - value)) best = code
  return best
}

/** In proportion to weighted densities, of the stretches that reach the value; else the nearest. */
function drawStretch(stretches: readonly Stretch[], unit: () => number) {
  const densities = new Float64Array(stretches.length)
  const factors = stretches.map(({ weight, std }) => weight / std)
  return (value: number): number => {
    let sum = 0
    for (let k = 0; k < densities.length; k++) {
      const { low, high, mean, std } = stretches[k] as Stretch
      const away = (value - mean) / std
      const reaches = value >= low && value <= high
      sum += densities[k] = reaches ? (factors[k] as number) * Math.exp(-0.5 * away * away) : 0
    }
    if (!(sum > 0)) return nearestStretch(stretches, value)
    let rest = unit() * sum
    let k = 0
    while (k < densities.length - 1 && rest >= (densities[k] as number))
      rest -= densities[k++] as number
    return k
  }
}

function nearestStretch(stretches: readonly Stretch[], value: number): number {
  const away = ({ low, high }: Stretch): number => Math.max(low - value, value - high, 0)
  let best = 0
  for (const [k, stretch] of stretches.entries())
    if (away(stretch) < away(stretches[best] as Stretch)) best = k
  return best
}

function placeIn({ low, high }: Stretch, value: number): number {
  if (high <= low) return 0
  return Math.min(1, Math.max(-1, (2 * (value - low)) / (high - low) - 1))
}
