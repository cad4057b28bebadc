// Which levels of a category take the place of one that is protected: those of which the columns that are looked up by
// it say the same, or else what is closest.

import type { CategoryColumn, Column, Table } from '#engine/table/table.ts'

/** By a level, some of those that are kept: never none. */
export type AlikeLevels = (kept: readonly number[]) => (level: number) => readonly number[]

/** Comparisons of a level with another, in all; levels that few rows have may be many. */
const COMPARISONS_MOST = 2e7
const COMPARED_LEAST = 20

/** By the number of a column that others are looked up by (`keys` says by which, for each of those). */
export function alikeLevels(
  keys: ReadonlyMap<number, number>,
  { columns }: Table,
): Map<number, AlikeLevels> {
  const found = new Map<number, AlikeLevels>()
  for (const key of new Set(keys.values())) {
    const { codes, levels } = columns[key] as CategoryColumn
    const rows = new Int32Array(levels.length).fill(-1)
    for (const [row, code] of codes.entries()) if (code >= 0) rows[code] = row
    const traits = [...keys].flatMap(([at, by]) =>
      by === key ? [traitOf(columns[at] as Column, rows)] : [],
    )
    found.set(key, (kept) => createAlike(traits, levels.length, kept))
  }
  return found
}

/** Of each level, how far two of them are from each other: 0 for the same, at most 1. */
type Trait = { values: ArrayLike<number>; distance: (a: number, b: number) => number }

function traitOf(column: Column, rows: Int32Array): Trait {
  if (column.kind === 'category')
    return {
      values: rows.map((row) => (row < 0 ? -1 : (column.codes[row] as number))),
      distance: (a, b) => (a === b ? 0 : 1),
    }
  const numbers = column.values as Float64Array
  const own = Float64Array.from(rows, (row) => (row < 0 ? Number.NaN : (numbers[row] as number)))
  const sorted = Float64Array.from(new Set(own.filter((value) => !Number.isNaN(value)))).sort()
  const places = new Map(sorted.entries().map(([place, value]) => [value, place]))
  const values = own.map((value) => (places.get(value) ?? Number.NaN) / sorted.length)
  return { values, distance: rankDistance }
}

function rankDistance(a: number, b: number): number {
  const away = Math.abs(a - b)
  if (!Number.isNaN(away)) return away
  return Number.isNaN(a) === Number.isNaN(b) ? 0 : 1
}

function createAlike(
  traits: readonly Trait[],
  levels: number,
  kept: readonly number[],
): (level: number) => readonly number[] {
  const sayingOf = (level: number): string =>
    traits.map(({ values }) => values[level] as number).join(' ')
  const known = Map.groupBy(kept, sayingOf)
  const most = COMPARISONS_MOST / (traits.length * Math.max(1, levels - kept.length))
  const compared = kept.slice(0, Math.max(COMPARED_LEAST, Math.floor(most)))
  return (level) => {
    const saying = sayingOf(level)
    const same = known.get(saying) ?? closest(level, compared, traits)
    known.set(saying, same as number[])
    return same
  }
}

function closest(level: number, kept: readonly number[], traits: readonly Trait[]): number[] {
  let [least, found]: [number, number[]] = [Number.POSITIVE_INFINITY, []]
  for (const other of kept) {
    let away = 0
    for (const { values, distance } of traits)
      away += distance(values[level] as number, values[other] as number)
    if (away > least) continue
    if (away < least) found = []
    least = away
    found.push(other)
  }
  return found
}
