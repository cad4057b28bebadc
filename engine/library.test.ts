import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openDataset, openModelDataset } from './library.ts'
import { fileOf } from './testing/bytes.ts'
import { peopleModel } from './testing/small-model.ts'

const SHOP = `
seed: 7
tables:
  - name: customers
    rows: 2500
    columns:
      - {name: id, type: int, constraints: [PK]}
      - {name: name, type: str, rule: full_name}
  - name: orders
    columns:
      - {name: id, type: int, constraints: [PK]}
      - {name: customer, type: int, constraints: [FK]}
    foreign_keys:
      - {parent_table: customers, parent_column: id, child_column: customer, children: 2}
`

async function textOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const piece of pieces) parts.push(piece)
  return Buffer.concat(parts).toString()
}

test('bytes are the files of a job with the same config', async () => {
  const dataset = await openDataset(SHOP, { chunkRows: 700 })
  for (const table of dataset.tables)
    assert.equal(await textOf(table.bytes()), fileOf(dataset.config, table.name))
  const whole = await openDataset(SHOP)
  assert.equal(await textOf(whole.table('orders').bytes()), fileOf(dataset.config, 'orders'))
})

test('values come in any range, lazily', async () => {
  const dataset = await openDataset(SHOP)
  assert.deepEqual(
    dataset.tables.map(({ name, rows }) => [name, rows]),
    [
      ['customers', 2500],
      ['orders', 5000],
    ],
  )
  const all = [...dataset.table('customers').values()]
  assert.equal(all.length, 2500)
  assert.deepEqual(
    [...dataset.table('customers').values({ from: 1020, to: 1030 })],
    all.slice(1020, 1030),
  )
  assert.deepEqual(
    [...dataset.table('customers').values({ from: 2498, to: 9999 })],
    all.slice(2498),
  )
  assert.deepEqual(dataset.table('orders').values({ from: 4999 }).next().value, [5000, 2500])
  assert.throws(() => dataset.table('nobody'), { code: 'not_found' })
})

test('a config with mistakes is refused with all of them', async () => {
  const wrong = SHOP.replace('full_name', 'ful_name').replace('children: 2', 'children: -2')
  await assert.rejects(openDataset(wrong), (error: Error & { problems: object[] }) => {
    assert.equal(error.problems.length, 2)
    return true
  })
})

test('the moment is asked for where rules count from it, and only there', async () => {
  const recent = (head = '') =>
    `${head}
tables: [{name: t, rows: 2, columns: [{name: d, type: date, rule: {type: date, last: 5 days}}]}]`
  await assert.rejects(openDataset(recent()), { code: 'invalid_request', message: /pass now/ })
  const { config } = await openDataset(recent(), { now: new Date('2026-03-01T12:00:00Z') })
  assert.equal(config.now, Date.UTC(2026, 2, 1, 12) / 1000)
  await openDataset(recent('now: "2026-01-01T00:00:00Z"'))
})

test('a random seed is recorded, so that the same rows can be made again', async () => {
  const source = SHOP.replace('seed: 7', '')
  const first = await openDataset(source)
  const again = await openDataset(source, { seed: first.config.seed })
  assert.deepEqual(again.config, first.config)
  assert.notEqual((await openDataset(source)).config.seed, first.config.seed)
})

test('plug-ins run without more ado', async () => {
  const dataset = await openDataset({
    plugins: { p: 'function f({ row }) { return row * row }' },
    tables: [
      {
        name: 't',
        rows: 4,
        columns: [{ name: 'c', type: 'int', rule: { type: 'custom', plugin: 'p', function: 'f' } }],
      },
    ],
  })
  assert.deepEqual([...dataset.table('t').values()].flat(), [0, 1, 4, 9])
})

test('rows of a model come as values, batches and files of any cut', async () => {
  const file = await peopleModel()
  const asked = { rows: 5000, seed: 3, conditions: { plan: 'paid' }, now: new Date(0) }
  const dataset = await openModelDataset(file, asked)
  const [table] = dataset.tables
  assert.ok(table)
  const rows = await Array.fromAsync(table.stream())
  assert.equal(rows.length, 5000)
  assert.ok(rows.every((row) => row[2] === 'paid'))
  assert.deepEqual(
    await Array.fromAsync(table.stream({ from: 4000, to: 4003 })),
    rows.slice(4000, 4003),
  )
  assert.throws(() => table.values().next(), { code: 'unsupported' })
  let at = 0
  for await (const batch of table.batches({ batchRows: 1100 })) {
    assert.equal(batch.getChild('plan')?.get(0), 'paid')
    assert.equal(batch.getChild('id')?.get(5), rows[at + 5]?.[0])
    at += batch.numRows
  }
  assert.equal(at, 5000)
  const cut = await openModelDataset(file, { ...asked, chunkRows: 777 })
  const bytes = async ({ tables: [of] }: typeof dataset) =>
    Buffer.concat(await Array.fromAsync(of?.bytes() ?? []))
  assert.deepEqual(await bytes(cut), await bytes(dataset))
  await dataset.close()
  await cut.close()
})
