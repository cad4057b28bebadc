// From drawn tokens to values: levels, atoms and nulls are themselves, and bins are drawn from inside.

import type { SampledColumn } from '../sampled.ts'
import { type Cell, cellsWithin } from './cells.ts'
import type { Tokens } from './tokens.ts'

export type TokenDecoder = {
  /** Whether values are placed within bins, by a random word each. */
  isPlaced: boolean
  /** Values of drawn tokens, into the beginning of a column. */
  decode: (drawn: Int32Array, words: Uint32Array, into: SampledColumn) => void
}

const ANYWHERE = { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY }

/** Within the range, of the bin of that number: what may be drawn, and the share of the bin that it is. */
export function cellsOfBin(
  { bins, cells, decimals }: Tokens & { kind: 'numeric' },
  bin: number,
  range = ANYWHERE,
): { cells: Cell[]; share: number } {
  const [from, to] = bins[bin] as [number, number]
  return cellsWithin(cells?.[bin] ?? [{ from, to, step: 1, share: 1 }], decimals, range)
}

/** A number of cells whose shares add up to `share`, by `unit` in [0, 1). */
export function placeIn(
  { cells, share }: { cells: readonly Cell[]; share: number },
  decimals: number,
  unit: number,
): number {
  let rest = unit * share
  let at = 0
  while (at < cells.length - 1 && rest >= (cells[at] as Cell).share)
    rest -= (cells[at++] as Cell).share
  const { from, to, step, share: own } = cells[at] as Cell
  const count = Math.round((to - from) / step) + 1
  const steps = Math.min(count - 1, Math.floor((rest / own) * count))
  return (from + steps * step) / 10 ** decimals
}

/** `range` narrows bins. */
export function createTokenDecoder(tokens: Tokens, range = ANYWHERE): TokenDecoder {
  if (tokens.kind === 'category')
    return { isPlaced: false, decode: (drawn, _, into) => into.set(drawn) }
  const { atoms, bins, decimals, hasNull } = tokens
  const inBins = bins.map((_, bin) => cellsOfBin(tokens, bin, range))
  const placed = placesOf(inBins, atoms.length, atoms.length + bins.length + Number(hasNull))
  const values = Float64Array.from([...atoms, ...bins.map(() => 0), ...(hasNull ? [NaN] : [])])
  return {
    isPlaced: bins.length > 0,
    decode: (drawn, words, into) =>
      decodeTokens({ ...placed, values }, decimals, drawn, { words, into }),
  }
}

/** Cells of all tokens one behind the other; those of token t are `starts[t]` .. `starts[t + 1] - 1`. */
type Placed = {
  starts: Int32Array
  /** Of the token, what the cell and those before it make up. */
  ends: Float64Array
  from: Float64Array
  count: Float64Array
  step: Float64Array
}

function placesOf(
  inBins: readonly { cells: readonly Cell[]; share: number }[],
  first: number,
  tokens: number,
): Placed {
  const cells = inBins.flatMap((bin) => bin.cells)
  const starts = new Int32Array(tokens + 1)
  for (const [bin, { cells: own }] of inBins.entries()) starts[first + bin + 1] = own.length
  for (let token = 0; token < tokens; token++)
    starts[token + 1] = (starts[token + 1] as number) + (starts[token] as number)
  const ends = inBins.flatMap(({ cells: own, share }) => {
    let sum = 0
    return own.map((cell) => {
      sum += cell.share
      return sum / share
    })
  })
  return {
    starts,
    ends: Float64Array.from(ends),
    from: Float64Array.from(cells, (cell) => cell.from),
    count: Float64Array.from(cells, ({ from, to, step }) => Math.round((to - from) / step) + 1),
    step: Float64Array.from(cells, ({ step }) => step),
  }
}

function decodeTokens(
  { starts, ends, from, count, step, values }: Placed & { values: Float64Array },
  decimals: number,
  drawn: Int32Array,
  { words, into }: { words: Uint32Array; into: SampledColumn },
): void {
  const scale = 10 ** decimals
  for (let row = 0; row < drawn.length; row++) {
    const token = drawn[row] as number
    let cell = starts[token] as number
    const last = (starts[token + 1] as number) - 1
    if (last < cell) {
      into[row] = values[token] as number
      continue
    }
    const unit = (words[row] as number) / 4_294_967_296
    let below = 0
    while (cell < last && unit >= (ends[cell] as number)) below = ends[cell++] as number
    const part = (unit - below) / ((ends[cell] as number) - below)
    const steps = Math.min((count[cell] as number) - 1, Math.floor(part * (count[cell] as number)))
    into[row] = ((from[cell] as number) + steps * (step[cell] as number)) / scale
  }
}
