// Columns that are looked up by the levels of another one, as targets that follow from it.

import {
  type CategoryColumn,
  type Column,
  extremes,
  type NumberColumn,
  type Table,
} from '#engine/table/table.ts'
import type { PreparedColumn } from '../prepare.ts'
import type { TargetList } from './target-list.ts'

export type LookupSource = {
  table: Table
  list: TargetList
  /** The number of the column that it is looked up by, a category of the table, and what that one has become. */
  key: number
  by: PreparedColumn
}

/** Null where what it would be looked up by is not learned. A level stands for itself: all its rows have one value. */
export function learnLookup(
  column: Column,
  { table, list, key, by }: LookupSource,
): PreparedColumn | null {
  if (by.kind !== 'category' || column.kind === 'text') return null
  const rows = rowsOfLevels(table.columns[key] as CategoryColumn, by.levels)
  const source = { first: by.target, list }
  return column.kind === 'category'
    ? lookedUpLevels(column, rows, source)
    : lookedUpNumbers(column, rows, source)
}

/** A row that has each of the levels. */
function rowsOfLevels(
  { codes, levels }: CategoryColumn,
  wanted: readonly (string | null)[],
): number[] {
  const places = new Map(wanted.map((level, place) => [level, place]))
  const found = wanted.map(() => 0)
  for (const [row, code] of codes.entries()) {
    const place = places.get(code < 0 ? null : (levels[code] as string))
    if (place !== undefined) found[place] = row
  }
  return found
}

type Source = { first: number; list: TargetList }

function lookedUpLevels(
  { field, codes, levels }: CategoryColumn,
  rows: readonly number[],
  { first, list }: Source,
): PreparedColumn {
  const found = rows.map((row) => levels[codes[row] as number] ?? null)
  const kept = new Set(found)
  const own: (string | null)[] = levels.filter((level) => kept.has(level))
  if (kept.has(null)) own.push(null)
  if (own.length === 1) return { kind: 'constant', field, value: own[0] ?? null }
  const places = new Map(own.map((level, place) => [level, place]))
  const codesOf = found.map((level) => places.get(level) as number)
  const from = { type: 'lookup' as const, first, codes: codesOf }
  const target = list.derive({ kind: 'category', name: field.name, levels: own.length, from })
  return { kind: 'category', field, target, levels: own }
}

function lookedUpNumbers(
  { field, values }: NumberColumn,
  rows: readonly number[],
  { first, list }: Source,
): PreparedColumn {
  const found = rows.map((row) => values[row] as number)
  const numbers = Float64Array.from(found.filter((value) => !Number.isNaN(value)))
  const [min, max] = extremes(numbers)
  if (numbers.length === 0) return { kind: 'constant', field, value: null }
  const nulls = numbers.length < found.length
  if (min === max && !nulls) return { kind: 'constant', field, value: min }
  const from = {
    ...{ type: 'lookup' as const, first },
    values: found.map((value) => (Number.isNaN(value) ? null : value)),
  }
  const { name, decimals } = field
  const target = list.derive({ kind: 'numeric', name, decimals, min, max, step: 1, from })
  return { kind: 'numeric', field, target, nulls }
}
