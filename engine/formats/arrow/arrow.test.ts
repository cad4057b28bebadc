import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { zstdDecompressSync } from 'node:zlib'
import { CompressionType, compressionRegistry, RecordBatchReader, tableFromIPC } from 'apache-arrow'
import { ARROW_DEFAULTS } from '#engine/config/output-formats.ts'
import type { ArrowOptions, ResolvedConfig } from '#engine/config/types.ts'
import { scalarAt } from '#engine/rules/read.ts'
import { arrowScalar } from '#engine/testing/arrow-scalar.ts'
import { batchesOf, type Source } from '#engine/testing/batches.ts'
import { bytesOfFile, valuesOf } from '#engine/testing/bytes.ts'
import { table } from '#engine/testing/configs.ts'
import { everyVector } from '#engine/testing/every-vector.ts'
import { readByPyarrow } from '#engine/testing/pyarrow.ts'
import { shopConfig } from '#engine/testing/shop.ts'
import { readBlocks } from '../block-tail.ts'
import { Output } from '../output.ts'
import { createArrowWriter } from './arrow-writer.ts'

// What reads compressed bodies here is Node's own; the library has no codec of its own.
compressionRegistry.set(CompressionType.ZSTD, { decode: (bytes) => zstdDecompressSync(bytes) })

/** All forms that the same rows are written in. */
const FORMS: readonly ArrowOptions[] = [
  ARROW_DEFAULTS,
  { container: 'file', compression: 'zstd' },
  { container: 'stream', compression: 'none' },
  { container: 'stream', compression: 'zstd' },
]

/** The whole file of the sources' first rows, in blocks, batches of so many. */
async function fileOf(
  sources: readonly Source[],
  rows: number,
  { blockRows, batch, ...form }: { blockRows: number; batch: number } & Partial<ArrowOptions>,
): Promise<Uint8Array> {
  const { columns, load } = batchesOf(sources, batch)
  const resolved = table(
    't',
    rows,
    sources.map(({ name, type }) => ({
      ...{ name, type, scale: null, rule: null, conditional_rules: [], nullable: null },
      ...{ unique: false, primary_key: false, sensitivity: null },
    })),
  )
  const options = { ...ARROW_DEFAULTS, ...form, table: resolved, rows, blockRows }
  const writer = createArrowWriter({ ...options, columns: () => columns })
  const out = new Output(2 ** 28)
  writer.write(0, rows, out, (from, to, use) => {
    for (let at = from; at < to; at += batch) {
      const n = Math.min(batch, to - at)
      load(at, n)
      use({ columns, from: at, n })
    }
  })
  const bytes = out.bytes()
  if (!writer.footer) return bytes
  const read = (from: number, to: number) => Promise.resolve(bytes.slice(from, to))
  const blocks = await readBlocks(read, writer.header.length, bytes.length)
  return Buffer.concat([bytes, writer.footer(blocks, bytes.length)])
}

const scaleOf = ({ vector }: Source): number => (vector.kind === 'number' ? vector.scale : 0)

const ROWS = 2500

test('every type, with and without nulls, reads back in apache-arrow', async () => {
  const sources = everyVector(ROWS, 11)
  for (const form of FORMS) {
    const file = await fileOf(sources, ROWS, { blockRows: 1000, batch: 97, ...form })
    assert.equal(RecordBatchReader.from(file).isFile(), form.container === 'file')
    const read = tableFromIPC(file)
    assert.equal(read.numRows, ROWS)
    assert.deepEqual(
      read.batches.map(({ numRows }) => numRows),
      [1000, 1000, 500],
    )
    for (const source of sources) {
      const column = read.getChild(source.name)
      for (let i = 0; i < ROWS; i++) {
        const what = `${source.name} row ${i} of ${JSON.stringify(form)}`
        const value = arrowScalar(column?.get(i), source.type, scaleOf(source))
        assert.equal(value, scalarAt(source.vector, i), what)
      }
    }
  }
})

test('a stream can be read while it grows, and ends by itself', async () => {
  const sources = everyVector(300, 17)
  const bytes = await fileOf(sources, 300, { blockRows: 100, batch: 50, container: 'stream' })
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += 777) yield bytes.subarray(at, at + 777)
  }
  const rows: number[] = []
  for await (const batch of await RecordBatchReader.from(pieces())) rows.push(batch.numRows)
  assert.deepEqual(rows, [100, 100, 100])
  assert.deepEqual([...bytes.subarray(-8)], [255, 255, 255, 255, 0, 0, 0, 0])
})

test('compressed buffers make shorter files', async () => {
  const sources = everyVector(ROWS, 11)
  const sizeOf = async (form: ArrowOptions) =>
    (await fileOf(sources, ROWS, { blockRows: 1000, batch: 500, ...form })).length
  for (const container of ['file', 'stream'] as const) {
    const [plainly, packed] = [
      await sizeOf({ container, compression: 'none' }),
      await sizeOf({ container, compression: 'zstd' }),
    ]
    assert.ok(packed < 0.9 * plainly, `${packed} of ${plainly}`)
  }
})

async function folderOf(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'syndata-arrow-'))
  t.after(() => rm(folder, { recursive: true }))
  return folder
}

test('every type reads back in pyarrow, a file as the stream inside it too', async (t) => {
  const sources = everyVector(ROWS, 12)
  const folder = await folderOf(t)
  for (const [k, form] of FORMS.entries()) {
    const path = join(folder, `${k}.arrow`)
    await writeFile(path, await fileOf(sources, ROWS, { blockRows: 900, batch: 500, ...form }))
    const reader = form.container === 'file' ? 'arrow' : 'arrows'
    const columns = await readByPyarrow(reader, path)
    if (columns === null) return t.skip('python3 has no pyarrow')
    for (const { name, vector } of sources) {
      const expected = Array.from({ length: ROWS }, (_, i) => scalarAt(vector, i))
      assert.deepEqual(columns[name], expected, `${name} of ${JSON.stringify(form)}`)
    }
  }
})

test('bytes depend on the rows of a block, not on batches', async () => {
  const sources = everyVector(500, 13)
  for (const form of FORMS) {
    const whole = await fileOf(sources, 500, { blockRows: 100, batch: 100, ...form })
    for (const batch of [1, 33, 4096]) {
      const other = await fileOf(sources, 500, { blockRows: 100, batch, ...form })
      assert.ok(Buffer.from(other).equals(whole), `batches of ${batch}`)
    }
  }
})

function arrowShop(chunkRows: number, arrow: ArrowOptions): ResolvedConfig {
  return { ...shopConfig({ chunkRows }), output: { format: 'arrow', arrow, block_rows: 100 } }
}

test('a merged file does not depend on its chunks, and has the rows of the table', async () => {
  const options = { batchRows: 31, writer: 'closures', random: 'plain' } as const
  for (const form of FORMS) {
    for (const { name, columns } of arrowShop(100, form).tables) {
      const whole = await bytesOfFile(arrowShop(100, form), name)
      const cut = await bytesOfFile(arrowShop(700, form), name, options)
      assert.ok(Buffer.from(cut).equals(whole), name)
      const read = tableFromIPC(whole)
      for (const column of columns.filter(({ type }) => type === 'str')) {
        const values = [...(read.getChild(column.name) ?? [])]
        assert.deepEqual(values, valuesOf(arrowShop(100, form), name, column.name))
      }
    }
  }
})

test('a table without rows is a file', async () => {
  for (const form of FORMS) {
    const file = await fileOf(everyVector(0, 1), 0, { blockRows: 10, batch: 10, ...form })
    assert.equal(tableFromIPC(file).numRows, 0)
  }
})
