// What holds in every row: numbers in order, numbers that add up, columns that are null together, pairs that are keys.

import { isNullAt, type NumberColumn, type Table } from '#engine/table/table.ts'
import { createMoments } from './moments.ts'
import { spreadOf, unitOf } from './number-profile.ts'
import type { ColumnProfile, Key, NullPattern, Order, Sum } from './profile.ts'
import { createValueHasher } from './value-hash.ts'

const LEAST_ROWS = 20
/** Rows put together anew would break a rule at least this often, or it says nothing. */
const SHARE_BROKEN = 0.01
const NUMBERS_MAX = 60
const SUMMED_MAX = 16
const ORDERS_MAX = 100

/** Number columns whose values are shown. */
function shownNumbers(table: Table, profiles: readonly ColumnProfile[]): NumberColumn[] {
  return table.columns.filter(
    (column, at): column is NumberColumn => column.kind === 'number' && profiles[at]?.rule === null,
  )
}

/** Between columns of one type and as many digits. */
export function findOrders(table: Table, profiles: readonly ColumnProfile[]): Order[] {
  const numbers = shownNumbers(table, profiles).slice(0, NUMBERS_MAX)
  const orders: Order[] = []
  for (const low of numbers)
    for (const high of numbers) {
      if (low === high || orders.length === ORDERS_MAX || low.field.type !== high.field.type)
        continue
      if (low.field.decimals !== high.field.decimals) continue
      const strict = orderOf(low.values, high.values)
      if (strict !== null)
        orders.push({ low: low.field.name, high: high.field.name, strict, ...gapOf(low, high) })
    }
  return orders
}

const GAP_BINS = 0.05

function gapOf(
  { field, values }: NumberColumn,
  high: NumberColumn,
): Pick<Order, 'gap' | 'gap_share'> {
  const gaps = high.values
    .map((value, row) => value - (values[row] as number))
    .filter((gap) => !Number.isNaN(gap))
    .sort()
  const share = varianceOf(gaps) / varianceOf(high.values.filter((value) => !Number.isNaN(value)))
  return { gap: spreadOf(gaps, unitOf(field), GAP_BINS, GAP_BINS), gap_share: share }
}

function varianceOf(values: Float64Array): number {
  const moments = createMoments()
  for (const value of values) moments.add(value)
  return moments.summary().deviation ** 2
}

/** Whether it is strict; null where there is none, or one that any rows would keep. */
function orderOf(low: Float64Array, high: Float64Array): boolean | null {
  let [rows, equals] = [0, 0]
  for (let row = 0; row < low.length; row++) {
    const [a, b] = [low[row] as number, high[row] as number]
    if (a > b) return null
    if (a <= b) rows++
    if (a === b) equals++
  }
  if (rows < LEAST_ROWS || equals === rows) return null
  let broken = 0
  const shift = Math.floor(low.length / 2) + 1
  for (let row = 0; row < low.length; row++)
    if ((low[row] as number) > (high[(row + shift) % low.length] as number)) broken++
  return broken >= SHARE_BROKEN * rows ? equals === 0 : null
}

/** Of two or three columns, to the last digit; the parts are whole numbers or decimals of as many digits. */
export function findSums(table: Table, profiles: readonly ColumnProfile[]): Sum[] {
  const sums: Sum[] = []
  const numbers = shownNumbers(table, profiles)
    .filter(({ field }) => field.type === 'integer' || field.type === 'decimal')
    .filter(({ field }) => isUsed(profiles.find(({ name }) => name === field.name)))
    .slice(0, SUMMED_MAX)
  for (const total of numbers) {
    const others = numbers.filter(
      ({ field }) => field !== total.field && field.decimals === total.field.decimals,
    )
    const parts = [...subsets(others, 2), ...subsets(others, 3)].find((some) => addsUp(some, total))
    if (parts) sums.push({ parts: parts.map(({ field }) => field.name), total: total.field.name })
  }
  return sums
}

