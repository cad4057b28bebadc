// Columns as CTGAN and TVAE see them (Xu et al. 2019, section 4.2): a category is one of its levels; a number is one
// of some modes and a place in it. A mode is a value of its own, or a stretch around a normal component.

import type { NumericTarget, Target } from '../sampled.ts'
import { fitMixture, MIXTURE_DEFAULTS } from './mixture.ts'
import { countValues, mergeValues, type WeightedValues } from './weighted-values.ts'

/** Where a component reaches; places in it go from -1 at `low` to 1 at `high`. */
export type Stretch = { low: number; high: number; mean: number; std: number; weight: number }

/** Serialisable. Codes are positions: kept levels, then one for all others. */
export type CategoryModes = {
  kind: 'category'
  name: string
  kept: number[]
  /** The others with their rows. */
  others: [level: number, rows: number][]
}

/** Serialisable. Codes are positions: atoms, then stretches, then null where there is one. */
export type NumericModes = {
  kind: 'numeric'
  name: string
  decimals: number
  /** Values that are modes of their own, ascending. */
  atoms: number[]
  stretches: Stretch[]
  hasNull: boolean
}

export type Modes = CategoryModes | NumericModes

export type ModeOptions = {
  /** Levels of a category that have a code of their own. */
  levelsMost: number
  /** Share of the rows from which a value is an atom. */
  atomShare: number
  /** Rows that an atom has at least: fewer would show single rows. */
  leastRows: number
  /** Numbers of no more values than that are atoms altogether. */
  discreteMost: number
  /** Normal components at most. */
  components: number
}

export const MODE_DEFAULTS: ModeOptions = {
  ...{ levelsMost: 255, atomShare: 0.03, leastRows: 8, discreteMost: 50, components: 6 },
}

/** Share of the rows that may be moved to the nearest atom for a number to be atoms altogether. */
const MOST_MOVED = 0.01
const POINTS_MOST = 2048
/** Standard deviations that a stretch reaches to either side. */
const REACH = 4

export function codeCount(modes: Modes): number {
  if (modes.kind === 'category') return modes.kept.length + Number(modes.others.length > 0)
  return modes.atoms.length + modes.stretches.length + Number(modes.hasNull)
}

/** Learns the modes of a column; the same for the same values. */
export function fitModes(target: Target, options: ModeOptions = MODE_DEFAULTS): Modes {
  return target.kind === 'category' ? categoryModes(target, options) : numericModes(target, options)
}

function categoryModes(
  { name, codes, levels }: Target & { kind: 'category' },
  { levelsMost }: ModeOptions,
): CategoryModes {
  const all = Array.from({ length: levels }, (_, level) => level)
  if (levels <= levelsMost) return { kind: 'category', name, kept: all, others: [] }
  const rows = new Float64Array(levels)
  for (const code of codes) rows[code] = (rows[code] as number) + 1
  const byRows = all.sort((a, b) => (rows[b] as number) - (rows[a] as number) || a - b)
  const ascending = (list: number[]): number[] => list.sort((a, b) => a - b)
  const others = ascending(byRows.slice(levelsMost - 1))
  return {
    ...{ kind: 'category', name, kept: ascending(byRows.slice(0, levelsMost - 1)) },
    others: others.map((level) => [level, rows[level] as number]),
  }
}

function numericModes(
  { name, values, decimals }: NumericTarget,
  options: ModeOptions,
): NumericModes {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort()
  const counted = countValues(sorted)
  const hasNull = sorted.length < values.length
  const discrete = discreteAtoms(counted, sorted.length, options)
  const least = Math.max(options.leastRows, options.atomShare * sorted.length)
  const isAtom = (at: number): boolean => (counted.weights[at] as number) >= least
  const atoms = discrete ?? Array.from(counted.values).filter((_, at) => isAtom(at))
  const rest = discrete === null ? withoutAtoms(counted, isAtom) : null
  const stretches = rest === null ? [] : stretchesOf(rest, 10 ** -decimals, options)
  return { kind: 'numeric', name, decimals, atoms, stretches, hasNull }
}

/** Null where there are too many values, or too many rows with rare ones. */
function discreteAtoms(
  { values, weights }: WeightedValues,
  rows: number,
  { discreteMost, leastRows }: ModeOptions,
): number[] | null {
  if (values.length > discreteMost * 2) return null
  const kept = [...values.keys()].filter((at) => (weights[at] as number) >= leastRows)
  const held = kept.reduce((sum, at) => sum + (weights[at] as number), 0)
  if (kept.length === 0 || kept.length > discreteMost || rows - held > MOST_MOVED * rows)
    return null
  return kept.map((at) => values[at] as number)
}

function withoutAtoms(
  { values, weights }: WeightedValues,
  isAtom: (at: number) => boolean,
): WeightedValues | null {
  const rest = [...values.keys()].filter((at) => !isAtom(at))
  if (rest.length === 0) return null
  return {
    values: Float64Array.from(rest, (at) => values[at] as number),
    weights: Float64Array.from(rest, (at) => weights[at] as number),
  }
}

function stretchesOf(
  points: WeightedValues,
  resolution: number,
  { components }: ModeOptions,
): Stretch[] {
  const [least, greatest] = [points.values[0] as number, points.values.at(-1) as number]
  const mixture = fitMixture(mergeValues(points, POINTS_MOST), {
    ...MIXTURE_DEFAULTS,
    most: components,
  })
  return mixture.map(({ mean, std, weight }) => {
    const wide = Math.max(std, resolution / REACH)
    const low = Math.max(least, mean - REACH * wide)
    const high = Math.min(greatest, mean + REACH * wide)
    return { low, high, mean, std: wide, weight }
  })
}
