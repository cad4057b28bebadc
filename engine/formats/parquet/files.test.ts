import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { zstdDecompressSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { chunkPieces, writeChunk } from '#engine/chunk.ts'
import { compile } from '#engine/compile.ts'
import { parseConfig } from '#engine/config/parse.ts'
import { resolveConfig } from '#engine/config/resolve.ts'
import type { ResolvedConfig } from '#engine/config/types.ts'
import { planConfig } from '#engine/plan.ts'
import { bytesOfFile, valuesOf } from '#engine/testing/bytes.ts'
import { shopConfig } from '#engine/testing/shop.ts'
import { Output } from '../output.ts'

/** The shop in blocks of so many rows. */
function parquetShop(blockRows: number, chunkRows: number): ResolvedConfig {
  return {
    ...shopConfig({ chunkRows }),
    output: { format: 'parquet', parquet: { compression: 'zstd' }, block_rows: blockRows },
  }
}

const buffer = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer

test('a file does not depend on chunks, batches or pieces, only on its blocks', async () => {
  for (const table of ['customers', 'orders', 'items']) {
    const whole = await bytesOfFile(parquetShop(100, 100), table)
    for (const chunkRows of [200, 1000, 10_000]) {
      const cut = await bytesOfFile(parquetShop(100, chunkRows), table, {
        ...{ batchRows: chunkRows / 100 + 5, writer: 'closures', random: 'plain' },
      })
      assert.ok(Buffer.from(cut).equals(whole), `${table} in chunks of ${chunkRows}`)
    }
  }
})

test('golden digests of blocks: a change here is a change of engine version', () => {
  const digests = ['customers', 'orders', 'items'].map((name) => {
    const shop = parquetShop(1000, 10_000)
    const config: ResolvedConfig = {
      ...shop,
      output: { ...shop.output, parquet: { compression: 'none' } },
    }
    const out = new Output(2 ** 26)
    writeChunk(compile(config, planConfig(config)).table(name), 0, out)
    return createHash('sha256').update(out.bytes()).digest('hex').slice(0, 16)
  })
  assert.deepEqual(digests, ['c29c5d66dd376f49', 'b3962465c9c32b27', '60e2858ea392f203'])
})

test('pieces of a chunk are whole blocks', () => {
  const config = parquetShop(100, 500)
  const table = compile(config, planConfig(config)).table('customers')
  const out = new Output(2 ** 24)
  writeChunk(table, 0, out)
  const pieces = [...chunkPieces(table, 0, 30)].length
  const joined = Buffer.concat(Array.from(chunkPieces(table, 0, 30), (piece) => piece.slice()))
  assert.equal(pieces, 5)
  assert.ok(joined.equals(out.bytes()))
})

test('DuckDB and hyparquet read the rows of a merged file', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'syndata-parquet-'))
  const instance = await DuckDBInstance.create()
  const connection = await instance.connect()
  t.after(async () => {
    connection.closeSync()
    instance.closeSync()
    await rm(folder, { recursive: true })
  })
  const config = parquetShop(100, 300)
  for (const { name, columns } of config.tables) {
    const path = join(folder, `${name}.parquet`)
    const file = await bytesOfFile(config, name)
    await writeFile(path, file)
    const rows = await parquetReadObjects({
      file: buffer(file),
      compressors: { ZSTD: (bytes) => zstdDecompressSync(bytes) },
    })
    for (const column of columns.filter(({ type }) => type === 'str' || type === 'uuid')) {
      const expected = valuesOf(config, name, column.name)
      assert.deepEqual(
        rows.map((row) => (row[column.name] as unknown) ?? null),
        expected,
      )
      const reader = await connection.runAndReadAll(
        `select cast("${column.name}" as varchar) from '${path}'`,
      )
      assert.deepEqual(
        reader.getRows().map(([value]) => value),
        expected,
      )
    }
  }
})

test('a table without rows is a file', async () => {
  const source = { tables: [{ name: 't', rows: 0, columns: [{ name: 'id', type: 'int' }] }] }
  const request = { now: 0, format: 'parquet' } as const
  const { resolved } = resolveConfig(parseConfig(source).config, request)
  const metadata = parquetMetadata(buffer(await bytesOfFile(resolved, 't')))
  assert.deepEqual([metadata.num_rows, metadata.row_groups.length], [0n, 0])
  assert.deepEqual(
    metadata.schema.map(({ name }) => name),
    ['schema', 'id'],
  )
})

test('a thousand columns make small blocks', async () => {
  const columns = Array.from({ length: 1000 }, (_, k) => ({ name: `c${k}`, type: 'int' }))
  const source = { tables: [{ name: 't', rows: 4000, columns }] }
  const { resolved } = resolveConfig(parseConfig(source).config, { now: 0, format: 'parquet' })
  const metadata = parquetMetadata(buffer(await bytesOfFile(resolved, 't')))
  assert.equal(resolved.output.block_rows, 2000)
  assert.deepEqual(
    metadata.row_groups.map((group) => [Number(group.num_rows), group.columns.length]),
    [
      [2000, 1000],
      [2000, 1000],
    ],
  )
})
