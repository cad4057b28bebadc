// Money, percent and measures are numbers, and are written again as they were.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { numberLayoutText, parseNumberLayout } from '#engine/rules/number-layout.ts'
import { numberVector } from '#engine/rules/vector.ts'
import { chunked } from '#engine/testing/uploads.ts'
import { inferFields } from './infer-fields.ts'
import { readRecords } from './read-records.ts'
import { readTable } from './read-table.ts'

async function read(header: string, rows: readonly string[]) {
  const file = Buffer.from(`${header}\n${rows.join('\n')}\n`)
  const { columns, form } = await inferFields(await readRecords(chunked(file, 100)))
  const fields = columns.map(({ field }) => field)
  const table = await readTable(chunked(file, 100), fields, { form })
  return table.columns.map((column) => ({
    ...column.field,
    values: column.kind === 'number' ? [...column.values] : null,
  }))
}

/** As a column of a config shows it. */
function shown(value: number, layout: string, decimals: number): string {
  const parsed = parseNumberLayout(layout)
  assert.ok(parsed, layout)
  const vector = numberVector('decimal', decimals, 1)
  vector.values[0] = Math.round(value * 10 ** decimals)
  return numberLayoutText(parsed, vector)(0)
}

const COLUMNS: [texts: string[], type: string, layout: string, values: number[]][] = [
  [['$1,234.50', '$7.25', '-$30.00'], 'decimal', '$#,##0.00', [1234.5, 7.25, -30]],
  [['1.234,50 €', '7,25 €', '-3,00 €'], 'decimal', '#.##0,00 €', [1234.5, 7.25, -3]],
  [['7,25 €', '93,00 €'], 'decimal', '0,00 €', [7.25, 93]],
  [['1.234 €', '12.000 €', '5 €'], 'integer', '#.##0 €', [1234, 12_000, 5]],
  [['12,5 %', '5 %'], 'decimal', '0,# %', [12.5, 5]],
  [['83.1%', '0.5%', '-2.0%'], 'decimal', '0.0%', [0.831, 0.005, -0.02]],
  [['3%', '100%'], 'decimal', '0%', [0.03, 1]],
  [['USD 12.50', 'USD 0.99'], 'decimal', 'USD 0.00', [12.5, 0.99]],
  [['$5.00', '$1,200.00'], 'integer', '$#,##0.00', [5, 1200]],
  [['12 kg', '7 kg'], 'integer', '0 kg', [12, 7]],
  [['1,125 kg', '0,500 kg'], 'decimal', '#.##0,000 kg', [1.125, 0.5]],
]

for (const [texts, type, layout, values] of COLUMNS)
  test(`${texts.join(' and ')} are numbers in ${layout}`, async () => {
    const [column] = await read(
      'x;y',
      texts.map((text) => `${text};0,5`),
    )
    assert.deepEqual(
      { type: column?.type, layout: column?.layout, values: column?.values },
      { type, layout, values },
    )
    assert.deepEqual(
      values.map((value) => shown(value, layout, column?.decimals ?? 0)),
      texts,
    )
  })

test('parentheses of accounts are a minus', async () => {
  const [column] = await read('x;y', ['$5.00;1', '($409.25);2'])
  assert.deepEqual(column?.values, [5, -409.25])
})

test('texts with different or other things around numbers stay texts', async () => {
  for (const texts of [
    ['$5', '€5'],
    ['A12', 'A13'],
    ['$5', '5'],
    ['$', '$'],
    ['$007', '$008'],
  ]) {
    const [column] = await read(
      'x;y',
      texts.map((text) => `${text};1`),
    )
    assert.equal(column?.values, null, texts.join(' '))
  }
})

test('a comma ahead of three digits is read as the other columns are', async () => {
  const read3 = async (other: string) => (await read('x;y', [`26,907;${other}`]))[0]?.values
  assert.deepEqual(await read3('0,5'), [26.907])
  assert.deepEqual(await read3('0.5'), [26_907])
  assert.deepEqual(await read3('word'), [26_907])
})
