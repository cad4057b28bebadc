// The columns of several tables side by side: what two tables have in common, in one order and with one numbering of
// levels, and what is left out of measuring because its values are personal, ids or free text.

import { SECONDS_PER_DAY } from '#engine/math/calendar.ts'
import {
  type CategoryColumn,
  type Column,
  type Field,
  isNullAt,
  isPersonal,
  type NumberColumn,
  type Table,
} from '#engine/table/table.ts'

export type MeasuredColumn = NumberColumn | CategoryColumn

/** A table whose columns are those of its siblings, in their order; categories share their `levels`. */
export type Measured = { rows: number; columns: readonly MeasuredColumn[] }

export type LeftOutReason = 'personal' | 'id' | 'text' | 'absent'

/** A column that is not measured. One that is `absent` is in the first table alone. */
export type LeftOut = {
  name: string
  reason: LeftOutReason
  sides: readonly (Column | undefined)[]
}

export type Aligned = { sides: readonly Measured[]; leftOut: readonly LeftOut[] }

/**
 * The columns of the first table, found by name in the others. Columns whose kinds differ are compared by their
 * text, as categories; one that holds nothing but nulls takes the kind of the others.
 */
export function alignTables(tables: readonly Table[]): Aligned {
  const [first] = tables
  const leftOut: LeftOut[] = []
  const columns: MeasuredColumn[][] = tables.map(() => [])
  for (const column of first?.columns ?? []) {
    const { name } = column.field
    const sides = tables.map((table) => table.columns.find(({ field }) => field.name === name))
    const reason = reasonToLeaveOut(sides)
    if (reason !== null) leftOut.push({ name, reason, sides })
    else
      for (const [side, aligned] of alignColumns(sides as Column[], tables).entries())
        columns[side]?.push(aligned)
  }
  const sides = tables.map(({ rows }, side) => ({ rows, columns: columns[side] ?? [] }))
  return { sides, leftOut }
}

function reasonToLeaveOut(sides: readonly (Column | undefined)[]): LeftOutReason | null {
  const { type } = (sides[0] as Column).field
  if (sides.some((column) => column !== undefined && isPersonal(column.field))) return 'personal'
  if (type === 'id') return 'id'
  if (sides.includes(undefined)) return type === 'text' ? 'text' : 'absent'
  const texts = sides.filter((column) => column?.kind === 'text' && !isEmpty(column))
  return texts.length > 0 || sides.every((column) => column?.kind === 'text') ? 'text' : null
}

function isEmpty(column: Column): boolean {
  return column.kind === 'text' && column.values.every((value) => value === null)
}

function alignColumns(sides: readonly Column[], tables: readonly Table[]): MeasuredColumn[] {
  const field = (sides[0] as Column).field
  const numeric = sides.every((column) => column.kind === 'number' || isEmpty(column))
  if (numeric)
    return sides.map((column, side) => {
      const nulls = () => new Float64Array(tables[side]?.rows ?? 0).fill(Number.NaN)
      if (column.kind !== 'number') return { kind: 'number', field, values: nulls() }
      return { kind: 'number', field, values: inUnitOf(field, column) }
    })
  const numbering = new Map<string, number>()
  const codes = sides.map((column, side) => recode(column, tables[side]?.rows ?? 0, numbering))
  const levels = [...numbering.keys()]
  return codes.map((coded) => ({ kind: 'category', field, codes: coded, levels }))
}

/** Dates of one table are datetimes of another's, and the other way round. */
function inUnitOf({ type }: Field, { field, values }: NumberColumn): Float64Array {
  if (type === 'datetime' && field.type === 'date')
    return values.map((days) => days * SECONDS_PER_DAY)
  if (type === 'date' && field.type === 'datetime')
    return values.map((seconds) => seconds / SECONDS_PER_DAY)
  return values
}

/** Codes into one numbering for all sides, which grows as levels are met; levels that no row has do not count. */
function recode(column: Column, rows: number, numbering: Map<string, number>): Int32Array {
  const numberOf = (text: string): number => {
    const known = numbering.get(text)
    if (known !== undefined) return known
    numbering.set(text, numbering.size)
    return numbering.size - 1
  }
  if (column.kind !== 'category')
    return Int32Array.from({ length: rows }, (_, row) =>
      isNullAt(column, row) ? -1 : numberOf(String(column.values[row])),
    )
  const renumbered = new Int32Array(column.levels.length).fill(-1)
  const { codes } = column
  const out = new Int32Array(rows)
  for (let row = 0; row < rows; row++) {
    const code = codes[row] as number
    if (code >= 0 && (renumbered[code] as number) < 0)
      renumbered[code] = numberOf(column.levels[code] as string)
    out[row] = code < 0 ? -1 : (renumbered[code] as number)
  }
  return out
}

/** The rows of these numbers, in this order. */
export function takeMeasured({ columns }: Measured, rows: Int32Array): Measured {
  return {
    rows: rows.length,
    columns: columns.map((column) => {
      if (column.kind === 'number') return { ...column, values: gather(column.values, rows) }
      return { ...column, codes: gather(column.codes, rows) }
    }),
  }
}

function gather<T extends Float64Array | Int32Array>(values: T, rows: Int32Array): T {
  const Values = values.constructor as new (length: number) => T
  const gathered = new Values(rows.length)
  for (let i = 0; i < rows.length; i++) gathered[i] = values[rows[i] as number] as number
  return gathered
}

/** Rows of the first above rows of the second. */
export function stack(a: Measured, b: Measured): Measured {
  const columns = a.columns.map((column, at): MeasuredColumn => {
    const other = b.columns[at] as MeasuredColumn
    if (column.kind === 'number' && other.kind === 'number') {
      const values = new Float64Array(a.rows + b.rows)
      values.set(column.values)
      values.set(other.values, a.rows)
      return { ...column, values }
    }
    const codes = new Int32Array(a.rows + b.rows)
    codes.set((column as CategoryColumn).codes)
    codes.set((other as CategoryColumn).codes, a.rows)
    return { ...(column as CategoryColumn), codes }
  })
  return { rows: a.rows + b.rows, columns }
}
