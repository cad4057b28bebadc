// Columns as tokens: what the autoregressive model reads and draws. A category's tokens are its levels; a number's
// are frequent values, kept exactly, and bins between quantiles, drawn from inside.

import type { Target } from '../sampled.ts'
import { type Cell, cellsOf } from './cells.ts'

/** Serialisable; token numbers are positions: atoms, then bins, then null where there is one. */
export type Tokens =
  | { kind: 'category'; name: string; count: number }
  | {
      kind: 'numeric'
      name: string
      decimals: number
      /** Values that have a token of their own, ascending. */
      atoms: number[]
      /** Ascending `[from, to]`, both inclusive: multiples of 10^-decimals that are no atoms lie in one. */
      bins: [number, number][]
      /** What lies within each bin; evenly all of it where this is left out. */
      cells?: Cell[][]
      hasNull: boolean
    }

export type TokenOptions = {
  /** Tokens of a numeric column at most, null aside. */
  most: number
  /** Rows that an atom has at least: fewer would show single rows. */
  leastRows: number
}

/** Few rows have few tokens: what each is like is learned from more of them. */
export function tokenOptions(rows: number): TokenOptions {
  const most = Math.min(128, Math.max(32, Math.round(2 * Math.sqrt(rows))))
  return { most, leastRows: 8 }
}

export function tokenCount(tokens: Tokens): number {
  if (tokens.kind === 'category') return tokens.count
  return tokens.atoms.length + tokens.bins.length + Number(tokens.hasNull)
}

/** Of each token how far along the numbers it is, by rank, in [0, 1]; NaN for null and for levels. */
export function tokenPlaces(tokens: Tokens): Float64Array {
  const places = new Float64Array(tokenCount(tokens)).fill(Number.NaN)
  if (tokens.kind === 'category') return places
  const { atoms, bins } = tokens
  const middles = [...atoms, ...bins.map(([from, to]) => from / 2 + to / 2)]
  const order = [...middles.keys()].sort((a, b) => (middles[a] as number) - (middles[b] as number))
  for (const [rank, token] of order.entries()) places[token] = rank / Math.max(1, order.length - 1)
  return places
}

/** Learns the tokens of a column. Of a number, the most frequent values become atoms and the rest equally filled bins. */
export function fitTokens(target: Target, options: TokenOptions): Tokens {
  if (target.kind === 'category')
    return { kind: 'category', name: target.name, count: target.levels }
  const { name, decimals } = target
  const values = target.values.filter((value) => !Number.isNaN(value)).sort()
  const counts = countsOf(values)
  const atoms = atomsOf(counts, values.length, options)
  const known = new Set(atoms)
  const rest = values.filter((value) => !known.has(value))
  const bins = segmentsOf(rest, options).flatMap((segment) => {
    const share = Math.round(((options.most - atoms.length) * segment.length) / rest.length)
    return binsOf(segment, Math.max(1, share), options.leastRows)
  })
  const hasNull = values.length < target.values.length
  return {
    ...{ kind: 'numeric', name, decimals, atoms, hasNull },
    bins: bins.map((bin) => [bin[0] as number, bin.at(-1) as number]),
    cells: bins.map((bin) => cellsOf(bin, decimals, options.leastRows)),
  }
}

function countsOf(sorted: Float64Array): [number, number][] {
  const counts: [number, number][] = []
  for (const value of sorted) {
    const last = counts.at(-1)
    if (last?.[0] === value) last[1]++
    else counts.push([value, 1])
  }
  return counts
}

/**
 * All values, if there are few and none is rare; else those that hold more than a bin of the rest would, as long as
 * there are tokens: the heaviest first.
 */
function atomsOf(
  counts: [number, number][],
  total: number,
  { most, leastRows }: TokenOptions,
): number[] {
  const least = Math.max(leastRows, total / (4 * most))
  const heavy = counts.filter(([, count]) => count >= least).sort((a, b) => b[1] - a[1])
  const room = heavy.length === counts.length ? most : Math.ceil((most * 3) / 4)
  return heavy
    .slice(0, room)
    .map(([value]) => value)
    .sort((a, b) => a - b)
}

/** Cut where nothing lies for more than an even bin's width, so that no bin spans such a gap. */
function segmentsOf(sorted: Float64Array, { most, leastRows }: TokenOptions): Float64Array[] {
  const gap = ((sorted.at(-1) ?? 0) - (sorted[0] ?? 0)) / most
  const segments: Float64Array[] = []
  let from = 0
  for (let at = leastRows; at <= sorted.length - leastRows; at++) {
    if (at - from < leastRows || (sorted[at] as number) - (sorted[at - 1] as number) <= gap)
      continue
    segments.push(sorted.subarray(from, at))
    from = at
  }
  return from < sorted.length ? [...segments, sorted.subarray(from)] : segments
}

/** Bins of whole runs of equal values, each with at least `leastRows` rows and about as many as the others. */
function binsOf(sorted: Float64Array, most: number, leastRows: number): Float64Array[] {
  const bins: Float64Array[] = []
  const size = Math.max(leastRows, sorted.length / most)
  let from = 0
  while (from < sorted.length) {
    const wanted = Math.max(from + leastRows, Math.round((bins.length + 1) * size))
    let to = sorted.length - wanted < leastRows ? sorted.length : wanted
    while (to < sorted.length && sorted[to] === sorted[to - 1]) to++
    bins.push(sorted.subarray(from, to))
    from = to
  }
  return bins
}

/** A token per row. Values between what was learned go to the nearest bin or atom. */
export function encodeTokens(tokens: Tokens, target: Target): Int32Array {
  if (tokens.kind === 'category') return (target as { codes: Int32Array }).codes
  const exact = new Map(tokens.atoms.map((value, code) => [value, code]))
  const nullCode = tokens.atoms.length + tokens.bins.length
  const { values } = target as { values: Float64Array }
  const codes = new Int32Array(values.length)
  for (let row = 0; row < codes.length; row++) {
    const value = values[row] as number
    if (Number.isNaN(value)) codes[row] = tokens.hasNull ? nullCode : 0
    else codes[row] = exact.get(value) ?? nearest(tokens, value)
  }
  return codes
}

function nearest({ atoms, bins }: Tokens & { kind: 'numeric' }, value: number): number {
  if (bins.length > 0) return atoms.length + Math.min(bins.length - 1, firstReaching(bins, value))
  let best = 0
  for (const [code, atom] of atoms.entries())
    if (Math.abs(atom - value) < Math.abs((atoms[best] as number) - value)) best = code
  return best
}

/** The first bin that ends at or behind the value; how many there are if none does. */
function firstReaching(bins: readonly [number, number][], value: number): number {
  let [low, high] = [0, bins.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((bins[middle] as [number, number])[1] < value) low = middle + 1
    else high = middle
  }
  return low
}
