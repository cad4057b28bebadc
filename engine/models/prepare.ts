// From a real table to what models learn from: personal values, ids and free text leave for rules that make new
// ones, rare levels and extreme numbers are taken out, and what remains is numbers and codes.

import { extremes } from '#engine/evaluate/adherence.ts'
import {
  type CategoryColumn,
  type Column,
  type Field,
  type NumberColumn,
  nullsOf,
  PERSONAL,
  type Table,
} from '#engine/table/table.ts'
import { replaceExtremes } from './extremes.ts'
import type { SampledColumn, Target } from './sampled.ts'
import { createSeededRandom, type SeededRandom } from './seeded-random.ts'

/** How a column comes back, in the order of the table; modelled ones point at their target. */
export type PreparedColumn =
  /** `nulls`: whether there are any; where a file does not say, there may be. */
  | { kind: 'numeric'; field: Field; target: number; nulls?: boolean }
  /** `levels` of the target's codes; null is the last one where there are nulls. */
  | { kind: 'category'; field: Field; target: number; levels: (string | null)[] }
  | { kind: 'constant'; field: Field; value: string | number | null }
  /** Made anew by a rule of the config language; never learned. */
  | { kind: 'generated'; field: Field; rule: GeneratedRule; nullRate: number }

/** A rule as configs spell it. */
export type GeneratedRule = { type: string } & Record<string, unknown>

export type Preparation = { columns: PreparedColumn[]; targets: Target[] }

export type PrepareOptions = {
  seed: number
  /** The rule that makes values like those of the column, without containing any of them. */
  ruleFor: (column: Column) => GeneratedRule
}

/** Of `n` values at most this share is given up at either end before the threshold is lowered, for small tables. */
const MOST_SHARE_GIVEN_UP = 0.05
/** Of a category's values those of kept levels; below, its levels say nothing. */
const LEAST_KEPT_SHARE = 0.5

/**
 * Rare values are protected as TabularARGN does (Tiwald et al. 2025, section 3): a level that fewer rows have than a
 * threshold drawn from 5, 6 and 7 is replaced, row by row, by a draw from the others; numbers beyond the value that as
 * many rows reach at either end, by draws from the tail before it.
 */
export function prepare(table: Table, { seed, ruleFor }: PrepareOptions): Preparation {
  const targets: Target[] = []
  const columns = table.columns.map((column): PreparedColumn => {
    const { field } = column
    const nulls = nullsOf(column, table.rows)
    const random = createSeededRandom(seed, `prepare ${field.name}`)
    if (nulls === table.rows) return { kind: 'constant', field, value: null }
    const generated = (): PreparedColumn => {
      return { kind: 'generated', field, rule: ruleFor(column), nullRate: nulls / table.rows }
    }
    if (column.kind === 'text' || (field.semantic !== null && PERSONAL.has(field.semantic)))
      return generated()
    if (column.kind === 'number') return numeric(column, nulls, random, targets)
    return category(column, nulls, random, targets) ?? generated()
  })
  return { columns, targets }
}

function threshold(values: number, random: SeededRandom): number {
  const wanted = 5 + random.below(3)
  return Math.max(1, Math.min(wanted, Math.floor(values * MOST_SHARE_GIVEN_UP)))
}

function numeric(
  { field, values }: NumberColumn,
  nulls: number,
  random: SeededRandom,
  targets: Target[],
): PreparedColumn {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort()
  const rare = threshold(sorted.length, random)
  if (sorted[rare - 1] === sorted.at(-rare) && nulls === 0)
    return { kind: 'constant', field, value: sorted[rare - 1] as number }
  const { name, decimals } = field
  const kept = replaceExtremes(values, { rare, decimals, random })
  const [min, max] = extremes(kept)
  targets.push({ kind: 'numeric', name, values: kept, decimals, min, max })
  return { kind: 'numeric', field, target: targets.length - 1, nulls: nulls > 0 }
}

/** Null where too few values have a level that may be kept. */
function category(
  { field, codes, levels }: CategoryColumn,
  nulls: number,
  random: SeededRandom,
  targets: Target[],
): PreparedColumn | null {
  const counts = new Float64Array(levels.length)
  for (const code of codes) if (code >= 0) counts[code] = (counts[code] as number) + 1
  const rare = threshold(codes.length - nulls, random)
  const kept = levels.map((_, code) => code).filter((code) => (counts[code] as number) >= rare)
  const keptCount = kept.reduce((sum, code) => sum + (counts[code] as number), 0)
  if (keptCount < LEAST_KEPT_SHARE * (codes.length - nulls)) return null
  if (kept.length === 1 && nulls === 0)
    return { kind: 'constant', field, value: levels[kept[0] as number] ?? null }
  const renumbered = new Int32Array(levels.length).fill(-1)
  for (const [at, code] of kept.entries()) renumbered[code] = at
  const drawKept = weightedDraw(
    kept.map((code) => counts[code] as number),
    random,
  )
  const recoded = codes.map((code) => {
    if (code < 0) return kept.length
    const known = renumbered[code] as number
    return known >= 0 ? known : drawKept()
  })
  const names: (string | null)[] = kept.map((code) => levels[code] as string)
  if (nulls > 0) names.push(null)
  targets.push({ kind: 'category', name: field.name, codes: recoded, levels: names.length })
  return { kind: 'category', field, target: targets.length - 1, levels: names }
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

/** The columns that were learned (and constant ones) of sampled rows, in the order of the table. */
export function restore(
  columns: readonly PreparedColumn[],
  sampled: readonly SampledColumn[],
  rows: number,
): Column[] {
  return columns
    .map((column) => restoreOne(column, sampled, rows))
    .filter((column) => column !== null)
}

function restoreOne(
  column: PreparedColumn,
  sampled: readonly SampledColumn[],
  rows: number,
): Column | null {
  const { field } = column
  if (column.kind === 'generated') return null
  if (column.kind === 'constant') return constantColumn(column, rows)
  const values = sampled[column.target] as SampledColumn
  if (column.kind === 'numeric') return { kind: 'number', field, values: values as Float64Array }
  const levels = column.levels.filter((level) => level !== null)
  const codes = Int32Array.from(values, (code) => (column.levels[code] === null ? -1 : code))
  return { kind: 'category', field, codes, levels }
}

function constantColumn(
  { field, value }: PreparedColumn & { kind: 'constant' },
  rows: number,
): Column {
  if (typeof value === 'number')
    return { kind: 'number', field, values: new Float64Array(rows).fill(value) }
  if (value === null)
    return { kind: 'text', field, values: Array.from({ length: rows }, () => null) }
  return { kind: 'category', field, codes: new Int32Array(rows), levels: [value] }
}
