import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { DuckDBInstance } from '@duckdb/node-api'
import fc from 'fast-check'
import type { OutputFormat, Scalar } from '#engine/config/types.ts'
import { textAt } from '#engine/rules/read.ts'
import { numberVector, type Vector } from '#engine/rules/vector.ts'
import { fileOf, parseCsv, valuesOf } from '#engine/testing/bytes.ts'
import { column, configOf, range, SEQUENCE, table } from '#engine/testing/configs.ts'
import { objectsIn } from '#engine/testing/flat-json.ts'
import { shopConfig } from '#engine/testing/shop.ts'
import { createBatchWriter } from './batch-writer.ts'
import { CSV, JSONL } from './dialect.ts'
import { Output } from './output.ts'

const MODES = [undefined, 'generated', 'closures'] as const

function written(
  vector: Vector,
  n: number,
  format: OutputFormat,
  mode: (typeof MODES)[number],
): string {
  const out = new Output(2 ** 26)
  const dialect = format === 'csv' ? CSV : JSONL
  const rows = createBatchWriter([{ name: 'x', vector }], dialect, { mode })
  rows.reserve(out, n, 0)
  rows.write(out, 0, n)
  return new TextDecoder().decode(out.bytes())
}

/** Text that leans towards what breaks writers. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    '"',
    '""',
    ',',
    '\n',
    '\r',
    '`',
    "');process.exit();//",
    '\\',
    '\u2028',
    '#',
    'v0',
  ),
  fc.string({
    unit: fc.constantFrom('"', ',', '\n', 'a', 'é', '😀', '\\', '\u0000'),
    maxLength: 90,
  }),
)

test('hostile names and values come back from both formats as they were', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(hostile, { minLength: 1, maxLength: 5 }),
      fc.array(hostile, { minLength: 1, maxLength: 6 }),
      (names, values) => {
        const columns = [
          ...names.map((name, i) =>
            column(name, 'str', {
              type: 'choice',
              values: values.slice(i % values.length),
              weights: null,
            }),
          ),
          column('t\u0007', 'str', { type: 'template', parts: [...values, { rule: range(1, 9) }] }),
        ]
        if (names.includes('t\u0007')) return
        const config = (format: OutputFormat) => configOf([table('t', 20, columns)], { format })
        const expected = columns.map(({ name }) => valuesOf(config('csv'), 't', name))
        for (const writer of MODES) {
          const json = fileOf(config('jsonl'), 't', writer && { writer })
            .split('\n')
            .slice(0, -1)
          const parsed = json.map((line) => objectsIn(line)[0] as Map<string, Scalar>)
          columns.forEach(({ name }, k) => {
            assert.deepEqual(
              parsed.map((row) => row.get(name)),
              expected[k],
            )
          })
          const rows = parseCsv(fileOf(config('csv'), 't', writer && { writer }))
          const sound = (text: Scalar | undefined) => String(text).toWellFormed()
          assert.deepEqual(
            rows[0]?.map((name) => name ?? ''),
            columns.map(({ name }) => name.toWellFormed()),
          )
          columns.forEach((_, k) => {
            assert.deepEqual(
              rows.slice(1).map((row) => row[k]),
              expected[k]?.map(sound),
            )
          })
        }
      },
    ),
    { numRuns: 150 },
  )
})

test('numbers, dates and times are written as they read, by every writer', () => {
  const kinds = [
    ['int', 0, fc.maxSafeInteger()],
    ['int', 0, fc.integer({ min: -12_000, max: 12_000 })],
    ['decimal', 2, fc.maxSafeInteger()],
    ['decimal', 2, fc.integer({ min: -1_100_000, max: 1_100_000 })],
    ['decimal', 15, fc.maxSafeInteger()],
    ['float', 2, fc.double({ noNaN: true, noDefaultInfinity: true })],
    ['float', 3, fc.integer({ min: -9_999_999, max: 9_999_999 }).map((value) => value / 1000)],
    ['date', 0, fc.integer({ min: -719_162, max: 2_932_896 })],
    ['datetime', 0, fc.integer({ min: -62_135_596_800, max: 253_402_300_799 })],
    ['time', 0, fc.integer({ min: 0, max: 86_399 })],
    ['bool', 0, fc.integer({ min: 0, max: 1 })],
  ] as const
  for (const [type, scale, numbers] of kinds) {
    fc.assert(
      fc.property(fc.array(numbers, { minLength: 1, maxLength: 50 }), (values) => {
        const vector = {
          ...numberVector(type, scale, values.length),
          values: Float64Array.from(values),
        }
        const expected = values.map((_, i) => `${textAt(vector, i)}\n`).join('')
        for (const mode of MODES)
          assert.equal(written(vector, values.length, 'csv', mode), expected)
        if (type === 'float') {
          assert.deepEqual(
            expected.split('\n').slice(0, -1).map(Number),
            values.map((value) => value + 0),
          )
        }
      }),
      { numRuns: 60 },
    )
  }
})

test('nulls are empty in CSV and null in JSON, and the empty string is neither', () => {
  const columns = [
    column('a', 'str', { type: 'choice', values: ['', 'x'], weights: [1, 0] }),
    column('b', 'str', { type: 'constant', value: 'y' }, { nullable: { rate: 1 } }),
    column('c', 'date', { type: 'date', min: 0, max: 0 }, { nullable: { rate: 1 } }),
  ]
  assert.equal(fileOf(configOf([table('t', 1, columns)]), 't'), 'a,b,c\n"",,\n')
  const json = fileOf(configOf([table('t', 1, columns)], { format: 'jsonl' }), 't')
  assert.equal(json, '{"a":"","b":null,"c":null}\n')
})

test('a table of a thousand columns is written', () => {
  const columns = Array.from({ length: 1000 }, (_, k) => column(`c${k}`, 'int', range(k, k)))
  const rows = parseCsv(fileOf(configOf([table('t', 300, columns)]), 't'))
  assert.equal(rows.length, 301)
  assert.ok(rows.slice(1).every((row) => row.every((value, k) => value === String(k))))
})

test('DuckDB reads the values that were made', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'syndata-writers-'))
  const instance = await DuckDBInstance.create()
  const connection = await instance.connect()
  t.after(async () => {
    connection.closeSync()
    instance.closeSync()
    await rm(folder, { recursive: true })
  })
  for (const name of ['customers', 'orders', 'items']) {
    for (const format of ['csv', 'jsonl'] as const) {
      const config = shopConfig({ format })
      const file = join(folder, `${name}.${format}`)
      await writeFile(file, fileOf(config, name))
      const source =
        format === 'csv'
          ? `read_csv('${file}', header=true, all_varchar=true, nullstr='')`
          : `read_json('${file}', format='newline_delimited')`
      const columns = config.tables.find((entry) => entry.name === name)?.columns ?? []
      const list = columns.map((entry) => `cast("${entry.name}" as varchar)`).join(', ')
      const reader = await connection.runAndReadAll(`select ${list} from ${source}`)
      const rows = reader.getRows()
      columns.forEach((entry, k) => {
        const numeric = ['int', 'float', 'decimal'].includes(entry.type)
        const plain = (value: unknown) => {
          if (value === null) return null
          if (numeric) return Number(value)
          return `${value as string}`.replace('T', ' ').replace('Z', '')
        }
        const expected = valuesOf(config, name, entry.name).map(plain)
        assert.deepEqual(
          rows.map((row) => plain(row[k])),
          expected,
          `${name}.${entry.name} ${format}`,
        )
      })
    }
  }
})

test('the output never takes more memory than it may', () => {
  const out = new Output(1000, 100)
  out.append(new Uint8Array(500).fill(7))
  assert.throws(() => out.append(new Uint8Array(600)), { code: 'out_of_memory' })
  assert.equal(out.bytes().length, 500)
  out.reset()
  assert.equal(out.bytes().length, 0)
  assert.equal(fileOf(configOf([table('t', 2, [column('a', 'int', SEQUENCE)])]), 't'), 'a\n1\n2\n')
})
