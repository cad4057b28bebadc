// Numbers that are learned as levels: parts of times of few values, and codes that other columns are looked up by.

import type { SeededRandom } from '#engine/random/seeded-random.ts'
import {
  type CategoryColumn,
  extremes,
  type NumberColumn,
  nullsOf,
  type Table,
} from '#engine/table/table.ts'
import { type Constant, protectLevels } from '../protect.ts'
import type { AlikeLevels } from './alike-levels.ts'
import type { TargetList } from './target-list.ts'

/** Its levels are its numbers as text, ascending. */
export function asLevels({ field, values }: NumberColumn): CategoryColumn {
  const different = [...new Set(values)]
    .filter((value) => !Number.isNaN(value))
    .sort((a, b) => a - b)
  const places = new Map(different.map((value, code) => [value, code]))
  const codes = Int32Array.from(values, (value) => places.get(value) ?? -1)
  return { kind: 'category', field, codes, levels: different.map(String) }
}

/** The table with these columns, as far as they are numbers, as levels. */
export function withLevels(table: Table, columns: Iterable<number>): Table {
  const wanted = new Set(columns)
  const made = table.columns.map((column, at) =>
    column.kind === 'number' && wanted.has(at) ? asLevels(column) : column,
  )
  return { ...table, columns: made }
}

/** `target` is the number; it follows from the category `first`, of these levels (null is the last where there is one). */
export type NumberLevels = {
  kind: 'levels'
  target: number
  first: number
  levels: (string | null)[]
}

export type NumberLevelsOptions = {
  list: TargetList
  random: SeededRandom
  /** Of the number, once its levels have theirs. */
  nameOf: () => string
  alike?: AlikeLevels | undefined
}

/** `column` as `asLevels` makes it, named as its levels are to be. Null where too few of them may be kept. */
export function learnNumberLevels(
  column: CategoryColumn,
  { list, random, nameOf, alike }: NumberLevelsOptions,
): NumberLevels | Constant<number | null> | null {
  const nulls = nullsOf(column, column.codes.length)
  const found = protectLevels(column, { nulls, random, alike })
  if (found === null) return null
  if (found.kind === 'constant')
    return { kind: 'constant', value: found.value === null ? null : Number(found.value) }
  const first = list.learn(found.target)
  const values = found.levels.map((level) => (level === null ? null : Number(level)))
  const kept = values.filter((value) => value !== null)
  const [min, max] = extremes(Float64Array.from(kept))
  const target = list.derive({
    ...{ kind: 'numeric', name: nameOf(), decimals: 0, min, max, step: 1 },
    from: { type: 'lookup', first, values },
  })
  return { kind: 'levels', target, first, levels: found.levels }
}
