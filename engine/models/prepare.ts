// From a real table to what models learn from: personal values, ids and free text leave for rules that make new
// ones, rare levels and extreme numbers are taken out, what follows from other columns is not learned, and what remains
// is numbers and codes.

import { createSeededRandom } from '#engine/random/seeded-random.ts'
import {
  type CategoryColumn,
  type Column,
  type Field,
  isPersonal,
  type NumberColumn,
  nullsOf,
  type Table,
} from '#engine/table/table.ts'
import { type AlikeLevels, alikeLevels } from './derived/alike-levels.ts'
import { findBrackets, learnBrackets } from './derived/brackets.ts'
import type { DerivedTarget } from './derived/derived.ts'
import { findFollowing, learnFollowing } from './derived/following.ts'
import { learnLookup } from './derived/learn-lookup.ts'
import { createTimes, isTime, type LearnedTime } from './derived/learn-times.ts'
import { findLookups } from './derived/lookups.ts'
import { learnNumberLevels, withLevels } from './derived/number-levels.ts'
import { createTargetList, type TargetList } from './derived/target-list.ts'
import { protectLevels, protectNumbers } from './protect.ts'
import type { SampledColumn, Target } from './sampled.ts'

/** How a column comes back, in the order of the table; modelled ones point at their target, learned or derived. */
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

/** Targets are numbered on from those that are learned to those that follow from them. */
export type Preparation = {
  columns: PreparedColumn[]
  targets: Target[]
  derived: DerivedTarget[]
}

export type PrepareOptions = {
  seed: number
  /** The rule that makes values like those of the column, without containing any of them. */
  ruleFor: (column: Column) => GeneratedRule
}

/**
 * Rare values are protected as TabularARGN does (Tiwald et al. 2025, section 3): a level that fewer rows have than a
 * threshold drawn from 5, 6 and 7 is replaced, row by row, by a draw from the others; numbers beyond the value that as
 * many rows reach at either end, by draws from the tail before it.
 */
export function prepare(table: Table, { seed, ruleFor }: PrepareOptions): Preparation {
  const { rows } = table
  const list = createTargetList(table.columns.map(({ field }) => field.name))
  const learned = table.columns.map((column) => (isLearned(column, rows) ? column : null))
  const keys = findLookups(learned, rows)
  const following = findFollowing(learned, keys, rows)
  const own = learned.map((column, at) => (keys.has(at) || following.has(at) ? null : column))
  const timeAt = createTimes({ table, columns: own, list, seed })
  const brackets = findBrackets(bracketed(learned, keys), {
    rows,
    isFree: (at) => !keys.has(at) && !isTime(learned[at]),
  })
  const coded = withLevels(table, keys.values())
  const known: Known = { table, coded, list, seed, alike: alikeLevels(keys, coded) }
  const made = new Map<number, PreparedColumn>()
  /** Levels of numbers that others are looked up by. */
  const levelsOf = new Map<number, PreparedColumn>()
  const keyAt = (at: number): PreparedColumn => {
    const column = columnAt(at)
    return levelsOf.get(at) ?? column
  }
  const follow = (at: number, column: Column): PreparedColumn | null => {
    const how = following.get(at)
    const source = { table, list, seed, partOf: (operand: number) => columnAt(operand) }
    return how === undefined ? null : learnFollowing(column, how, source)
  }
  const bracket = (at: number, column: Column): PreparedColumn | null => {
    const known = brackets.get(at)
    if (known === undefined || column.kind !== 'category') return null
    return learnBrackets(column, known, { list, by: columnAt(known.of) })
  }
  /** What others follow from comes before them. */
  const columnAt = (at: number): PreparedColumn => {
    const column = table.columns[at] as Column
    const key = keys.get(at)
    const found =
      made.get(at) ??
      (key === undefined
        ? null
        : learnLookup(column, { table: coded, list, key, by: keyAt(key) })) ??
      constantOf(column, rows) ??
      follow(at, column) ??
      bracket(at, column) ??
      (isTime(own[at])
        ? timeColumn(column, timeAt(at), rows)
        : learn(column, at, known, levelsOf)) ??
      generated(column, rows, ruleFor)
    made.set(at, found)
    return found
  }
  const columns = table.columns.map((_, at) => columnAt(at))
  const { targets, derived, places } = list.finish()
  const placed = columns.map((column) =>
    'target' in column ? { ...column, target: places[column.target] as number } : column,
  )
  return { columns: placed, targets, derived }
}

