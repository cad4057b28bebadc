// Categories that are ranges of a number: age groups, sizes, whether an amount is above a limit. They follow from it.

import type { CategoryColumn, Column, NumberColumn } from '#engine/table/table.ts'
import type { PreparedColumn } from '../prepare.ts'
import type { DerivedCategory } from './derived.ts'
import type { TargetList } from './target-list.ts'

/** Fewer rows, or such of a level, may lie in a range by chance, and would show single ones. */
const ROWS_LEAST = 140
const LEVEL_ROWS_LEAST = 8
const LEVELS_MOST = 50
/** All categories are held against all of so many numbers. */
const NUMBERS_MOST = 100
/** Rows that tell most pairs of them to be nothing of the kind. */
const PROBES = 500

/** The number that a category is ranges of, and its levels (-1 is null) in their order: up to each of `ends`, the last beyond. */
export type Brackets = { of: number; ends: number[]; codes: number[]; ofNull: number | null }

/**
 * By number the categories that are so. `columns` of the table, null for those that are not learned, or that others
 * follow from in ways that brackets must not; `isFree`: numbers that may be what a category follows from.
 */
export function findBrackets(
  columns: readonly (Column | null)[],
  { rows, isFree }: { rows: number; isFree: (number: number) => boolean },
): Map<number, Brackets> {
  const found = new Map<number, Brackets>()
  if (rows < ROWS_LEAST) return found
  const numbers = columns.flatMap((column, at) =>
    column?.kind === 'number' && isMeasured(column) && isFree(at) ? [{ at, column }] : [],
  )
  for (const [at, column] of columns.entries()) {
    if (column?.kind !== 'category' || column.levels.length > LEVELS_MOST) continue
    for (const number of numbers.slice(0, NUMBERS_MOST)) {
      const brackets = bracketsOf(column, number.column)
      if (brackets === null) continue
      found.set(at, { of: number.at, ...brackets })
      break
    }
  }
  return found
}

const isMeasured = ({ field: { type } }: NumberColumn): boolean =>
  type === 'integer' || type === 'decimal'

type Level = { code: number; rows: number; min: number; max: number }

function bracketsOf(column: CategoryColumn, number: NumberColumn): Omit<Brackets, 'of'> | null {
  const found = levelsApart(column, number, PROBES) && levelsApart(column, number)
  if (found === null) return null
  const { known, ofNull } = found
  if (known.length < 2 || known.some(({ rows }) => rows < LEVEL_ROWS_LEAST)) return null
  const ends = known.slice(1).map(({ min }, i) => {
    return roundest((known[i] as Level).max, min, number.field.decimals)
  })
  return { ends, codes: known.map(({ code }) => code), ofNull }
}

/** Of the first rows, where each level lies among the numbers, ascending; null where two of them meet. */
function levelsApart(
  { codes, levels }: CategoryColumn,
  { values }: NumberColumn,
  rows = codes.length,
): { known: Level[]; ofNull: number | null } | null {
  const all = Array.from({ length: levels.length + 1 }, (_, place): Level => {
    return {
      ...{ code: place - 1, rows: 0 },
      ...{ min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY },
    }
  })
  let ofNull: number | null = null
  for (let row = 0; row < Math.min(rows, codes.length); row++) {
    const [code, value] = [codes[row] as number, values[row] as number]
    if (Number.isNaN(value)) {
      if (ofNull !== null && ofNull !== code) return null
      ofNull = code
      continue
    }
    const level = all[code + 1] as Level
    level.rows++
    if (value < level.min) level.min = value
    if (value > level.max) level.max = value
  }
  const known = all.filter((level) => level.rows > 0).sort((a, b) => a.min - b.min)
  const meets = known.some(({ min }, i) => i > 0 && min <= (known[i - 1] as Level).max)
  return meets ? null : { known, ofNull }
}

/** From `low` on and below `high`, both multiples of 10^-decimals, the one with the fewest digits: least is told by it. */
function roundest(low: number, high: number, decimals: number): number {
  const scale = 10 ** decimals
  const [first, last] = [Math.round(low * scale), Math.round(high * scale) - 1]
  for (let step = 1e15; step > 1; step /= 10) {
    const found = Math.floor(last / step) * step
    if (found >= first) return found / scale
  }
  return last / scale
}

/** Null where the number is not learned as one. */
export function learnBrackets(
  { field, levels }: CategoryColumn,
  { ends, codes, ofNull }: Brackets,
  { list, by }: { list: TargetList; by: PreparedColumn },
): PreparedColumn | null {
  if (by.kind !== 'numeric') return null
  const all = ofNull === null ? codes : [...codes, ofNull]
  const own: (string | null)[] = levels.filter((_, code) => all.includes(code))
  if (all.includes(-1)) own.push(null)
  const placeOf = (code: number): number => own.indexOf(code < 0 ? null : (levels[code] as string))
  const from: DerivedCategory['from'] = {
    ...{ type: 'ranges', first: by.target, ends, codes: codes.map(placeOf) },
    ...(ofNull !== null && { ofNull: placeOf(ofNull) }),
  }
  const target = list.derive({ kind: 'category', name: field.name, levels: own.length, from })
  return { kind: 'category', field, target, levels: own }
}
