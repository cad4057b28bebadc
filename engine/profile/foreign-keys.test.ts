import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSeededRandom } from '#engine/random/seeded-random.ts'
import type { Table } from '#engine/table/table.ts'
import { generateTable } from '#engine/testing/generated-table.ts'
import { number, tableOf, text, times } from '#engine/testing/small-tables.ts'
import { configFromProfiles } from './config-from-profile.ts'
import { findForeignKeys } from './foreign-keys.ts'
import { profileTable } from './profiler.ts'

test('foreign keys are found, and their children come as often', async () => {
  const random = createSeededRandom(3, 'keys')
  const codes = times(400, (row) => `C${String((row * 7919) % 100_000).padStart(5, '0')}`)
  const customers = {
    ...tableOf(
      [
        text('id', codes, 'id'),
        number(
          'age',
          times(400, (row) => 18 + (row % 50)),
        ),
      ],
      400,
    ),
    name: 'customers',
  }
  const refs = times(2000, () => codes[Math.floor(random.unit() ** 2 * 400)] as string)
  const orders = {
    ...tableOf(
      [
        number(
          'order_id',
          times(2000, (row) => row + 1),
        ),
        text('customer_id', refs, 'id'),
        number(
          'size',
          refs.map((_, row) => row % 5),
        ),
      ],
      2000,
    ),
    name: 'orders',
  }
  const profiled = [customers, orders].map((table) => profileTable(table))
  const keys = findForeignKeys(profiled)
  assert.deepEqual(
    keys.map(({ child, parent, inclusion }) => [child, parent, inclusion]),
    [[{ table: 'orders', column: 'customer_id' }, { table: 'customers', column: 'id' }, 1]],
  )
  const config = configFromProfiles(
    profiled.map(({ profile }) => profile),
    keys,
  )
  const child = await generateTable(
    config,
    orders.columns.map(({ field }) => field),
    'orders',
  )
  const parent = await generateTable(
    config,
    customers.columns.map(({ field }) => field),
    'customers',
  )
  const again = findForeignKeys([parent, child].map((table) => profileTable(table)))
  assert.equal(again.length, 1)
  assert.ok(Math.abs(child.rows - 2000) < 300, `${child.rows} rows`)
  const real = new Set(codes)
  const column = child.columns[1]
  assert.ok(column?.kind === 'text')
  assert.ok(column.values.filter((value) => real.has(value ?? '')).length < 0.02 * child.rows)
})

test('sketches of many values tell whether they are among others', () => {
  const rows = 90_000
  const ids = (from: number, step: number): Table =>
    tableOf(
      [
        number(
          'item_id',
          times(rows, (row) => from + row * step),
        ),
      ],
      rows,
    )
  const [parent, child, other] = [ids(0, 1), ids(0, 1), ids(45_000, 1)].map((table, at) =>
    profileTable({ ...table, name: ['items', 'sales', 'strangers'][at] as string }),
  )
  assert.ok(parent && child && other)
  assert.equal(findForeignKeys([parent, child]).length, 2)
  assert.equal(findForeignKeys([parent, other]).length, 0)
})
