// What the copula sees of a column: ordered pieces that share the mass of a standard normal variable among them.

import type { Target } from '../sampled.ts'
import { encodeTokens, fitTokens, type TokenOptions, tokenCount } from '../tokens/tokens.ts'

/**
 * A piece is a level, a value that many rows have, or a range of whole units of 10^-decimals, `from` and `to` inclusive;
 * pieces ascend with the normal variable. A number with nulls has a second variable: pieces 0 (a value) and 1 (null).
 */
export type Latent = {
  /** Index of the target. */
  target: number
  of: 'level' | 'number' | 'null'
  from: Float64Array
  to: Float64Array
  /** Shares of the rows that have a value of the variable; they add up to 1. */
  mass: Float64Array
}

/** A variable with the piece of every row; -1 where the row has none. */
export type LatentData = Latent & { pieces: Int32Array }

/** A piece of a number has at least `leastRows` rows, so that none shows single ones. */
const NUMBER_PIECES: TokenOptions = { most: 256, leastRows: 8 }

/** One or two variables of a target; levels stand in the order of their frequency. */
export function latentsOf(target: Target, index: number): LatentData[] {
  if (target.kind === 'category') return [levelsOf(target, index)]
  const { values } = target
  const nulls = values.reduce((count, value) => count + Number(Number.isNaN(value)), 0)
  if (nulls === 0) return [numbersOf(target, index)]
  if (nulls === values.length) return [onlyNulls(index, nulls)]
  const pieces = new Int32Array(values.length)
  for (let row = 0; row < pieces.length; row++) pieces[row] = Number(Number.isNaN(values[row]))
  const places = Float64Array.of(0, 1)
  const absent = withMass({ target: index, of: 'null', from: places, to: places }, pieces)
  return [numbersOf(target, index), absent]
}

function onlyNulls(index: number, rows: number): LatentData {
  const from = Float64Array.of(1)
  return withMass({ target: index, of: 'null', from, to: from }, new Int32Array(rows))
}

function levelsOf(target: Target & { kind: 'category' }, index: number): LatentData {
  const counts = countsOf(target.codes, target.levels)
  const known = [...counts.keys()].filter((code) => (counts[code] as number) > 0)
  const order = known.sort((a, b) => (counts[b] as number) - (counts[a] as number) || a - b)
  const from = Float64Array.from(order)
  return withMass({ target: index, of: 'level', from, to: from }, place(order, target.codes))
}

function numbersOf(target: Target & { kind: 'numeric' }, index: number): LatentData {
  const tokens = fitTokens(target, NUMBER_PIECES)
  if (tokens.kind !== 'numeric') throw new Error('a number has tokens of a number')
  const codes = encodeTokens(tokens, target)
  const { atoms, bins, decimals } = tokens
  const ranges = [...atoms.map((atom): [number, number] => [atom, atom]), ...bins]
  const counts = countsOf(codes, tokenCount(tokens))
  const known = [...ranges.keys()].filter((code) => (counts[code] as number) > 0)
  const middle = (code: number): number => {
    const [low, high] = ranges[code] as [number, number]
    return low / 2 + high / 2
  }
  const order = known.sort((a, b) => middle(a) - middle(b) || a - b)
  const scale = 10 ** decimals
  const ends = (end: 0 | 1): Float64Array =>
    Float64Array.from(order, (code) => Math.round((ranges[code] as [number, number])[end] * scale))
  return withMass({ target: index, of: 'number', from: ends(0), to: ends(1) }, place(order, codes))
}

function countsOf(codes: Int32Array, count: number): Float64Array {
  const counts = new Float64Array(count)
  for (const code of codes) counts[code] = (counts[code] as number) + 1
  return counts
}

/** Pieces by row: where each code stands in the order; -1 for those that it leaves out. */
function place(order: readonly number[], codes: Int32Array): Int32Array {
  const places = new Int32Array(Math.max(-1, ...order) + 1).fill(-1)
  for (const [at, code] of order.entries()) places[code] = at
  return codes.map((code) => places[code] ?? -1)
}

function withMass(latent: Omit<Latent, 'mass'>, pieces: Int32Array): LatentData {
  const mass = new Float64Array(latent.from.length)
  let rows = 0
  for (const piece of pieces) {
    if (piece < 0) continue
    mass[piece] = (mass[piece] as number) + 1
    rows++
  }
  for (let at = 0; at < mass.length; at++) mass[at] = (mass[at] as number) / rows
  return { ...latent, mass, pieces }
}

/** The variable with its pieces in another order: `order[i]` is which comes i-th. */
export function reordered(latent: LatentData, order: readonly number[]): LatentData {
  const places = new Int32Array(order.length)
  for (const [place, piece] of order.entries()) places[piece] = place
  const from = Float64Array.from(order, (piece) => latent.from[piece] as number)
  return {
    ...latent,
    from,
    to: Float64Array.from(order, (piece) => latent.to[piece] as number),
    mass: Float64Array.from(order, (piece) => latent.mass[piece] as number),
    pieces: latent.pieces.map((piece) => (piece < 0 ? piece : (places[piece] as number))),
  }
}
