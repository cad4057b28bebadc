// Tables for tests, from lists of values.

import type { Column, Field, Table } from '#engine/table/table.ts'

export function fieldOf(name: string, type: Field['type'], more: Partial<Field> = {}): Field {
  return { name, type, semantic: null, decimals: 2, layout: null, zone: null, ...more }
}

export function numberColumn(
  name: string,
  values: readonly (number | null)[],
  more: Partial<Field> = {},
): Column {
  const field = fieldOf(name, 'decimal', more)
  return { kind: 'number', field, values: Float64Array.from(values, (v) => v ?? Number.NaN) }
}

/** Levels in order of first appearance. */
export function categoryColumn(
  name: string,
  values: readonly (string | boolean | null)[],
  more: Partial<Field> = {},
): Column {
  const levels: string[] = []
  const codes = Int32Array.from(values, (value) => {
    if (value === null) return -1
    const known = levels.indexOf(String(value))
    return known >= 0 ? known : levels.push(String(value)) - 1
  })
  return { kind: 'category', field: fieldOf(name, 'category', more), codes, levels }
}

export function textColumn(
  name: string,
  values: readonly (string | null)[],
  more: Partial<Field> = {},
): Column {
  return { kind: 'text', field: fieldOf(name, 'text', more), values }
}

/** All columns have equally many values. */
export function tableOf(columns: readonly Column[]): Table {
  const [first] = columns
  const values = first?.kind === 'category' ? first.codes : first?.values
  return { name: 'table', rows: values?.length ?? 0, columns }
}
