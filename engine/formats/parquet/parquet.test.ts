import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import { parquetMetadata, parquetReadObjects, readColumnIndex, readOffsetIndex } from 'hyparquet'
import type { Scalar } from '#engine/config/types.ts'
import { scalarAt } from '#engine/rules/read.ts'
import { batchesOf, type Source } from '#engine/testing/batches.ts'
import { everyVector } from '#engine/testing/every-vector.ts'
import { readByPyarrow } from '#engine/testing/pyarrow.ts'
import { readBlocks } from '../block-tail.ts'
import { Output } from '../output.ts'
import { createBlockWriter, type ParquetOptions } from './block-writer.ts'
import { footerOf, MAGIC } from './footer.ts'

type Cut = { from: number; to: number; batch: number }

/** The blocks of the rows of each cut, written by writers of their own: what parts are made of. */
function partsOf(sources: readonly Source[], options: ParquetOptions, cuts: readonly Cut[]) {
  return cuts.map(({ from, to, batch }) => {
    const { columns, load } = batchesOf(sources, batch)
    const writer = createBlockWriter(columns, options)
    const out = new Output(2 ** 28)
    for (let start = from; start < to; start += options.blockRows) {
      const end = Math.min(start + options.blockRows, to)
      for (let at = start; at < end; at += batch) {
        const n = Math.min(batch, end - at)
        load(at, n)
        writer.add(n)
      }
      writer.finish(out)
    }
    return { fields: writer.fields, bytes: out.bytes() }
  })
}

async function fileOf(
  sources: readonly Source[],
  options: ParquetOptions,
  cuts: readonly Cut[],
): Promise<Uint8Array> {
  const parts = partsOf(sources, options, cuts)
  const blocks = []
  let at = MAGIC.length
  for (const { bytes } of parts) {
    const found = await readBlocks(async (from, to) => bytes.slice(from, to), 0, bytes.length)
    for (const block of found) blocks.push({ ...block, at: at + block.at })
    at += bytes.length
  }
  const footer = footerOf(parts[0]?.fields ?? [], blocks, at)
  return Buffer.concat([MAGIC, ...parts.map(({ bytes }) => bytes), footer])
}

const whole = (rows: number, batch = 97): Cut[] => [{ from: 0, to: rows, batch }]

const valuesOf = ({ vector }: Source, rows: number): Scalar[] =>
  Array.from({ length: rows }, (_, i) => scalarAt(vector, i))

const compressors = {
  ZSTD: (bytes: Uint8Array) => zstdDecompressSync(bytes),
  GZIP: (bytes: Uint8Array) => gunzipSync(bytes),
}

const buffer = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer

/** What every reader gives is brought to the engine's own scalars. */
function plain(value: unknown, type: Source['type']): unknown {
  if (value === null || value === undefined) return null
  if (type === 'date') return value instanceof Date ? value.toISOString().slice(0, 10) : value
  if (type === 'datetime' && value instanceof Date) return value.toISOString().replace('.000', '')
  if (type === 'time' && typeof value === 'bigint') {
    return new Date(Number(value) / 1000).toISOString().slice(11, 19)
  }
  if (type === 'json') return typeof value === 'string' ? value : JSON.stringify(value)
  return typeof value === 'bigint' ? Number(value) : value
}

/** Equal; the last bit of a decimal aside, which a reader may lose in dividing. */
function isClose(value: unknown, expected: unknown, { type }: Source): boolean {
  if (type !== 'decimal' || value === null || expected === null) return value === expected
  return Math.abs(Number(value) - Number(expected)) <= Math.abs(Number(expected)) * 2 ** -52
}

function same(read: readonly unknown[], source: Source, reader: string): void {
  const expected = valuesOf(source, read.length)
  for (const [i, value] of read.entries()) {
    const what = `${reader}: ${source.name} row ${i}`
    assert.ok(isClose(plain(value, source.type), expected[i], source), what)
  }
}

const ROWS = 2500
const CODECS = ['none', 'gzip', 'zstd', 'snappy'] as const

test('every type, with and without nulls, reads back in hyparquet', async () => {
  const sources = everyVector(ROWS, 5)
  for (const codec of CODECS) {
    const options = { codec, blockRows: 1000, pageRows: 300 }
    const file = await fileOf(sources, options, whole(ROWS))
    const rows = await parquetReadObjects({ file: buffer(file), compressors })
    assert.equal(rows.length, ROWS)
    for (const source of sources) {
      same(
        rows.map((row) => row[source.name]),
        source,
        `hyparquet ${codec}`,
      )
    }
  }
})

async function folderOf(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'syndata-parquet-'))
  t.after(() => rm(folder, { recursive: true }))
  return folder
}

const DUCKDB_TEXT: Partial<Record<Source['type'], (name: string) => string>> = {
  datetime: (name) => `strftime(make_timestamp(epoch_us(${name})), '%Y-%m-%dT%H:%M:%SZ')`,
  decimal: (name) => `cast(${name} as double)`,
  date: (name) => `cast(${name} as varchar)`,
  time: (name) => `cast(${name} as varchar)`,
  uuid: (name) => `cast(${name} as varchar)`,
  json: (name) => `cast(${name} as varchar)`,
}

