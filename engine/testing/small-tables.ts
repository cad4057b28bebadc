// Tables of tests, column by column.

import type { Column, Field, FieldType, NumberColumn, Table } from '#engine/table/table.ts'

const fieldOf = (name: string, type: FieldType, parts: Partial<Field> = {}): Field => {
  return { name, type, semantic: null, decimals: 0, layout: null, zone: null, ...parts }
}

export const number = (
  name: string,
  values: (number | null)[],
  type: FieldType = 'integer',
  decimals = 0,
): NumberColumn => {
  const field = fieldOf(name, type, { decimals })
  return {
    kind: 'number',
    field,
    values: Float64Array.from(values, (value) => value ?? Number.NaN),
  }
}

export const category = (
  name: string,
  values: (string | null)[],
  parts: Partial<Field> = {},
): Column => {
  const levels = [...new Set(values.filter((value) => value !== null))]
  const codes = Int32Array.from(values, (value) => (value === null ? -1 : levels.indexOf(value)))
  return { kind: 'category', field: fieldOf(name, 'category', parts), codes, levels }
}

/** `id` or `text`. */
export const text = (
  name: string,
  values: (string | null)[],
  type: 'id' | 'text' = 'text',
): Column => {
  return { kind: 'text', field: fieldOf(name, type), values }
}

export const tableOf = (columns: Column[], rows: number): Table => ({ name: 'data', rows, columns })

export const times = <Value>(rows: number, make: (row: number) => Value): Value[] =>
  Array.from({ length: rows }, (_, row) => make(row))
