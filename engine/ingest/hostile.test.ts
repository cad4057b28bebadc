// Files that mean harm, or that nobody meant: each is refused with its place and a hint, or read for what it is.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { AppError } from '#engine/errors.ts'
import type { Table } from '#engine/table/table.ts'
import { bufferFile, chunked } from '#engine/testing/uploads.ts'
import { type Inferred, inferFields } from './infer-fields.ts'
import { readRecords } from './read-records.ts'
import { readTable } from './read-table.ts'
import type { ReadOptions } from './records.ts'

async function inferred(file: string | Uint8Array, options: ReadOptions = {}): Promise<Inferred> {
  return inferFields(await readRecords(chunked(file, 65_536), options))
}

async function tableOf(file: string | Uint8Array): Promise<Table> {
  const { columns, form } = await inferred(file)
  return readTable(
    chunked(file, 997),
    columns.map(({ field }) => field),
    { form },
  )
}

/** How the file is refused; all of it must come with something to do. */
async function refusal(file: string | Uint8Array, options: ReadOptions = {}) {
  const error = await inferred(file, options).then(
    () => assert.fail('was read'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof AppError, String(error))
  const [problem] = error.problems
  if (error.code !== 'unsupported') assert.ok(problem?.hint)
  return { code: error.code, message: error.message, line: problem?.line, column: problem?.column }
}

const types = ({ columns }: Inferred) => columns.map(({ field }) => field.type)

test('bombs are not unpacked', async () => {
  const zeros = Buffer.alloc(2 ** 20, '0\n')
  const limits = { unpackedBytesMax: 2 ** 18 }
  for (const bomb of [gzipSync(zeros), zstdCompressSync(zeros)]) {
    assert.equal(
      (await refusal(bomb, { limits, form: { format: 'csv' } })).code,
      'payload_too_large',
    )
  }
  const free = { unpackFreeBytes: 2 ** 18 }
  const rows = gzipSync(Buffer.alloc(2 ** 22, '1,2\n'))
  assert.equal((await refusal(rows, { limits: free })).code, 'payload_too_large')
})

test('a stream that is cut or damaged is refused, or kept as far as it goes', async () => {
  const whole = gzipSync(
    `a,b\n${Array.from({ length: 90_000 }, (_, i) => `${i},${i * 7}\n`).join('')}`,
  )
  const cut = whole.subarray(0, whole.length / 2)
  assert.match((await refusal(cut)).message, /damaged or cut/)
  const kept = await inferred(cut, { keep: 'rows_before_break' })
  assert.ok(kept.rows > 10_000)
  assert.match(kept.warnings.join(), /breaks after \d+ rows/)
})

test('archives, spreadsheets and databases are named', async () => {
  for (const [magic, what] of [
    ['PK\u0003\u0004', /zip/],
    ['SQLite format 3\0', /SQLite/],
    ['%PDF-1.7', /PDF/],
    ['BZh9', /bzip2/],
  ] as const) {
    const { code, message } = await refusal(magic)
    assert.equal(code, 'unsupported')
    assert.match(message, what)
  }
})

test('a million columns, a long cell, a row without an end', async () => {
  const names = Array.from({ length: 1_000_000 }, (_, i) => `c${i}`).join(',')
  assert.equal((await refusal(`${names}\n`)).code, 'payload_too_large')
  const keys = Array.from({ length: 6000 }, (_, i) => `"c${i}":1`).join(',')
  assert.deepEqual((await refusal(`{${keys}}\n`)).code, 'payload_too_large')
  assert.deepEqual(await refusal(`a,b\n1,2\n3,${'x'.repeat(1_100_000)}\n`), {
    ...{ code: 'payload_too_large', line: 3, column: undefined },
    message: 'line 3: a row with more than 1000000 characters, or a quote not closed',
  })
  const endless = Buffer.alloc(100 * 2 ** 20, 'x')
  endless.write('a\n1\n')
  const { code, line } = await refusal(endless)
  assert.deepEqual([code, line], ['payload_too_large', 3])
  const text = Buffer.alloc(20 * 2 ** 20, 'x')
  text.write('[{"a":"')
  assert.equal((await refusal(text)).code, 'payload_too_large')
})

test('a quote that is never closed is found where it opens', async () => {
  assert.partialDeepStrictEqual(await refusal('a,b\n1,2\n3,"four\n5,6\n'), {
    code: 'invalid_request',
    line: 3,
  })
  const kept = await inferred('a,b\n1,2\n3,"four\n5,6\n', { keep: 'rows_before_break' })
  assert.equal(kept.rows, 1)
  const { line } = await refusal(`a,b\n1,2\n3,"${'x,y\n'.repeat(400_000)}`)
  assert.equal(line, 3)
})

test('NUL bytes and bytes of no encoding have a place', async () => {
  assert.partialDeepStrictEqual(await refusal('a,b\n1,2\n3,\0\n'), { line: 3, column: 3 })
  const late = Buffer.concat([
    Buffer.from(`a,ä\n${'1,2\n'.repeat(40_000)}`),
    Buffer.from([0x33, 0x2c, 0xff, 0x0a]),
  ])
  assert.partialDeepStrictEqual(await refusal(late), { code: 'invalid_request', line: 40_002 })
  const read = await inferred(late, { keep: 'rows_before_break' })
  assert.ok(read.rows >= 39_999)
  assert.equal((await refusal('a\n1\n', { form: { encoding: 'klingon' } })).code, 'unsupported')
})

test('broken JSON has a line and a column', async () => {
  assert.partialDeepStrictEqual(await refusal('[{"a":1},\n {"a":}]'), { line: 2, column: 7 })
  assert.partialDeepStrictEqual(await refusal('[{"a":1},\n {"a":2}'), { code: 'invalid_request' })
  assert.partialDeepStrictEqual(await refusal('{"a":1}\n{"a":1,}\n{"a":2}\n'), { line: 2 })
  assert.partialDeepStrictEqual(await refusal('[{"a":1}, 7]'), { line: 1, column: 11 })
  const kept = await inferred('{"a":1}\n{"a":2}\nnot\n', { keep: 'rows_before_break' })
  assert.equal(kept.rows, 2)
  const sly = await inferred('{"__proto__":1,"constructor":2}\n{"__proto__":3}\n')
  assert.deepEqual(
    sly.columns.map(({ field }) => field.name),
    ['__proto__', 'constructor'],
  )
})

test('Parquet and Arrow that are cut, empty or random', async () => {
  const parquet = Buffer.from(`PAR1${'x'.repeat(200)}PAR1`)
  await assert.rejects(async () => readRecords(bufferFile(parquet)), { code: 'invalid_request' })
  await assert.rejects(async () => readRecords(bufferFile(Buffer.from('PAR1'))), {
    code: 'invalid_request',
  })
  const arrow = Buffer.concat([Buffer.from('ARROW1\0\0'), Buffer.alloc(300, 0x41)])
  await assert.rejects(inferred(arrow), { code: 'invalid_request' })
  const stream = Buffer.concat([Buffer.alloc(4, 0xff), Buffer.alloc(300, 0x70)])
  await assert.rejects(inferred(stream), { code: 'invalid_request' })
})

test('nothing, only names, one row', async () => {
  assert.equal((await refusal('')).code, 'invalid_request')
  assert.equal((await refusal('\n\n\n')).code, 'invalid_request')
  assert.equal((await refusal('[]')).code, 'invalid_request')
  const names = await inferred('a,b\n')
  assert.deepEqual([names.rows, types(names)], [0, ['text', 'text']])
  const one = await tableOf('a,b\n1,x\n')
  assert.deepEqual([one.rows, one.columns.map(({ kind }) => kind)], [1, ['number', 'text']])
})

test('columns that are constant, empty, all different, infinite or not numbers', async () => {
  const rows = Array.from({ length: 200 }, (_, i) => {
    const odd = ['1.5', 'NaN', 'inf', '-Infinity', '1e400'][i % 4]
    return `7,,${i}-x,${odd},${i % 9 === 0 ? 'NA' : i % 5}`
  })
  const file = `same,none,code,odd,few\n${rows.join('\n')}\n`
  const found = await inferred(file)
  assert.deepEqual(types(found), ['integer', 'text', 'id', 'decimal', 'integer'])
  assert.deepEqual(
    found.columns.map(({ nulls }) => nulls),
    [0, 200, 0, 150, 23],
  )
  assert.match(found.warnings.join(), /odd: 100 infinite/)
  const table = await tableOf(file)
  assert.ok(
    table.columns.every(
      (column) => column.kind !== 'number' || !column.values.some((v) => v === Infinity),
    ),
  )
})

test('integers that numbers do not hold, and zeros ahead, stay text', async () => {
  const found = await inferred(
    'big,zip,n\n9007199254740993,00123,1\n9007199254740995,01234,2\n12,00999,3\n',
  )
  assert.deepEqual(
    types(found).map((type) => type === 'integer'),
    [false, false, true],
  )
  const table = await tableOf('big,zip\n9007199254740993,00123\n9007199254740995,01234\n')
  assert.partialDeepStrictEqual(table.columns[0], {
    values: ['9007199254740993', '9007199254740995'],
  })
  const json = await tableOf('[{"big":9007199254740993},{"big":9007199254740995}]')
  assert.partialDeepStrictEqual(json.columns[0], {
    values: ['9007199254740993', '9007199254740995'],
  })
})

test('a file whose first line does not name the columns of the others is no table', async () => {
  const report = `Orders of 2024\n${'a,b,c\n'.repeat(5)}`
  const rowNames = 'a,b\nr1,1,2\nr2,3,4\nr3,5,6\n'
  for (const text of [report, rowNames])
    await assert.rejects(inferred(text), (error: AppError) => {
      assert.equal(error.code, 'invalid_request')
      assert.partialDeepStrictEqual(error.problems[0], { path: '/file', line: 1 })
      return /more cells than/.test(error.message)
    })
  const trailing = await inferred('a,b\n1,2,\n3,4,\n5,6,\n')
  assert.equal(trailing.rows, 3)
})

test('rows of other lengths are counted', async () => {
  const found = await inferred('a,b,c\n1,2,3\n4,5\n6,7,8,9\n\n1,2,3\n')
  assert.equal(found.rows, 4)
  assert.deepEqual(found.warnings, [
    '1 rows have too few cells; the missing ones are null',
    '1 rows have too many cells; the last ones are left out',
  ])
})
