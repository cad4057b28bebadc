// What holds between two columns: how they are associated, and whether one decides the other.

import { correlationRatio, pearson, ranks } from '#engine/evaluate/correlation.ts'
import { correctedV } from '#engine/statistics/corrected-v.ts'
import type { CategoryColumn, Column, Table } from '#engine/table/table.ts'
import { ROWS_TO_SHOW } from './inferred-regex.ts'
import type { ColumnProfile, Combination, Dependency, PairProfile } from './profile.ts'

/** More different values than these make no codes. */
const CODES_MAX = 500

/** Codes of the values, -1 for null and for what has none. */
export type CodedColumn = {
  name: string
  codes: Int32Array
  values: readonly (string | number)[]
  kind: 'number' | 'category'
}

/** Columns of few enough values, null for the others. */
export function codeColumn(column: Column): CodedColumn | null {
  if (column.kind === 'text') return null
  const { name } = column.field
  if (column.kind === 'category') {
    const { codes, levels } = column as CategoryColumn
    return levels.length > CODES_MAX ? null : { name, codes, values: levels, kind: 'category' }
  }
  const known = new Map<number, number>()
  const codes = new Int32Array(column.values.length)
  for (const [row, value] of column.values.entries()) {
    if (Number.isNaN(value)) {
      codes[row] = -1
      continue
    }
    let code = known.get(value)
    if (code === undefined) {
      if (known.size === CODES_MAX) return null
      code = known.size
      known.set(value, code)
    }
    codes[row] = code
  }
  return { name, codes, values: [...known.keys()], kind: 'number' }
}

export type Between = {
  pairs: PairProfile[]
  dependencies: Dependency[]
  combinations: Combination[]
}

/** Rows where either column is null are left out of a pair. Text, and what is personal, is in no pair. */
export function profilePairs(table: Table, profiles: readonly ColumnProfile[]): Between {
  const shown = table.columns.filter(
    (column, at) => profiles[at]?.rule === null && column.kind !== 'text',
  )
  const coded = shown.map(codeColumn)
  const ranked = shown.map(({ kind, ...rest }) =>
    kind === 'number' && 'values' in rest ? ranks(rest.values as Float64Array) : null,
  )
  const pairs: PairProfile[] = []
  const dependencies: Dependency[] = []
  for (const [first, a] of shown.entries()) {
    for (let second = first + 1; second < shown.length; second++) {
      const b = shown[second] as Column
      const [codesA, codesB] = [coded[first] ?? null, coded[second] ?? null]
      const counts = codesA && codesB ? jointCounts(codesA, codesB) : null
      const numeric = a.kind === 'number' && b.kind === 'number'
      const categories = a.kind === 'category' && b.kind === 'category'
      pairs.push({
        columns: [a.field.name, b.field.name],
        pearson: numeric ? pearson(a.values, b.values) : null,
        spearman: numeric
          ? pearson(ranked[first] as Float64Array, ranked[second] as Float64Array)
          : null,
        cramers_v: categories && counts !== null ? correctedV(counts) : null,
        correlation_ratio: numeric || categories ? null : mixedRatio(a, b, codesA, codesB),
      })
      if (counts !== null) dependencies.push(...dependenciesOf(counts, codesA, codesB))
    }
  }
  return { pairs, dependencies, combinations: combinationsOf(dependencies, coded) }
}

function mixedRatio(
  a: Column,
  b: Column,
  codesA: CodedColumn | null,
  codesB: CodedColumn | null,
): number | null {
  const [codes, numbers] = a.kind === 'category' ? [codesA, b] : [codesB, a]
  if (codes === null || numbers.kind !== 'number') return null
  return correlationRatio(codes.codes, codes.values.length, numbers.values)
}

/** Rows by both codes, those of the first in rows of `width`. */
export type JointTable = { cells: Int32Array; height: number; width: number }

function jointCounts(a: CodedColumn, b: CodedColumn): JointTable {
  const [height, width] = [a.values.length, b.values.length]
  // Null has a row and a column of its own, so that the loop need not look.
  const stride = width + 1
  const counts = new Int32Array((height + 1) * stride)
  const [firsts, seconds] = [a.codes, b.codes]
  for (let row = 0; row < firsts.length; row++) {
    const cell = ((firsts[row] as number) + 1) * stride + (seconds[row] as number) + 1
    counts[cell] = (counts[cell] as number) + 1
  }
  const cells = new Int32Array(height * width)
  for (let first = 0; first < height; first++) {
    const from = (first + 1) * stride + 1
    cells.set(counts.subarray(from, from + width), first * width)
  }
  return { cells, height, width }
}

