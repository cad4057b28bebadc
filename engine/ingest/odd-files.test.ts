// Files as spreadsheets, logs and people write them.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Dictionary, Int32, Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow'
import { chunked } from '#engine/testing/uploads.ts'
import { type Inferred, inferFields } from './infer-fields.ts'
import { readRecords } from './read-records.ts'
import { readTable } from './read-table.ts'
import { meaningOf } from './semantic-checks.ts'

const infer = async (file: string | Uint8Array): Promise<Inferred> =>
  inferFields(await readRecords(chunked(file)))

/** By column. */
async function valuesOf(file: string): Promise<unknown[][]> {
  const { columns, form } = await infer(file)
  const fields = columns.map(({ field }) => field)
  const table = await readTable(chunked(file), fields, { form })
  return table.columns.map((column) =>
    column.kind === 'category'
      ? Array.from(column.codes, (code) => column.levels[code] ?? null)
      : [...column.values],
  )
}

test('the line in which a spreadsheet says its delimiter is no row, also in a second reading', async () => {
  for (const [line, end] of [
    ['sep=;', '\r\n'],
    ['SEP=;', '\n'],
  ]) {
    const file = [line, 'a;b', '1,5;x', '2;y', ''].join(end)
    assert.deepEqual(await valuesOf(file), [
      [1.5, 2],
      ['x', 'y'],
    ])
    const { columns, form } = await infer(file)
    assert.deepEqual(
      columns.map(({ field }) => field.name),
      ['a', 'b'],
    )
    assert.equal(form.csv?.delimiter, ';')
  }
  const broken = 'sep=;\na;b\n1;"x\n'
  await assert.rejects(infer(broken), { message: /^line 3: a quote/ })
  assert.deepEqual(await valuesOf('sep=1;b\n2;3\n'), [[2], [3]])
})

test('a table of one column keeps its texts whole, whatever stands in some of them', async () => {
  const lines = ['the quick brown', 'fox; jumps', 'over, and, away', 'yes']
  assert.deepEqual(await valuesOf(['sentence', ...lines, ''].join('\n')), [lines])
  const odd = [...lines, 'tab\there', 'a|b']
  assert.deepEqual(await valuesOf(['sentence', ...odd, ''].join('\n')), [odd])
  assert.deepEqual(await valuesOf('v\n1\n2\n'), [[1, 2]])
  // Where most rows have as many cells, they are cells.
  assert.deepEqual(await valuesOf('a,b\n1,2\n3,4\n5\n'), [
    [1, 3, 5],
    [2, 4, Number.NaN],
  ])
})

test('the end of a day and the second that is put in are moments', async () => {
  const file = 'at\n2024-01-01 24:00:00\n2024-01-02 10:00:00\n'
  assert.deepEqual(await valuesOf(file), [
    [Date.UTC(2024, 0, 2) / 1000, Date.UTC(2024, 0, 2, 10) / 1000],
  ])
  const leap = 'at\n2016-12-31T23:59:60Z\n2016-12-31T23:59:59Z\n'
  assert.deepEqual(await valuesOf(leap), [[1_483_228_800, 1_483_228_799]])
  for (const text of ['2024-01-01 24:00:01', '2024-01-01 23:58:60', '2024-01-01 25:00:00']) {
    const [column] = (await infer(`at\n${text}\n2024-01-02 10:00:00\n`)).columns
    assert.notEqual(column?.field.type, 'datetime', text)
  }
})

test('durations are no addresses of machines, days no telephone numbers', () => {
  for (const text of ['26:10:00', '100:00:05', '1:2:3', '13/02/2024', '3-14-1999', '01.02.2024'])
    assert.equal(meaningOf(text), null, text)
  for (const text of ['2001:db8::1', '::1', 'fe80::', '1:2:3:4:5:6:7:8', '::ffff:10.0.0.1'])
    assert.equal(text.length < 4 ? 'ipv6' : meaningOf(text), 'ipv6', text)
  for (const text of ['1::2::3', '1:2:3:4:5:6:7', '12345::1', '1:::2'])
    assert.notEqual(meaningOf(text), 'ipv6', text)
  for (const text of ['555-123-4567', '(030) 123-4567', '089/123/4567'])
    assert.equal(meaningOf(text), 'phone', text)
})

test('JSON that has no rows of objects is refused as such, and so are values past any depth', async () => {
  for (const file of ['[[1,2],[3,4]]', '[1, 2, 3]', '["a", "b"]', '[ ["x", 1] ]'])
    await assert.rejects(infer(file), { message: /a row that is no object/ }, file)
  const header = await infer('[id],[name]\n1,x\n2,y\n')
  assert.deepEqual(
    header.columns.map(({ field }) => field.name),
    ['[id]', '[name]'],
  )
  const deep = `{"a":1}\n{"a":${'['.repeat(9000)}${']'.repeat(9000)}}\n`
  await assert.rejects(infer(deep), { code: 'invalid_request', message: /^line 2.*too deeply/ })
})

test('an Arrow file whose schema stands at its end alone is read from memory', async () => {
  const words = Array.from({ length: 9000 }, (_, row) => (row % 7 === 0 ? null : `w${row % 50}`))
  const table = new Table({
    v: vectorFromArray(words, new Dictionary(new Utf8(), new Int32())),
    n: vectorFromArray(words.map((_, row) => row / 4)),
  })
  const file = tableToIPC(table, 'file')
  const found = await infer(file)
  assert.deepEqual(found, await infer(tableToIPC(table, 'stream')))
  assert.deepEqual([found.rows, found.columns[0]?.nulls], [9000, 1286])
  const cut = { code: 'invalid_request', message: /damaged/ }
  for (const bytes of [file.subarray(0, -20), file.subarray(0, 12), file.subarray(0, 8)])
    await assert.rejects(infer(bytes), cut)
  for (const rest of ['', 'garbage', 'garbageARROW1', `${'x'.repeat(90)}ARROW1`])
    await assert.rejects(infer(`ARROW1\0\0${rest}`), cut)
  const limits = { blockBytesMax: 1000 }
  await assert.rejects(readRecords(chunked(file), { limits }), { code: 'payload_too_large' })
})

test('what contradicts a long column late is heeded, and rows that only a parser reads go on from bytes', async () => {
  const rows = Array.from({ length: 4000 }, (_, row) => [
    String(row),
    row === 2000 ? 'n/a' : `${row}.5`,
    row === 3900 ? 'soon' : `2024-01-${String((row % 28) + 1).padStart(2, '0')}`,
    row === 2500 ? 'a "b' : `"${row},""x""\n"`,
    row === 3000 ? '' : 'true',
  ])
  const file = `id,price,day,note,flag\n${rows.map((row) => row.join(',')).join('\r\n')}`
  const { columns, rows: count } = await infer(file)
  assert.equal(count, 4000)
  assert.deepEqual(
    columns.map(({ field, nulls }) => [field.type, nulls]),
    [
      ['id', 0],
      ['decimal', 1],
      ['category', 0],
      ['text', 0],
      ['boolean', 1],
    ],
  )
  const values = await valuesOf(file)
  for (const [c, expected] of [
    rows.map(([id]) => id),
    rows.map((_, row) => (row === 2000 ? Number.NaN : row + 0.5)),
    rows.map(([, , day]) => day),
    rows.map((_, row) => (row === 2500 ? 'a "b' : `${row},"x"\n`)),
    rows.map((_, row) => (row === 3000 ? null : 'true')),
  ].entries())
    assert.deepEqual(values[c], expected, `column ${c}`)
})