/** What is nearly always 0 is no part that could be told. */
function isUsed(profile: ColumnProfile | undefined): boolean {
  if (profile === undefined || profile.numbers === null || profile.constant) return false
  return profile.numbers.quantiles.some((value) => value !== 0)
}

function* subsets<Item>(items: readonly Item[], size: number): Generator<Item[]> {
  if (size === 0) yield []
  else
    for (const [at, item] of items.entries())
      for (const rest of subsets(items.slice(at + 1), size - 1)) yield [item, ...rest]
}

function addsUp(parts: readonly NumberColumn[], total: NumberColumn): boolean {
  const unit = unitOf(total.field)
  const used = parts.map(() => 0)
  let rows = 0
  for (let row = 0; row < total.values.length; row++) {
    const sum = parts.reduce((result, { values }) => result + (values[row] as number), 0)
    const whole = total.values[row] as number
    if (Number.isNaN(sum) || Number.isNaN(whole)) continue
    if (Math.abs(sum - whole) > unit / 4) return false
    rows++
    for (const [at, part] of parts.entries())
      if (part.values[row] !== 0) used[at] = (used[at] ?? 0) + 1
  }
  return rows >= LEAST_ROWS && used.every((count) => count >= SHARE_BROKEN * rows)
}

const PATTERNS_MAX = 20

/** Sets of columns that are null in the same rows, and no others; columns without any value are left out. */
export function findNullPatterns(table: Table, profiles: readonly ColumnProfile[]): NullPattern[] {
  const columns = table.columns.filter((_, at) => {
    const profile = profiles[at]
    return profile !== undefined && profile.nulls > 0 && profile.distinct.count > 0
  })
  const counts = new Map<string, number>()
  for (let row = 0; columns.length > 0 && row < table.rows; row++) {
    let key = ''
    for (const [at, column] of columns.entries()) if (isNullAt(column, row)) key += `${at} `
    if (key !== '') counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, PATTERNS_MAX)
    .map(([key, rows]) => ({
      columns: key
        .trim()
        .split(' ')
        .map((at) => columns[Number(at)]?.field.name as string),
      rows,
      share: rows / table.rows,
    }))
}

const PAIRS_MAX = 2000

/** Single columns by what was counted in all rows; pairs, where no column is one, by the sample. */
export function findKeys(table: Table, profiles: readonly ColumnProfile[], whole: boolean): Key[] {
  const possible = profiles.filter(
    ({ type, nulls }) => nulls === 0 && type !== 'decimal' && type !== 'text',
  )
  const single = possible.filter(({ unique }) => unique)
  if (single.length > 0)
    return single.map(({ name, distinct }) => ({ columns: [name], exact: distinct.exact }))
  const keys: Key[] = []
  let looked = 0
  for (const [at, a] of possible.entries())
    for (const b of possible.slice(at + 1)) {
      if (a.constant || b.constant || a.distinct.count * b.distinct.count < table.rows) continue
      if (looked++ < PAIRS_MAX && isKey(table, a.name, b.name))
        keys.push({ columns: [a.name, b.name], exact: whole })
    }
  return keys
}

function isKey(table: Table, ...names: [string, string]): boolean {
  if (table.rows < LEAST_ROWS) return false
  const hasher = createValueHasher(0)
  const seen = new Set<number>()
  const [a, b] = names.map((name) => {
    const column = table.columns.find(
      ({ field }) => field.name === name,
    ) as Table['columns'][number]
    if (column.kind === 'number')
      return (row: number) => hasher.number(column.values[row] as number)
    if (column.kind === 'category') return (row: number) => column.codes[row] as number
    return (row: number) => hasher.text(column.values[row] ?? '')
  }) as [(row: number) => number, (row: number) => number]
  for (let row = 0; row < table.rows; row++) {
    const hash = hasher.pair(a(row), b(row))
    if (seen.has(hash)) return false
    seen.add(hash)
  }
  return true
}
