import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CSV_DEFAULTS } from '#engine/config/read-csv-options.ts'
import { everyVector } from '#engine/testing/every-vector.ts'
import { createBatchWriter } from './batch-writer.ts'
import { CSV, csvDialect, type Dialect, JSON_ROWS, JSONL } from './dialect.ts'
import { Output } from './output.ts'
import { COPY_ROWS } from './sql-dialect.ts'

const ROWS = 3000
const SOURCES = everyVector(ROWS, 5)
const DIALECTS: readonly Dialect[] = [
  ...[CSV, JSONL, JSON_ROWS, COPY_ROWS],
  csvDialect({ ...CSV_DEFAULTS, delimiter: ';', null: 'NULL', line_ending: 'crlf' }),
]

type Range = { from: number; to: number }

function written(
  columns: Parameters<typeof createBatchWriter>[0],
  dialect: Dialect,
  ranges: readonly Range[],
  options: Parameters<typeof createBatchWriter>[2],
): Buffer {
  const out = new Output(2 ** 28)
  const writer = createBatchWriter(columns, dialect, options)
  for (const { from, to } of ranges) {
    writer.reserve(out, to, 0)
    writer.write(out, from, to)
  }
  return Buffer.from(out.bytes())
}

test('rows written by columns are those written one by one, in any ranges', () => {
  const row = fc.integer({ min: 0, max: ROWS })
  const ranges = fc.array(
    fc.tuple(row, row).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) })),
    { maxLength: 4 },
  )
  const dialect = fc.constantFrom(...DIALECTS)
  fc.assert(
    fc.property(ranges, dialect, (some, one) => {
      const expected = written(SOURCES, one, some, { mode: 'closures' })
      assert.ok(written(SOURCES, one, some, {}).equals(expected))
      assert.ok(written(SOURCES, one, some, { mode: 'generated' }).equals(expected))
    }),
    { numRuns: 10 },
  )
})

test('the writer changes under way and the bytes do not', () => {
  const ranges = [0, 500, 1000, 1500, 2500].map((from) => ({ from, to: from + 500 }))
  for (const dialect of DIALECTS) {
    const expected = written(SOURCES, dialect, ranges, { mode: 'generated' })
    for (const byColumns of [0, 501, 1e9])
      assert.ok(written(SOURCES, dialect, ranges, { byColumns }).equals(expected), `${byColumns}`)
  }
})

test('a row longer than the room of a group is written alone', () => {
  const values = Array.from({ length: 40 }, (_, i) => 'é"'.repeat(i % 7 === 3 ? 90_000 : i))
  const vector = { kind: 'text', values, nulls: null } as const
  const columns = [...SOURCES, { name: 'long', vector }]
  const range = [{ from: 0, to: 40 }]
  for (const dialect of DIALECTS) {
    const expected = written(columns, dialect, range, { mode: 'closures' })
    assert.ok(written(columns, dialect, range, {}).equals(expected))
  }
})
