// Columns as CTGAN and TVAE see them (Xu et al. 2019, section 4.2): a category is one of its levels; a number is one
// of some modes and a place in it. A mode is a value of its own, or a stretch around a normal component.

import type { NumericTarget, Target } from '../sampled.ts'
import { stepOf } from '../steps.ts'
import { fitMixture, MIXTURE_DEFAULTS } from './mixture.ts'
import { onScale, type Scale, tailScale } from './scale.ts'
import { countValues, mergeValues, type WeightedValues } from './weighted-values.ts'

/** Where a component reaches, on the column's scale; places in it go from -1 at `low` to 1 at `high`. */
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
  /** Where numbers within stretches lie: units of 10^-decimals, from one on; every unit where it is left out. */
  grid?: { step: number; from: number }
  /** That stretches are on; the numbers' own where it is left out. */
  scale?: Scale
}

export type Modes = CategoryModes | NumericModes

export type ModeOptions = {
  /** Levels of a category that have a code of their own. */
  levelsMost: number
  /** Share of the rows from which a value is an atom. */
  atomShare: number
  /** Rows that an atom has at least: fewer would show single rows. */
  leastRows: number
  /** Of numbers of no more values than that all are atoms that are not rare. */
  discreteMost: number
  /** Normal components at most. */
  components: number
}

export const MODE_DEFAULTS: ModeOptions = {
  ...{ levelsMost: 255, atomShare: 0.03, leastRows: 8, discreteMost: 50, components: 6 },
}

/** Share of the rows that may have other values than the atoms of a number of few values. */
const REST_MOST = 0.01
/** Components stand on so many rows at least. */
const ROWS_OF_COMPONENT = 16
const POINTS_MOST = 2048
/** Of a stretch, what values fill for it to end with them. */
const SMALL_PART = 0.25
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
  const discrete = isDiscrete(counted, sorted.length, options)
  const least = discrete
    ? options.leastRows
    : Math.max(options.leastRows, options.atomShare * sorted.length)
  const isAtom = (at: number): boolean => (counted.weights[at] as number) >= least
  const atoms = Array.from(counted.values).filter((_, at) => isAtom(at))
  const rest = withoutAtoms(counted, isAtom)
  const few = rest !== null && discrete && total(rest) < options.leastRows
  const modes = { kind: 'numeric', name, decimals, atoms, hasNull } as const
  if (rest === null || few) return { ...modes, stretches: [] }
  const fitted = { ...modes, ...stretchesOf(rest, 10 ** -decimals, options) }
  const step = stepOf(rest.values, decimals)
  if (step === 1) return fitted
  const from = Math.round((rest.values[0] as number) * 10 ** decimals)
  return { ...fitted, grid: { step, from } }
}

/** Whether nearly all rows have one of few values that are not rare. */
function isDiscrete(
  { values, weights }: WeightedValues,
  rows: number,
  { discreteMost, leastRows }: ModeOptions,
): boolean {
  if (values.length > discreteMost * 2) return false
  const kept = [...weights].filter((weight) => weight >= leastRows)
  const held = kept.reduce((sum, weight) => sum + weight, 0)
  return kept.length > 0 && kept.length <= discreteMost && rows - held <= REST_MOST * rows
}

const total = ({ weights }: WeightedValues): number =>
  weights.reduce((sum, weight) => sum + weight, 0)

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

/** On a scale for tails where components on the numbers' own do not reach the outermost. */
function stretchesOf(
  points: WeightedValues,
  resolution: number,
  { components }: ModeOptions,
): Pick<NumericModes, 'stretches' | 'scale'> {
  const most = Math.max(1, Math.min(components, Math.floor(total(points) / ROWS_OF_COMPONENT)))
  const own = componentsOf(points, resolution, most)
  const [least, greatest] = [points.values[0] as number, points.values.at(-1) as number]
  const isReached = (value: number): boolean =>
    own.some(({ mean, std }) => Math.abs(value - mean) <= REACH * std)
  const scale = isReached(least) && isReached(greatest) ? undefined : tailScale(points)
  if (scale === undefined) return { stretches: own.map((found) => stretchOf(found, points)) }
  const scaled = { ...points, values: points.values.map((value) => onScale(scale, value)) }
  const found = componentsOf(scaled, resolution / scale.width, most)
  return { stretches: found.map((component) => stretchOf(component, scaled)), scale }
}

function componentsOf(
  points: WeightedValues,
  resolution: number,
  most: number,
): Omit<Stretch, 'low' | 'high'>[] {
  const options = { ...MIXTURE_DEFAULTS, most }
  return fitMixture(mergeValues(points, POINTS_MOST), options).map(({ mean, std, weight }) => {
    return { mean, std: Math.max(std, resolution / REACH), weight }
  })
}

/** As far as the component reaches and the column does; where values fill but a small part of it, from first to last. */
function stretchOf(component: Omit<Stretch, 'low' | 'high'>, { values }: WeightedValues): Stretch {
  const { mean, std } = component
  const low = Math.max(values[0] as number, mean - REACH * std)
  const high = Math.min(values.at(-1) as number, mean + REACH * std)
  const first = values.find((value) => value >= low) ?? low
  const last = values.findLast((value) => value <= high) ?? high
  const isSmall = first < last && last - first < SMALL_PART * (high - low)
  return isSmall ? { low: first, high: last, ...component } : { low, high, ...component }
}
