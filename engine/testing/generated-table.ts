// Rows of a config back as a table of the fields that it imitates.

import type { Scalar } from '#engine/config/types.ts'
import { openDataset } from '#engine/library.ts'
import { parseDate, parseDatetime, parseTime } from '#engine/math/calendar.ts'
import { type Column, type Field, kindOf, type Table } from '#engine/table/table.ts'

/** The first table unless another is named; of as many rows that the config says. */
export async function generateTable(
  config: object,
  fields: readonly Field[],
  name?: string,
): Promise<Table> {
  const dataset = await openDataset({ seed: 7, ...config }, { now: new Date('2026-01-01') })
  const made = name === undefined ? dataset.tables[0] : dataset.table(name)
  if (made === undefined) throw new Error('The config has no table')
  const rows = [...made.values()]
  const columns = fields.map((field): Column => {
    const at = made.columns.findIndex((column) => column.name === field.name)
    return columnOf(
      field,
      rows.map((row) => row[at] ?? null),
    )
  })
  return { name: made.name, rows: rows.length, columns }
}

function columnOf(field: Field, values: readonly Scalar[]): Column {
  const texts = values.map((value) => (value === null ? null : String(value)))
  switch (kindOf(field.type)) {
    case 'text':
      return { kind: 'text', field, values: texts }
    case 'number':
      return {
        kind: 'number',
        field,
        values: Float64Array.from(texts, (text) => numberOf(field, text)),
      }
    case 'category': {
      const levels = [...new Set(texts.filter((text) => text !== null))]
      const codes = new Map(levels.map((level, code) => [level, code]))
      return {
        kind: 'category',
        field,
        codes: Int32Array.from(texts, (text) => codes.get(text ?? '') ?? -1),
        levels,
      }
    }
  }
}

function numberOf({ type }: Field, text: string | null): number {
  if (text === null) return Number.NaN
  const read = { date: parseDate, datetime: parseDatetime, time: parseTime }
  return type in read ? (read[type as keyof typeof read](text) ?? Number.NaN) : Number(text)
}