const SHARE_OF_DEPENDENCY = 0.99
/** What a dependency leaves of the mistakes that the commonest value would make. */
const MISTAKES_LEFT = 0.1
const ROWS_PER_VALUE = 10

function dependenciesOf(
  table: JointTable,
  a: CodedColumn | null,
  b: CodedColumn | null,
): Dependency[] {
  if (a === null || b === null) return []
  const { cells, height, width } = table
  const [rowMost, columnMost] = [new Int32Array(height), new Int32Array(width)]
  const [rowSums, columnSums] = [new Int32Array(height), new Int32Array(width)]
  let total = 0
  for (let first = 0; first < height; first++) {
    let [sum, most] = [0, 0]
    for (let second = 0; second < width; second++) {
      const count = cells[first * width + second] as number
      if (count === 0) continue
      sum += count
      if (count > most) most = count
      columnSums[second] = (columnSums[second] as number) + count
      if (count > (columnMost[second] as number)) columnMost[second] = count
    }
    rowSums[first] = sum
    rowMost[first] = most
    total += sum
  }
  const found: Dependency[] = []
  const look = (most: Int32Array, sums: Int32Array, others: Int32Array, names: string[]): void => {
    const right = most.reduce((sum, count) => sum + count, 0)
    const values = sums.reduce((count, rows) => count + (rows > 0 ? 1 : 0), 0)
    const commonest = others.reduce((best, rows) => Math.max(best, rows), 0)
    const mistakes = total - commonest
    if (total < values * ROWS_PER_VALUE || values < 2 || mistakes === 0) return
    if (right < SHARE_OF_DEPENDENCY * total || total - right > MISTAKES_LEFT * mistakes) return
    const [determinant, dependent] = names as [string, string]
    found.push({ determinant, dependent, share: right / total })
  }
  look(rowMost, rowSums, columnSums, [a.name, b.name])
  look(columnMost, columnSums, rowSums, [b.name, a.name])
  return found
}

const COMBINATIONS_MAX = 1000

/** One for each determinant of exact dependencies; each column is in one at most. */
function combinationsOf(
  dependencies: readonly Dependency[],
  coded: readonly (CodedColumn | null)[],
): Combination[] {
  const exact = dependencies.filter(({ share }) => share === 1)
  const dependents = new Map<string, string[]>()
  for (const { determinant, dependent } of exact)
    dependents.set(determinant, [...(dependents.get(determinant) ?? []), dependent])
  const used = new Set<string>()
  const found: Combination[] = []
  for (const [determinant, names] of [...dependents].sort((a, b) => b[1].length - a[1].length)) {
    const columns = [determinant, ...names].filter((name) => !used.has(name))
    if (columns[0] !== determinant || columns.length < 2) continue
    const combination = countTogether(
      columns.map((name) => coded.find((column) => column?.name === name) as CodedColumn),
    )
    if (combination === null) continue
    for (const name of columns) used.add(name)
    found.push(combination)
  }
  return found
}

/** Combinations that enough rows have; null where there are none or too many. */
function countTogether(columns: readonly CodedColumn[]): Combination | null {
  const counts = new Map<string, { rows: number; codes: number[] }>()
  const rows = columns[0]?.codes.length ?? 0
  for (let row = 0; row < rows; row++) {
    const codes = columns.map((column) => column.codes[row] as number)
    if (codes.some((code) => code < 0)) continue
    const key = codes.join()
    const entry = counts.get(key)
    if (entry === undefined) counts.set(key, { rows: 1, codes })
    else entry.rows++
  }
  const kept = [...counts.values()]
    .filter((entry) => entry.rows >= ROWS_TO_SHOW)
    .sort((a, b) => b.rows - a.rows)
  if (kept.length < 2 || kept.length > COMBINATIONS_MAX) return null
  return {
    columns: columns.map(({ name }) => name),
    values: kept.map(({ codes }) =>
      codes.map((code, at) => columns[at]?.values[code] as string | number),
    ),
    rows: kept.map((entry) => entry.rows),
  }
}
