import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSeededRandom } from '#engine/random/seeded-random.ts'
import type { NumberColumn, Table } from '#engine/table/table.ts'
import { drawRows, learn } from '#engine/testing/learned.ts'
import { number } from '#engine/testing/small-tables.ts'
import { ALGORITHMS } from '../model-file.ts'
import { numberOrders } from './number-orders.ts'

const ROWS = 2000

const random = createSeededRandom(4, 'drivers')
const list = (of: (row: number) => number) => Array.from({ length: ROWS }, (_, row) => of(row))
const held = list(() => random.below(60))
const age = list((row) => (held[row] as number) + 18 + random.below(5) * random.below(3))
const low = list(() => Math.round(100 * Math.exp(4 + random.normal())) / 100)
const high = list((row) =>
  random.unit() < 0.1
    ? Number.NaN
    : Math.round(100 * (low[row] as number) * (1 + 0.02 * random.unit())) / 100,
)
const table: Table = {
  name: 'drivers',
  rows: ROWS,
  columns: [
    number('age', age),
    number('held', held),
    number('low', low, 'decimal', 2),
    number('high', high, 'decimal', 2),
  ],
}

const orders = (columns: readonly (NumberColumn | null)[]): [number, number][] => [
  ...numberOrders(columns, ROWS),
]

test('numbers that lie close above others are found', () => {
  const columns = table.columns as NumberColumn[]
  assert.deepEqual(orders(columns), [
    [0, 1],
    [3, 2],
  ])
  const [ages, years, prices] = columns as [NumberColumn, NumberColumn, NumberColumn]
  assert.deepEqual(orders([{ ...ages, values: ages.values.with(9, 0) }, years]), [])
  assert.deepEqual(
    orders([
      number(
        'far',
        list((row) => 40 * random.unit() + (held[row] as number)),
      ),
      years,
    ]),
    [],
  )
  const fives = ages.values.map((value) => 5 * Math.ceil(value / 5))
  assert.deepEqual(orders([number('fives', [...fives]), years]), [])
  const heaped = ages.values.map((value) => (value > 60 ? Math.max(value, 80) : value))
  assert.deepEqual(orders([number('heaped', [...heaped]), years]), [])
  assert.deepEqual(orders([ages, prices, null]), [])
})

for (const algorithm of ALGORITHMS)
  test(`${algorithm} keeps them above and close`, async () => {
    const file = await learn(table, algorithm, { seed: 1 })
    const { columns } = await drawRows(file, [ROWS], { seed: 2 })
    const [ages, years, least, most] = columns as number[][]
    const gaps = (ages as number[]).map((value, row) => value - (years?.[row] as number))
    assert.ok(gaps.every((gap) => gap >= 17 && gap <= 18 + 8))
    const nulls = (most as number[]).filter((value, row) => {
      assert.ok(!(value < (least?.[row] as number)))
      return Number.isNaN(value)
    })
    assert.ok(Math.abs(nulls.length / ROWS - 0.1) < 0.05, String(nulls.length))
  })
