// What the engine writes reads back as the same values, in every format.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openDataset } from '#engine/library.ts'
import { dateText, datetimeText, timeText } from '#engine/math/calendar.ts'
import type { Column, FieldType } from '#engine/table/table.ts'
import { bufferFile, chunked } from '#engine/testing/uploads.ts'
import { inferFields } from './infer-fields.ts'
import { readRecords } from './read-records.ts'
import { readTable } from './read-table.ts'

const COLUMNS = `
      - {name: no, type: int, rule: sequence}
      - {name: amount, type: decimal, rule: {type: range, min: -50, max: 5000, decimals: 2}}
      - {name: ratio, type: float, rule: {type: normal, mean: 0, stddev: 3}, nullable: 0.2}
      - {name: open, type: bool, rule: {type: boolean, probability: 0.8}, nullable: 0.1}
      - {name: born, type: date, rule: {type: date, min: "1950-01-01", max: "2009-12-31"}, nullable: 0.1}
      - {name: seen, type: datetime, rule: {type: datetime, min: "2020-01-01", max: "2024-12-31"}}
      - {name: at, type: time, rule: {type: range, min: "08:00", max: "18:00"}}
      - {name: kind, type: str, rule: {type: choice, values: [new, "with, comma", 'a "quote"', "two\\nlines", ä]}, nullable: 0.1}
      - {name: ref, type: uuid, rule: uuid}
      - {name: mail, type: str, rule: email}
      - {name: words, type: str, rule: {type: regex, pattern: "[a-z]{3,9}( [a-z]{3,9}){2,5}"}}
`
const TYPES: readonly FieldType[] = [
  ...(['id', 'decimal', 'decimal', 'boolean', 'date', 'datetime', 'time'] as const),
  ...(['category', 'id', 'text', 'text'] as const),
]
const OUTPUTS = [
  '{format: csv}',
  '{format: csv, compression: gzip}',
  '{format: csv, compression: zstd}',
  '{format: json}',
  '{format: jsonl}',
  '{format: parquet}',
  '{format: parquet, parquet: {compression: snappy}}',
  '{format: parquet, parquet: {compression: gzip}}',
  '{format: arrow}',
  '{format: arrow, arrow: {container: stream}}',
  '{format: arrow, arrow: {container: file, compression: zstd}}',
]
const ROWS = 700

for (const output of OUTPUTS)
  test(`values of ${output} are those that were generated`, async () => {
    const config = `seed: 5\nrows: ${ROWS}\noutput: ${output}\ntables:\n  - name: t\n    columns:${COLUMNS}`
    const table = (await openDataset(config)).table('t')
    const file = Buffer.concat(await Array.fromAsync(table.bytes()))
    const source = () => (output.includes('parquet') ? bufferFile(file) : chunked(file, 1000))
    const found = await inferFields(await readRecords(source()))
    assert.equal(found.rows, ROWS)
    assert.deepEqual(found.warnings, [])
    assert.deepEqual(
      found.columns.map(({ field }) => field.type),
      TYPES,
    )
    assert.equal(found.columns[9]?.field.semantic, 'email')
    const fields = found.columns.map(({ field }) => field)
    const read = await readTable(source(), fields, { form: found.form })
    let row = 0
    for (const values of table.values()) {
      for (const [c, value] of values.entries())
        assert.equal(
          textAt(read.columns[c]!, row),
          value === null ? null : String(value),
          `row ${row} of ${fields[c]?.name}`,
        )
      row++
    }
    assert.equal(row, ROWS)
  })

/** As the engine shows a value. */
function textAt(column: Column, row: number): string | null {
  if (column.kind === 'category') return column.levels[column.codes[row]!] ?? null
  if (column.kind === 'text') return column.values[row] ?? null
  const value = column.values[row]!
  if (Number.isNaN(value)) return null
  if (column.field.type === 'date') return dateText(value)
  if (column.field.type === 'datetime') return datetimeText(value)
  return column.field.type === 'time' ? timeText(value) : String(value)
}
