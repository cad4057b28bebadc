import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSeededRandom } from '#engine/random/seeded-random.ts'
import type { NumberColumn, Table } from '#engine/table/table.ts'
import { drawRows, learn } from '#engine/testing/learned.ts'
import { number } from '#engine/testing/small-tables.ts'
import { ALGORITHMS } from '../model-file.ts'
import { nearProducts } from './near-products.ts'

const ROWS = 2000

const random = createSeededRandom(6, 'charges')
const list = (of: (row: number) => number) => Array.from({ length: ROWS }, (_, row) => of(row))
const cents = (value: number): number => Math.round(100 * value) / 100
const months = list(() => random.below(72))
const monthly = list(() => cents(20 + 80 * random.unit()))
const charged = (spread: number) =>
  list((row) => {
    if (random.unit() < 0.05) return Number.NaN
    return cents(
      (months[row] as number) * (monthly[row] as number) * Math.exp(spread * random.normal()),
    )
  })
const total = charged(0.02)
const columns = [
  number('months', months),
  number('monthly', monthly, 'decimal', 2),
  number('total', total, 'decimal', 2),
]
const table: Table = { name: 'charges', rows: ROWS, columns }

test('what is nearly a product of two, or another number, is found', () => {
  const found = (last: NumberColumn) => [...nearProducts([...columns.slice(0, 2), last], ROWS)]
  assert.deepEqual(found(number('total', total, 'decimal', 2)), [[2, { first: 0, second: 1 }]])
  assert.deepEqual(found(number('wide', charged(0.2), 'decimal', 2)), [])
  const other = list((row) => cents((monthly[row] as number) * (1 + 0.01 * random.unit())))
  assert.deepEqual(found(number('other', other, 'decimal', 2)), [[2, { first: 1 }]])
  const something = total.map((value, row) => (months[row] === 0 ? 5 : value))
  assert.deepEqual(found(number('something', something, 'decimal', 2)), [])
  assert.deepEqual(found(number('below', total.with(3, -1), 'decimal', 2)), [])
  assert.deepEqual(
    found(
      number(
        'heaped',
        total.map((value) => Math.min(value, 5000)),
        'decimal',
        2,
      ),
    ),
    [],
  )
})

for (const algorithm of ALGORITHMS)
  test(`${algorithm} keeps it near, with as many nulls`, async () => {
    const file = await learn(table, algorithm, { seed: 1 })
    const { columns: drawn } = await drawRows(file, [ROWS], { seed: 2 })
    const [held, each, all] = drawn as number[][]
    const nulls = (all as number[]).filter((value) => Number.isNaN(value)).length / ROWS
    assert.ok(Math.abs(nulls - 0.05) < 0.03, String(nulls))
    const near = (all as number[]).filter((value, row) => {
      const product = (held?.[row] as number) * (each?.[row] as number)
      return Number.isNaN(value) || Math.abs(value - product) <= 0.1 * product + 0.01
    })
    assert.ok(near.length > 0.97 * ROWS, String(near.length))
  })
