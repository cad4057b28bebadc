// Where the modes of a table's columns stand in the vectors that networks read and write: places first, then, column
// after column, one position per code.

import { AppError } from '#engine/errors.ts'
import type { Target } from '../sampled.ts'
import { codeCount, fitModes, MODE_DEFAULTS, type Modes, type NumericModes } from './modes.ts'

export type Span = { start: number; count: number }

export type Layout = {
  /** Columns that have a place within a stretch, in the order of the places. */
  places: number[]
  /** Of each column, counted from the end of the places. */
  spans: Span[]
  /** All spans together. */
  codes: number
  /** Places and codes. */
  width: number
  /** Of each place, the positions of its column's stretches: elsewhere its value means nothing. */
  stretches: Span[]
}

export function layoutOf(modes: readonly Modes[]): Layout {
  const spans: Span[] = []
  let codes = 0
  for (const column of modes) {
    const count = codeCount(column)
    spans.push({ start: codes, count })
    codes += count
  }
  const places = [...modes.keys()].filter((at) => hasPlace(modes[at] as Modes))
  const stretches = places.map((column): Span => {
    const { atoms, stretches: own } = modes[column] as NumericModes
    return { start: (spans[column] as Span).start + atoms.length, count: own.length }
  })
  return { places, spans, codes, width: places.length + codes, stretches }
}

export function hasPlace(modes: Modes): boolean {
  return modes.kind === 'numeric' && modes.stretches.length > 0
}

/** A network of this width with batches of 500 trains within 2 GB. */
export const WIDTH_MOST = 3000
/** Codes that a large category has at least. */
export const LEVELS_LEAST = 16

/**
 * Modes of all columns, within the budget of width: first, large categories share more of their rare levels' codes,
 * and fewer numbers are atoms altogether. AppError `invalid_request` where that cannot fit, before anything is fitted.
 */
export function fitAllModes(targets: readonly Target[]): Modes[] {
  const width = leastWidth(targets)
  if (width > WIDTH_MOST) throw tooWide(targets.length, width)
  for (let { levelsMost, discreteMost } = MODE_DEFAULTS; ; ) {
    const options = { ...MODE_DEFAULTS, levelsMost, discreteMost }
    const modes = targets.map((target) => fitModes(target, options))
    const found = layoutOf(modes).width
    if (found <= WIDTH_MOST) return modes
    if (levelsMost === LEVELS_LEAST && discreteMost === 0) throw tooWide(targets.length, found)
    levelsMost = Math.max(LEVELS_LEAST, Math.floor(levelsMost / 2))
    discreteMost = Math.floor(discreteMost / 2)
  }
}

function tooWide(columns: number, width: number): AppError {
  return new AppError(
    'invalid_request',
    `${columns} columns need ${width} inputs of the ${WIDTH_MOST} that fit memory: leave columns out, or learn them with argn or gaussian_copula`,
  )
}

/** However few codes columns are given: those of a category, and an atom or a stretch with its place. */
function leastWidth(targets: readonly Target[]): number {
  return targets.reduce(
    (sum, target) => sum + (target.kind === 'category' ? Math.min(target.levels, LEVELS_LEAST) : 2),
    0,
  )
}
