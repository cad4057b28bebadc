import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { tableFromIPC } from 'apache-arrow'
import type { ResolvedConfig, Scalar } from '#engine/config/types.ts'
import { dateText, datetimeText, timeText } from '#engine/math/calendar.ts'
import { scalarAt } from '#engine/rules/read.ts'
import { batchesOf, type Source } from '#engine/testing/batches.ts'
import { bytesOfFile, valuesOf } from '#engine/testing/bytes.ts'
import { table } from '#engine/testing/configs.ts'
import { everyVector } from '#engine/testing/every-vector.ts'
import { readByPyarrow } from '#engine/testing/pyarrow.ts'
import { shopConfig } from '#engine/testing/shop.ts'
import { readBlocks } from '../block-tail.ts'
import { Output } from '../output.ts'
import { createArrowWriter } from './arrow-writer.ts'

/** The whole file of the sources' first rows, in blocks, batches of so many. */
async function fileOf(
  sources: readonly Source[],
  rows: number,
  { blockRows, batch }: { blockRows: number; batch: number },
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
  const writer = createArrowWriter({ table: resolved, blockRows, columns: () => columns })
  const out = new Output(2 ** 28)
  writer.write(0, rows, out, (from, to, use) => {
    for (let at = from; at < to; at += batch) {
      const n = Math.min(batch, to - at)
      load(at, n)
      use({ columns, from: at, n })
    }
  })
  const bytes = out.bytes()
  const read = (from: number, to: number) => Promise.resolve(bytes.slice(from, to))
  const blocks = await readBlocks(read, writer.header.length, bytes.length)
  return Buffer.concat([bytes, writer.footer?.(blocks, bytes.length) ?? new Uint8Array(0)])
}

/** What apache-arrow gives, as the engine's own scalar. */
function plain(value: unknown, { type, vector }: Source): Scalar {
  if (value === null) return null
  if (vector.kind === 'uuid' && type === 'uuid') {
    const hex = Buffer.from(value as Uint8Array).toString('hex')
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  }
  if (type === 'date') return dateText(Number(value) / 86_400_000)
  if (type === 'datetime') return datetimeText(Number(value) / 1000)
  if (type === 'time') return timeText(Number(value) / 1e6)
  if (type === 'decimal' && vector.kind === 'number') {
    const [low = 0, high = 0] = value as Uint32Array
    const scaled = Number(BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low)))
    return scaled / 10 ** vector.scale
  }
  return typeof value === 'bigint' ? Number(value) : (value as Scalar)
}

const ROWS = 2500

test('every type, with and without nulls, reads back in apache-arrow', async () => {
  const sources = everyVector(ROWS, 11)
  const file = await fileOf(sources, ROWS, { blockRows: 1000, batch: 97 })
  const read = tableFromIPC(file)
  assert.equal(read.numRows, ROWS)
  assert.deepEqual(
    read.batches.map(({ numRows }) => numRows),
    [1000, 1000, 500],
  )
  for (const source of sources) {
    const column = read.getChild(source.name)
    for (let i = 0; i < ROWS; i++) {
      const what = `${source.name} row ${i}`
      assert.equal(plain(column?.get(i), source), scalarAt(source.vector, i), what)
    }
  }
})

async function folderOf(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'syndata-arrow-'))
  t.after(() => rm(folder, { recursive: true }))
  return folder
}

test('every type reads back in pyarrow, as a file and as the stream inside it', async (t) => {
  const sources = everyVector(ROWS, 12)
  const path = join(await folderOf(t), 'file.arrow')
  await writeFile(path, await fileOf(sources, ROWS, { blockRows: 900, batch: 500 }))
  const columns = await readByPyarrow('arrow', path)
  if (columns === null) return t.skip('python3 has no pyarrow')
  for (const { name, vector } of sources) {
    const expected = Array.from({ length: ROWS }, (_, i) => scalarAt(vector, i))
    assert.deepEqual(columns[name], expected, name)
  }
})

test('bytes depend on the rows of a block, not on batches', async () => {
  const sources = everyVector(500, 13)
  const whole = await fileOf(sources, 500, { blockRows: 100, batch: 100 })
  for (const batch of [1, 33, 4096]) {
    const other = await fileOf(sources, 500, { blockRows: 100, batch })
    assert.ok(Buffer.from(other).equals(whole), `batches of ${batch}`)
  }
})

function arrowShop(blockRows: number, chunkRows: number): ResolvedConfig {
  return { ...shopConfig({ chunkRows }), output: { format: 'arrow', block_rows: blockRows } }
}

test('a merged file does not depend on its chunks, and has the rows of the table', async () => {
  for (const { name, columns } of arrowShop(100, 100).tables) {
    const whole = await bytesOfFile(arrowShop(100, 100), name)
    const options = { batchRows: 31, writer: 'closures', random: 'plain' } as const
    const cut = await bytesOfFile(arrowShop(100, 700), name, options)
    assert.ok(Buffer.from(cut).equals(whole), name)
    const read = tableFromIPC(whole)
    for (const column of columns.filter(({ type }) => type === 'str')) {
      const values = [...(read.getChild(column.name) ?? [])]
      assert.deepEqual(values, valuesOf(arrowShop(100, 100), name, column.name))
    }
  }
})

test('a table without rows is a file', async () => {
  const file = await fileOf(everyVector(0, 1), 0, { blockRows: 10, batch: 10 })
  assert.equal(tableFromIPC(file).numRows, 0)
})
