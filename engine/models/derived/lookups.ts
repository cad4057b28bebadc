// Columns that a category or a code determines in every row: what they are is looked up by it, and not learned.

import {
  type CategoryColumn,
  type Column,
  type NumberColumn,
  nullsOf,
} from '#engine/table/table.ts'

/** A level tells about a column only as a fact about many rows: fewer of them, and the level is protected anyway. */
const ROWS_PER_LEVEL = 5
/** Of smaller tables levels of fewer rows are kept. */
const ROWS_LEAST = 140
/** Of the rows, those of levels that are protected at most: their values follow the level that replaces theirs. */
const RARE_MOST = 0.25
/** Natural logarithm of how unlikely it is that a column which does not depend on the level agrees so well, at least. */
const EVIDENCE_LEAST = 30

/** Of a number that is a code (a shop, a product) so many values at most are learned as levels .. */
const KEY_VALUES_MOST = 2000
/** .. and of any whole number so many: they are hardly learned otherwise then. */
const FEW_VALUES = 50
/** Of such a number a smaller share of rows may be those of values that are protected: others come close to them. */
const FEW_RARE_MOST = 0.03

/**
 * By column the one that determines it: a category, or a whole number of few values or by which other columns jump to
 * and fro, as by a code. `columns` of the table, null for those that are not learned. A column that others are looked up
 * by is not looked up itself.
 */
export function findLookups(
  columns: readonly (Column | null)[],
  rows: number,
): Map<number, number> {
  const found = new Map<number, number>()
  const most = mostLevels(columns)
  if (rows < ROWS_LEAST || most < 2) return found
  const known = columns.flatMap((column, at): Known[] => {
    const coded = column === null ? null : codesOf(column, rows, most)
    return column === null || coded === null || coded.count < 2 ? [] : [{ at, column, ...coded }]
  })
  known.sort((a, b) => b.count - a.count || rankOf(a) - rankOf(b) || a.at - b.at)
  const keys = new Map<number, boolean>()
  const isKeyAt = (place: number): boolean => {
    const is = keys.get(place) ?? isKey(known[place] as Known, known.slice(place + 1))
    keys.set(place, is)
    return is
  }
  for (const [place, one] of known.entries()) {
    const key = known
      .slice(0, place)
      .find((other, at) => !found.has(other.at) && isKeyAt(at) && determines(other, one))
    if (key !== undefined) found.set(one.at, key.at)
  }
  return found
}

type Known = Coded & { at: number; column: Column }

/** Of columns that determine each other, categories are the keys. */
const rankOf = ({ column: { kind } }: Known): number => Number(kind !== 'category')

/** Of any key, null counted: no column of more values is determined by one. */
function mostLevels(columns: readonly (Column | null)[]): number {
  return columns.reduce((most, column) => {
    if (column?.kind === 'category') return Math.max(most, column.levels.length + 1)
    return column?.field.type === 'integer' ? Math.max(most, KEY_VALUES_MOST) : most
  }, 0)
}

/** Nulls are kept however few they are. */
function isKey(key: Known, others: readonly Known[]): boolean {
  const { column, count, codes } = key
  if (column.kind === 'text' || (column.kind === 'number' && column.field.type !== 'integer'))
    return false
  const nulls = nullsOf(column, codes.length)
  if (nulls > 0 && nulls < ROWS_PER_LEVEL) return false
  if (column.kind === 'category') return true
  if (count <= FEW_VALUES && rareRows(rowsOfLevels(key)) <= FEW_RARE_MOST * codes.length)
    return true
  return others.some((other) => determines(key, other) && isScattered(key, other))
}

/** Of the changes from number to number that there would be in any order, as many at least as by a code. */
const SCATTERED = 0.3

/** Whether what a number determines does not follow it, neither by ranges nor up and down. */
function isScattered({ column, codes }: Known, other: Known): boolean {
  const rowOf = new Map<number, number>()
  for (const row of codes.keys()) rowOf.set((column as NumberColumn).values[row] as number, row)
  const rows = [...rowOf].sort(([a], [b]) => a - b).map(([, row]) => row)
  const told = rows.map((row) => other.codes[row] as number)
  const times = new Map<number, number>()
  for (const code of told) times.set(code, (times.get(code) ?? 0) + 1)
  const alike = [...times.values()].reduce((sum, count) => sum + (count / told.length) ** 2, 0)
  const changes = told.filter((code, i) => i > 0 && code !== told[i - 1]).length
  if (changes < SCATTERED * (told.length - 1) * (1 - alike)) return false
  return other.column.kind !== 'number' || turnsOf(other.column, rows) >= SCATTERED * changes
}

/** How often numbers of these rows, one after the other, go up after down or down after up. */
function turnsOf({ values }: NumberColumn, rows: readonly number[]): number {
  const steps = rows
    .map((row, i) => Math.sign((values[row] as number) - (values[rows[i - 1] ?? row] as number)))
    .filter((step) => step === 1 || step === -1)
  return steps.filter((step, i) => i > 0 && step !== steps[i - 1]).length
}

type Coded = { codes: Int32Array; count: number }

/** Each value a code from 0 on, null one of them; null for what has more than `most` of them. */
function codesOf(column: Column, rows: number, most: number): Coded | null {
  if (column.kind === 'text') return null
  if (column.kind === 'category') return renumbered(column, rows)
  const places = new Map<number, number>()
  const codes = new Int32Array(rows)
  for (let row = 0; row < rows; row++) {
    const value = column.values[row] as number
    let code = places.get(value)
    if (code === undefined) {
      if (places.size >= most) return null
      code = places.size
      places.set(value, code)
    }
    codes[row] = code
  }
  return { codes, count: places.size }
}

function renumbered({ codes, levels }: CategoryColumn, rows: number): Coded {
  const places = new Int32Array(levels.length + 1).fill(-1)
  let count = 0
  const found = new Int32Array(rows)
  for (let row = 0; row < rows; row++) {
    const code = (codes[row] as number) + 1
    if ((places[code] as number) < 0) places[code] = count++
    found[row] = places[code] as number
  }
  return { codes: found, count }
}

function rowsOfLevels({ codes, count }: Coded): Float64Array {
  const rows = new Float64Array(count)
  for (const code of codes) rows[code] = (rows[code] as number) + 1
  return rows
}

/** Those of levels that are protected. */
const rareRows = (rowsOf: Float64Array): number =>
  rowsOf.reduce((sum, rows) => sum + (rows < ROWS_PER_LEVEL ? rows : 0), 0)

/** In every row, and beyond chance. */
function determines(key: Coded, { codes, count }: Coded): boolean {
  const value = new Int32Array(key.count).fill(-1)
  const rowsOf = new Float64Array(key.count)
  const counts = new Float64Array(count)
  for (let row = 0; row < codes.length; row++) {
    const [level, code] = [key.codes[row] as number, codes[row] as number]
    if (value[level] === -1) value[level] = code
    else if (value[level] !== code) return false
    rowsOf[level] = (rowsOf[level] as number) + 1
    counts[code] = (counts[code] as number) + 1
  }
  const rare = rareRows(rowsOf)
  const again = rowsOf.reduce((sum, rows) => sum + (rows < ROWS_PER_LEVEL ? 0 : rows - 1), 0)
  const agreement = counts.reduce((sum, rows) => sum + (rows / codes.length) ** 2, 0)
  return rare <= RARE_MOST * codes.length && -again * Math.log(agreement) >= EVIDENCE_LEAST
}
