import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type RecordBatch, RecordBatchStreamWriter, tableFromIPC } from 'apache-arrow'
import { compile } from '#engine/compile.ts'
import type { ResolvedConfig, Scalar } from '#engine/config/types.ts'
import { openDataset } from '#engine/library.ts'
import { planConfig } from '#engine/plan.ts'
import { arrowScalar } from '#engine/testing/arrow-scalar.ts'
import { bytesOfFile } from '#engine/testing/bytes.ts'
import { everyType } from '#engine/testing/every-type.ts'
import { createBatchMaker } from './record-batches.ts'

const ROWS = 3000
const CONFIG = everyType(['a', 'b'], ['x', 'Zoë', '', '😀'], { rows: ROWS })
const [TABLE] = CONFIG.tables

const compiled = (config: ResolvedConfig = CONFIG, batchRows = 700) =>
  compile(config, planConfig(config), { batchRows }).table(TABLE?.name ?? '')

function rowsOf(batch: RecordBatch): Scalar[][] {
  return Array.from({ length: batch.numRows }, (_, i) =>
    (TABLE?.columns ?? []).map(({ name, type, scale, rule }) => {
      const digits = scale ?? (rule?.type === 'range' ? rule.decimals : 0)
      return arrowScalar(batch.getChild(name)?.get(i), type, digits)
    }),
  )
}

test('batches of any range have the values of the rows', () => {
  const table = compiled()
  const make = createBatchMaker(table)
  for (const [from, to] of [
    [0, 1],
    [0, ROWS],
    [699, 701],
    [2999, 3000],
    [1234, 2345],
  ] as const) {
    for (const reuse of [false, true]) {
      assert.deepEqual(rowsOf(make(from, to, { reuse })), table.values(from, to))
    }
  }
})

test('a batch is the caller’s own, or lies in memory that the next one takes', () => {
  const make = createBatchMaker(compiled())
  const own = make(0, 100, { reuse: false })
  const before = rowsOf(own)
  const lent = make(0, 100, { reuse: true })
  make(100, 200, { reuse: true })
  assert.deepEqual(rowsOf(own), before)
  assert.notDeepEqual(rowsOf(lent), before)
})

test('batches written as a stream say what the engine’s own stream says', async () => {
  const make = createBatchMaker(compiled())
  const batches = [make(0, 1000, { reuse: false }), make(1000, ROWS, { reuse: false })]
  const written = tableFromIPC(RecordBatchStreamWriter.writeAll(batches).toUint8Array(true))
  const arrow = { container: 'stream', compression: 'none' } as const
  const output = { format: 'arrow', block_rows: 1000, arrow } as const
  const engine = tableFromIPC(await bytesOfFile({ ...CONFIG, output }, TABLE?.name ?? ''))
  assert.equal(String(written.schema), String(engine.schema))
  assert.deepEqual(written.toArray().map(String), engine.toArray().map(String))
})

test('the library gives them one after the other, and refuses sizes that are none', async () => {
  const dataset = await openDataset({
    seed: 3,
    rows: 100,
    fields: [
      { name: 'id', type: 'int', constraints: ['PK'] },
      { name: 'plan', type: 'str', rule: { type: 'choice', value: ['free', 'pro'] } },
    ],
  })
  const data = dataset.table('data')
  const sizes: number[] = []
  const rows: Scalar[][] = []
  for await (const batch of data.batches({ from: 5, to: 1000, batchRows: 40 })) {
    sizes.push(batch.numRows)
    for (const row of batch) rows.push([Number(row?.['id']), row?.['plan'] as string])
  }
  assert.deepEqual(sizes, [40, 40, 15])
  assert.deepEqual(rows, [...data.values({ from: 5 })])
  for (const batchRows of [0, 1.5, 100_001]) {
    const first = data.batches({ batchRows })[Symbol.asyncIterator]().next()
    await assert.rejects(first, { code: 'invalid_request', message: /batchRows/ })
  }
  for await (const batch of data.batches({ from: 100 })) assert.fail(String(batch.numRows))
})