/** Without what is looked up already, and categories that others are looked up by. */
function bracketed(
  columns: readonly (Column | null)[],
  keys: ReadonlyMap<number, number>,
): (Column | null)[] {
  const taken = new Set(keys.values())
  return columns.map((column, at) =>
    keys.has(at) || (column?.kind === 'category' && taken.has(at)) ? null : column,
  )
}

type Known = {
  table: Table
  /** With numbers that others are looked up by as levels. */
  coded: Table
  list: TargetList
  seed: number
  /** Of columns that others are looked up by, by number. */
  alike: ReadonlyMap<number, AlikeLevels>
}

function isLearned({ kind, field }: Column, rows: number): boolean {
  return rows > 0 && kind !== 'text' && !isPersonal(field)
}

/** Null where it has a value. */
function constantOf(column: Column, rows: number): PreparedColumn | null {
  const isEmpty = nullsOf(column, rows) === rows
  return isEmpty ? { kind: 'constant', field: column.field, value: null } : null
}

function generated(
  column: Column,
  rows: number,
  ruleFor: PrepareOptions['ruleFor'],
): PreparedColumn {
  const nullRate = nullsOf(column, rows) / rows
  return { kind: 'generated', field: column.field, rule: ruleFor(column), nullRate }
}

function timeColumn(column: Column, learned: LearnedTime, rows: number): PreparedColumn {
  const { field } = column
  if (learned.kind === 'constant') return { kind: 'constant', field, value: learned.value }
  return { kind: 'numeric', field, target: learned.target, nulls: nullsOf(column, rows) > 0 }
}

/** Null for what is made by a rule. */
function learn(
  column: Column,
  at: number,
  known: Known,
  levelsOf: Map<number, PreparedColumn>,
): PreparedColumn | null {
  const { field } = column
  const { list, seed, alike } = known
  const { rows } = known.table
  if (!isLearned(column, rows) || column.kind === 'text') return null
  const nulls = nullsOf(column, rows)
  const random = createSeededRandom(seed, `prepare ${field.name}`)
  if (column.kind === 'category') {
    const found = protectLevels(column, { nulls, random, alike: alike.get(at) })
    if (found === null) return null
    if (found.kind === 'constant') return { kind: 'constant', field, value: found.value }
    return { kind: 'category', field, target: list.learn(found.target), levels: found.levels }
  }
  const own = known.coded.columns[at]
  if (own?.kind === 'category') {
    const found = learnKey(column, own, { ...known, alike: alike.get(at) })
    if (found !== null) {
      levelsOf.set(at, found.levels)
      return found.column
    }
  }
  const found = protectNumbers(column, nulls, random)
  if (found.kind === 'constant') return { kind: 'constant', field, value: found.value }
  return { kind: 'numeric', field, target: list.learn(found), nulls: nulls > 0 }
}

/** A number that others are looked up by: only values that many rows have are drawn, and no others between them. */
function learnKey(
  { field }: NumberColumn,
  coded: CategoryColumn,
  { list, seed, alike }: Pick<Known, 'list' | 'seed'> & { alike: AlikeLevels | undefined },
): { column: PreparedColumn; levels: PreparedColumn } | null {
  const name = list.nameOf(`${field.name} (code)`)
  const named = { ...coded, field: { ...field, name } }
  const random = createSeededRandom(seed, `prepare ${field.name}`)
  const found = learnNumberLevels(named, { list, random, alike, nameOf: () => field.name })
  if (found?.kind !== 'levels') return null
  const { first, levels, target } = found
  return {
    column: { kind: 'numeric', field, target, nulls: levels.includes(null) },
    levels: { kind: 'category', field, target: first, levels },
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