test('every type reads back in DuckDB, filtered by statistics too', async (t) => {
  const folder = await folderOf(t)
  const instance = await DuckDBInstance.create()
  const connection = await instance.connect()
  t.after(() => {
    connection.closeSync()
    instance.closeSync()
  })
  const sources = everyVector(ROWS, 6)
  for (const codec of CODECS) {
    const path = join(folder, `${codec}.parquet`)
    const options = { codec, blockRows: 700, pageRows: 128 }
    await writeFile(path, await fileOf(sources, options, whole(ROWS)))
    const list = sources
      .map(({ name, type }) => DUCKDB_TEXT[type]?.(`"${name}"`) ?? `"${name}"`)
      .join(', ')
    const reader = await connection.runAndReadAll(`select ${list} from '${path}'`)
    const rows = reader.getRows()
    assert.equal(rows.length, ROWS)
    for (const [k, source] of sources.entries()) {
      same(
        rows.map((row) => row[k]),
        source,
        `DuckDB ${codec}`,
      )
    }
    for (const source of sources.filter(({ type }) => type === 'str' || type === 'int')) {
      const values = valuesOf(source, ROWS)
      const wanted = values.find((value) => value !== null && !String(value).includes('\u0000'))
      if (wanted === undefined) continue
      const literal = `'${String(wanted).replaceAll("'", "''")}'`
      const count = await connection.runAndReadAll(
        `select count(*) from '${path}' where "${source.name}" = ${source.type === 'int' ? wanted : literal}`,
      )
      const expected = values.filter((value) => value === wanted).length
      assert.equal(Number(count.getRows()[0]?.[0]), expected, source.name)
    }
  }
})

test('every type reads back in pyarrow', async (t) => {
  const sources = everyVector(ROWS, 7)
  const path = join(await folderOf(t), 'file.parquet')
  await writeFile(path, await fileOf(sources, { codec: 'zstd', blockRows: 900 }, whole(ROWS)))
  const columns = await readByPyarrow('parquet', path)
  if (columns === null) return t.skip('python3 has no pyarrow')
  for (const source of sources) same(columns[source.name] ?? [], source, 'pyarrow')
})

test('bytes depend on the rows of a block, not on batches, parts or writers before', async () => {
  const sources = everyVector(1100, 8)
  const options: ParquetOptions = { codec: 'zstd', blockRows: 100, pageRows: 30 }
  const file = await fileOf(sources, options, whole(1100))
  const cuts = [
    { from: 0, to: 300, batch: 1 },
    { from: 300, to: 400, batch: 4096 },
    { from: 400, to: 1100, batch: 33 },
  ]
  assert.ok(Buffer.from(await fileOf(sources, options, cuts)).equals(file))
})

test('statistics and page indexes are those of the values', async () => {
  const sources = everyVector(ROWS, 9)
  const file = await fileOf(sources, { codec: 'zstd', blockRows: 1000, pageRows: 250 }, whole(ROWS))
  const metadata = parquetMetadata(buffer(file))
  assert.deepEqual(
    metadata.row_groups.map(({ num_rows }) => Number(num_rows)),
    [1000, 1000, 500],
  )
  for (const [k, source] of sources.entries()) {
    const values = valuesOf(source, ROWS)
    for (const [g, group] of metadata.row_groups.entries()) {
      const own = values.slice(g * 1000, g * 1000 + 1000)
      const chunk = group.columns[k]
      const statistics = chunk?.meta_data?.statistics
      assert.equal(Number(statistics?.null_count), own.filter((value) => value === null).length)
      between(own, statistics?.min_value, statistics?.max_value, source)
      const view = (at: bigint | undefined, length: number | undefined) => ({
        view: new DataView(buffer(file), Number(at), length),
        offset: 0,
      })
      const offsets = readOffsetIndex(view(chunk?.offset_index_offset, chunk?.offset_index_length))
      assert.deepEqual(
        offsets.page_locations.map(({ first_row_index }) => Number(first_row_index)),
        own.flatMap((_, i) => (i % 250 === 0 ? [i] : [])),
      )
      // A page of nulls has no least value, which this reader does not expect.
      if (own.every((value) => value === null)) continue
      const schema = metadata.schema[k + 1]
      assert.ok(schema)
      const index = readColumnIndex(
        view(chunk?.column_index_offset, chunk?.column_index_length),
        schema,
      )
      for (const [p, isNull] of index.null_pages.entries()) {
        const page = own.slice(p * 250, p * 250 + 250)
        assert.equal(
          isNull,
          page.every((value) => value === null),
        )
        if (!isNull) between(page, index.min_values[p], index.max_values[p], source)
      }
    }
  }
})

/** Least and greatest are exact but for long text, which they are bounds of. */
function between(values: readonly Scalar[], min: unknown, max: unknown, source: Source): void {
  const known = values.filter((value) => value !== null)
  if (known.length === 0) {
    assert.deepEqual([min, max], [undefined, undefined], source.name)
    return
  }
  const key = (value: unknown) =>
    typeof value === 'string' ? Buffer.from(value).toString('hex') : Number(value)
  const keys = known.map(key)
  const sorted = keys.toSorted((a, b) => (a < b ? -1 : Number(a > b)))
  const [least = 0, greatest = 0] = [sorted[0], sorted.at(-1)]
  const [low, high] = [min, max].map((bound) => key(plain(bound, source.type)))
  const isBound = source.type === 'decimal' || known.some((value) => String(value).length > 64)
  if (!isBound) assert.deepEqual([low, high], [least, greatest], source.name)
  assert.ok(low !== undefined && high !== undefined, source.name)
  assert.ok(low <= least || isClose(low, least, source), source.name)
  assert.ok(high >= greatest || isClose(high, greatest, source), source.name)
}

test('a table without rows is a file without row groups', async () => {
  const sources = everyVector(0, 1)
  const file = await fileOf(sources, { codec: 'zstd', blockRows: 10 }, [])
  assert.deepEqual(await parquetReadObjects({ file: buffer(file) }), [])
})
