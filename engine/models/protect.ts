// What may be learned of a column: rare levels and extreme numbers, which are those of single rows, give way to draws
// from the others.

import { createNameCounter } from '#engine/ingest/person-names.ts'
import { holdsPersonal } from '#engine/ingest/semantic-checks.ts'
import type { SeededRandom } from '#engine/random/seeded-random.ts'
import {
  type CategoryColumn,
  extremes,
  levelCounts,
  type NumberColumn,
} from '#engine/table/table.ts'
import type { AlikeLevels } from './derived/alike-levels.ts'
import { replaceExtremes } from './extremes.ts'
import type { CategoryTarget, NumericTarget } from './sampled.ts'

export type Constant<T> = { kind: 'constant'; value: T }

/** Of `n` values at most this share is given up at either end before the threshold is lowered, for small tables. */
const MOST_SHARE_GIVEN_UP = 0.05
/** Of a category's values those of kept levels; below, its levels say nothing. */
const LEAST_KEPT_SHARE = 0.5
/** What a single row has is never a level, however small the table is. */
const LEVEL_ROWS_LEAST = 2

/** Rows that a value needs: `wanted`, and `enough` of few values. `random` has drawn nothing yet. */
function threshold(values: number, random: SeededRandom): { wanted: number; enough: number } {
  const wanted = 5 + random.below(3)
  const givenUp = Math.floor(values * MOST_SHARE_GIVEN_UP)
  return { wanted, enough: Math.min(wanted, givenUp + 1) }
}

/** Whether somebody may be told by the text: a name of a person, an address, a number to call and the like. */
function looksPersonal(text: string): boolean {
  const names = createNameCounter()
  names.add(text)
  const { full, first } = names.seen()
  return full + first > 0 || holdsPersonal(text)
}

/** `nulls`: how many there are. */
export function protectNumbers(
  { field: { name, decimals }, values }: NumberColumn,
  nulls: number,
  random: SeededRandom,
): NumericTarget | Constant<number> {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort()
  const { enough: rare } = threshold(sorted.length, random)
  if (sorted[rare - 1] === sorted.at(-rare) && nulls === 0)
    return { kind: 'constant', value: sorted[rare - 1] as number }
  const kept = replaceExtremes(values, { rare, decimals, random, ascending: sorted })
  const [min, max] = extremes(kept)
  return { kind: 'numeric', name, values: kept, decimals, min, max }
}

export type KeptLevels = {
  kind: 'levels'
  target: CategoryTarget
  /** Of the target's codes; null is the last one where there are nulls. */
  levels: (string | null)[]
}

export type LevelOptions = {
  /** How many there are. */
  nulls: number
  random: SeededRandom
  /** Of those that are kept, such as may replace a rare one; any by default. */
  alike?: AlikeLevels | undefined
}

/** Null where too few values have a level that may be kept. */
export function protectLevels(
  column: CategoryColumn,
  { nulls, random, alike }: LevelOptions,
): KeptLevels | Constant<string | null> | null {
  const { field, codes, levels } = column
  const counts = levelCounts(column)
  const { wanted, enough } = threshold(codes.length - nulls, random)
  const least = Math.max(LEVEL_ROWS_LEAST, enough)
  const kept = [...levels.entries()].flatMap(([code, level]) => {
    const rows = counts[code] as number
    return rows >= wanted || (rows >= least && !looksPersonal(level)) ? [code] : []
  })
  const keptCount = kept.reduce((sum, code) => sum + (counts[code] as number), 0)
  if (keptCount < LEAST_KEPT_SHARE * (codes.length - nulls)) return null
  if (kept.length === 1 && nulls === 0)
    return { kind: 'constant', value: levels[kept[0] as number] ?? null }
  const renumbered = new Int32Array(levels.length).fill(-1)
  for (const [at, code] of kept.entries()) renumbered[code] = at
  const draw = createReplacements({ kept, counts }, random, alike?.(kept))
  const recoded = codes.map((code) => {
    if (code < 0) return kept.length
    const known = renumbered[code] as number
    return known >= 0 ? known : (renumbered[draw(code)] as number)
  })
  const names: (string | null)[] = kept.map((code) => levels[code] as string)
  if (nulls > 0) names.push(null)
  const target = {
    kind: 'category',
    name: field.name,
    codes: recoded,
    levels: names.length,
  } as const
  return { kind: 'levels', target, levels: names }
}

/** For a rare level one of those that are kept and alike, as often as it is. */
function createReplacements(
  { kept, counts }: { kept: readonly number[]; counts: Float64Array },
  random: SeededRandom,
  alikeTo: (code: number) => readonly number[] = () => kept,
): (code: number) => number {
  const draws = new Map<readonly number[], () => number>()
  const drawOf = (codes: readonly number[]): (() => number) => {
    const weights = codes.map((code) => counts[code] as number)
    const draw = weightedDraw(weights, random)
    return () => codes[draw()] as number
  }
  return (code) => {
    const codes = alikeTo(code)
    const draw = draws.get(codes) ?? drawOf(codes)
    draws.set(codes, draw)
    return draw()
  }
}

function weightedDraw(weights: number[], random: SeededRandom): () => number {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return () => {
    let rest = random.below(total)
    let at = 0
    while (rest >= (weights[at] as number)) rest -= weights[at++] as number
    return at
  }
}
