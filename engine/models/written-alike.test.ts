// From a file to rows of its model: values are written as they were, and stay what they are where a format has types.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withRows, writeChunk } from '#engine/chunk.ts'
import { compile } from '#engine/compile.ts'
import type { OutputRequest } from '#engine/config/resolve-output.ts'
import { Output } from '#engine/formats/output.ts'
import { inferFields } from '#engine/ingest/infer-fields.ts'
import { readRecords } from '#engine/ingest/read-records.ts'
import { readTable } from '#engine/ingest/read-table.ts'
import { planConfig } from '#engine/plan.ts'
import { ruleFor } from '#engine/profile/generated-rule.ts'
import { parseCsv } from '#engine/testing/bytes.ts'
import { chunked } from '#engine/testing/uploads.ts'
import { learnedConfig } from './learned-config.ts'
import { openModel } from './model.ts'
import { trainModel } from './train.ts'

const ROWS = 400
const two = (i: number): string => String(i).padStart(2, '0')
const LINES = Array.from({ length: ROWS }, (_, i) => {
  const price = ((i * 37) % 900) + 1 + (i % 100) / 100
  const euros = price.toFixed(2).replace('.', ',')
  const [day, month] = [two(1 + (i % 28)), two(1 + (i % 12))]
  const iban = `DE${10 + (i % 89)}${String(3 * 10 ** 17 + i * 7919)}`
  return [
    ...[i + 1, iban, `"$${(price * 10).toFixed(2)}"`, `"${euros} €"`, `${i % 40}%`],
    ...[`${day}.${month}.2024`, i % 3 ? `${i % 5} kg` : ''],
  ].join(',')
})
const CSV = ['id,iban,dollars,euros,share,day,weight', ...LINES].join('\n')

async function modelOf(csv: string) {
  const source = () => chunked(Buffer.from(csv), 1000)
  const { columns, form } = await inferFields(await readRecords(source()))
  const fields = columns.map(({ field }) => field)
  const table = await readTable(source(), fields, { form })
  const options = { algorithm: 'gaussian_copula', seed: 1, options: {}, ruleFor } as const
  return openModel(await trainModel(table, options, { signal: new AbortController().signal }))
}

const model = await modelOf(CSV)

async function fileOf(output: OutputRequest & { conditions?: object }) {
  const request = { ...output, rows: ROWS, seed: 3, now: 1_750_000_000 }
  const { resolved, warnings } = learnedConfig(model, request)
  const compiled = compile(resolved, planConfig(resolved), {
    models: new Map([[model.digest, model]]),
  })
  const [table] = compiled.tables
  assert.ok(table)
  const out = new Output(2 ** 24)
  await withRows(table, { from: 0, to: ROWS }, () => writeChunk(table, 0, out))
  await compiled.release()
  return { text: Buffer.from(out.bytes()).toString(), warnings }
}

test('money, percent, measures, dates and running numbers keep their form', async () => {
  const { text, warnings } = await fileOf({ format: 'csv' })
  const [header, ...rows] = parseCsv(text)
  assert.deepEqual(header, ['id', 'iban', 'dollars', 'euros', 'share', 'day', 'weight'])
  const forms = [
    ...[/^\d+$/, /^[A-Z]{2}\d{2}[A-Z0-9]+$/, /^\$\d+\.\d\d$/, /^\d+,\d\d €$/, /^\d+%$/],
    ...[/^\d\d\.\d\d\.2024$/, /^(\d kg)?$/],
  ]
  assert.equal(rows.length, ROWS)
  for (const row of rows)
    for (const [at, form] of forms.entries()) assert.match(row[at] ?? '', form)
  const dollars = rows.map((row) => Number(row[2]?.slice(1)) / 10)
  const euros = rows.map((row) => Number(row[3]?.slice(0, -2).replace(',', '.')))
  const far = dollars.filter((value, row) => Math.abs(value - (euros[row] ?? 0)) > 50)
  assert.ok(far.length < ROWS / 20, `${far.length} rows where one price is not the other`)
  assert.deepEqual(warnings, [])
  assert.equal(new Set(rows.map((row) => row[1])).size, ROWS)
})

test('SQL has them as numbers', async () => {
  const { text } = await fileOf({ format: 'sql' })
  assert.match(text, /"id" bigint/)
  assert.match(text, /\(1000,'[A-Z0-9]+',-?\d+\.\d\d,\d+\.\d\d,0\.\d\d,'2024-/)
})

test('conditions may be written as the data is', async () => {
  const conditions = { euros: { min: '450,00 €' }, share: { max: '20%' }, dollars: { min: 5000 } }
  const { text } = await fileOf({ format: 'jsonl', conditions })
  const rows = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, string>)
  assert.equal(rows.length, ROWS)
  for (const { euros, share, dollars } of rows) {
    assert.ok(Number(euros?.slice(0, -2).replace(',', '.')) >= 450, euros)
    assert.ok(Number.parseFloat(share ?? '') <= 20, share)
    assert.ok(Number(dollars?.slice(1)) >= 5000, dollars)
  }
})
