// Columns that a category determines in every row: what they are is looked up by its level, and not learned.

import { type CategoryColumn, type Column, nullsOf } from '#engine/table/table.ts'

/** A level tells about a column only as a fact about many rows: fewer of them, and the level is protected anyway. */
const ROWS_PER_LEVEL = 5
/** Of smaller tables levels of fewer rows are kept. */
const ROWS_LEAST = 140
/** Of the rows, those of levels that are protected at most: their values follow the level that replaces theirs. */
const RARE_MOST = 0.25
/** Natural logarithm of how unlikely it is that a column which does not depend on the level agrees so well, at least. */
const EVIDENCE_LEAST = 30

/**
 * By column the category that determines it. `columns` of the table, null for those that are not learned. A column that
 * others are looked up by is not looked up itself.
 */
export function findLookups(
  columns: readonly (Column | null)[],
  rows: number,
): Map<number, number> {
  const found = new Map<number, number>()
  const most = mostLevels(columns)
  if (rows < ROWS_LEAST || most < 2) return found
  const known = columns.flatMap((column, at) => {
    const coded = column === null ? null : codesOf(column, rows, most)
    return column === null || coded === null || coded.count < 2
      ? []
      : [{ at, isKey: isKey(column, rows), ...coded }]
  })
  known.sort((a, b) => b.count - a.count || a.at - b.at)
  for (const [place, { at, codes, count }] of known.entries()) {
    const key = known
      .slice(0, place)
      .find((other) => other.isKey && !found.has(other.at) && determines(other, { codes, count }))
    if (key !== undefined) found.set(at, key.at)
  }
  return found
}

/** Of any category, null counted: no column of more values is determined by one. */
function mostLevels(columns: readonly (Column | null)[]): number {
  return columns.reduce(
    (most, column) =>
      column?.kind === 'category' ? Math.max(most, column.levels.length + 1) : most,
    0,
  )
}

/** Nulls are kept however few they are. */
function isKey(column: Column, rows: number): boolean {
  const nulls = column.kind === 'category' ? nullsOf(column, rows) : 0
  return column.kind === 'category' && (nulls === 0 || nulls >= ROWS_PER_LEVEL)
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
  let [rare, again] = [0, 0]
  for (const rows of rowsOf) {
    if (rows < ROWS_PER_LEVEL) rare += rows
    else again += rows - 1
  }
  const agreement = counts.reduce((sum, rows) => sum + (rows / codes.length) ** 2, 0)
  return rare <= RARE_MOST * codes.length && -again * Math.log(agreement) >= EVIDENCE_LEAST
}
