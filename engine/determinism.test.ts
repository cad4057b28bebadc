import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { chunkPieces, writeChunk } from './chunk.ts'
import { compile } from './compile.ts'
import type { ResolvedConfig } from './config/types.ts'
import { Output } from './formats/output.ts'
import { planConfig } from './plan.ts'
import { previewTable } from './preview.ts'
import { fileOf, valuesOf } from './testing/bytes.ts'
import { column, configOf, range, table } from './testing/configs.ts'
import { shopConfig } from './testing/shop.ts'

const TABLES = ['customers', 'orders', 'items']
const FORMATS = ['csv', 'jsonl'] as const

const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16)

test('golden digests: a change here is a change of engine version', () => {
  const digests = FORMATS.map((format) =>
    TABLES.map((name) => digest(fileOf(shopConfig({ format }), name))).join(' '),
  )
  assert.deepEqual(digests, [
    '89fada966366e3a9 99b818a66162a524 43b638f4e0bf0f5d',
    '9162414659ef62d3 266cf890744eefdb 57ed697f9fc4cf92',
  ])
})

test('bytes do not depend on chunks, batches, pieces, order or kind of writer', () => {
  const expected = TABLES.map((name) => fileOf(shopConfig(), name))
  const size = fc.integer({ min: 1, max: 900 })
  fc.assert(
    fc.property(size, size, size, (chunkRows, batchRows, pieceRows) => {
      const config = shopConfig({ chunkRows })
      const dataset = compile(config, planConfig(config), {
        batchRows,
        writer: 'closures',
        random: 'plain',
      })
      for (const [index, name] of TABLES.entries()) {
        const compiled = dataset.table(name)
        const parts: Buffer[] = []
        for (let chunk = compiled.chunks - 1; chunk >= 0; chunk--) {
          const copies: Buffer[] = []
          for (const piece of chunkPieces(compiled, chunk, pieceRows))
            copies.push(Buffer.from(piece))
          parts.unshift(Buffer.concat(copies))
        }
        assert.equal(Buffer.concat(parts).toString(), expected[index])
      }
    }),
    { numRuns: 12 },
  )
})

test('the first rows are the same for any number of rows', () => {
  const sized = (rows: number): ResolvedConfig => {
    const config = shopConfig()
    const [customers] = config.tables
    return { ...config, tables: customers ? [{ ...customers, rows }] : [] }
  }
  const long = fileOf(sized(5000), 'customers')
  for (const rows of [0, 1, 7, 1000]) {
    const short = fileOf(sized(rows), 'customers')
    assert.equal(short.split('\n').length, rows + 2)
    assert.ok(long.startsWith(short))
  }
})

test('adding or moving a column changes no other', () => {
  const config = shopConfig()
  const changed = structuredClone(config)
  for (const { columns } of changed.tables) {
    columns.reverse()
    columns.unshift(column('extra', 'int', range(1, 1000)))
  }
  for (const { name, columns } of config.tables) {
    for (const { name: columnName } of columns) {
      assert.deepEqual(valuesOf(changed, name, columnName), valuesOf(config, name, columnName))
    }
  }
})

test('another seed gives other values', () => {
  const a = valuesOf(shopConfig({ seed: 1 }), 'orders', 'price').slice(0, 50)
  const b = valuesOf(shopConfig({ seed: 2 }), 'orders', 'price').slice(0, 50)
  assert.notDeepEqual(a, b)
})

test('a preview shows the rows that the job writes', () => {
  const { columns, rows } = previewTable(shopConfig(), 'orders', 20)
  const lines = fileOf(shopConfig({ format: 'jsonl' }), 'orders').split('\n')
  assert.equal(rows.length, 20)
  for (const [index, row] of rows.entries()) {
    const expected = Object.values(JSON.parse(lines[index] ?? ''))
    assert.deepEqual(row, expected)
  }
  assert.equal(columns[1]?.name, 'customer')
})

test('a table without rows has one chunk with the header', () => {
  const config = configOf([
    table('t', 0, [column('a', 'int', range(0, 1)), column('b,c', 'str', range(0, 1))]),
  ])
  assert.equal(planConfig(config).tables[0]?.chunks, 1)
  assert.equal(fileOf(config, 't'), 'a,"b,c"\n')
})

test('an output that may not grow says so, and pieces fit where the chunk does not', () => {
  const config = shopConfig({ chunkRows: 10_000 })
  const compiled = compile(config, planConfig(config), { batchRows: 64 }).table('orders')
  const small = new Output(100_000)
  assert.throws(() => writeChunk(compiled, 0, small), { code: 'out_of_memory' })
  const sizes = []
  for (const piece of chunkPieces(compiled, 0, 100, 100_000)) sizes.push(piece.length)
  assert.ok(sizes.length > 10)
})
