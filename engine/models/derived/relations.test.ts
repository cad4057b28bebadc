import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSeededRandom } from '#engine/random/seeded-random.ts'
import type { Column, Field, NumberColumn, Table } from '#engine/table/table.ts'
import { drawRows, learn } from '#engine/testing/learned.ts'
import { ALGORITHMS } from '../model-file.ts'
import { prepare } from '../prepare.ts'
import type { Conditions } from '../sampled.ts'
import { findRelations } from './relations.ts'

const ROWS = 2000
const ruleFor = () => ({ type: 'word' })

type Form = { decimals?: number; type?: Field['type'] }

function number(name: string, values: number[], { decimals = 0, type }: Form = {}): NumberColumn {
  const parts = { semantic: null, layout: null, zone: null, decimals }
  const field = { name, type: type ?? (decimals === 0 ? 'integer' : 'decimal'), ...parts } as const
  return { kind: 'number', field, values: Float64Array.from(values) }
}

const rounded = (value: number, decimals: number): number =>
  Math.round(value * 10 ** decimals) / 10 ** decimals

/** Amounts at prices less a discount, with a fee on top; degrees of two scales; calls that begin, last and end. */
function shopTable(): Table {
  const random = createSeededRandom(1, 'shop')
  const list = (of: (row: number) => number) => Array.from({ length: ROWS }, (_, row) => of(row))
  const amount = list(() => 1 + random.below(30))
  const price = list(() => rounded(0.5 + 40 * random.unit() ** 3, 2))
  const discount = list(() => [0, 0, 0, 0.1, 0.25][random.below(5)] as number)
  const net = list((row) => {
    const [a, b, c] = [amount, price, discount].map((column) => column[row] as number)
    return rounded((a as number) * (b as number) * (1 - (c as number)), 2)
  })
  const fee = list((row) => ((net[row] as number) > 60 ? 0 : 4.95))
  const celsius = list(() => rounded(15 + 8 * random.normal(), 1))
  const began = list(() => 1_600_000_000 + random.below(40_000_000))
  const minutes = list(() => (random.unit() < 0.1 ? Number.NaN : 1 + random.below(90)))
  const of = (column: number[], row: number): number => column[row] as number
  const columns: Column[] = [
    number('amount', amount),
    number('price', price, { decimals: 2 }),
    number('discount', discount, { decimals: 2 }),
    number('net', net, { decimals: 2 }),
    number('fee', fee, { decimals: 2 }),
    number(
      'total',
      list((row) => of(net, row) + of(fee, row) + 1),
      { decimals: 2 },
    ),
    number(
      'each',
      list((row) => rounded(of(net, row) / of(amount, row), 3)),
      { decimals: 3 },
    ),
    number('celsius', celsius, { decimals: 1 }),
    number(
      'fahrenheit',
      list((row) => rounded(1.8 * of(celsius, row) + 32, 1)),
      { decimals: 1 },
    ),
    number('began', began, { type: 'datetime' }),
    number('minutes', minutes),
    number(
      'ended',
      list((row) => of(began, row) + 60 * of(minutes, row)),
      { type: 'datetime' },
    ),
  ]
  return { name: 'shop', rows: ROWS, columns }
}

const table = shopTable()
const at = (name: string): number => table.columns.findIndex(({ field }) => field.name === name)

test('formulas of two and three operands, lines and lengths of time are found', () => {
  const found = findRelations(table.columns, new Map())
  assert.deepEqual(
    new Set(found.keys()),
    new Set(['net', 'total', 'each', 'fahrenheit', 'ended'].map(at)),
  )
  const line = { form: 'linear', first: at('celsius'), unit: 1.8, offset: 32 }
  assert.deepEqual(found.get(at('fahrenheit')), line)
  assert.equal(found.get(at('total'))?.offset, 1)
  const product = { form: 'product', first: at('amount'), second: at('price'), unit: 1, offset: 0 }
  const net = { form: 'product', first: product, second: at('discount'), unit: -1, offset: 1 }
  assert.deepEqual(found.get(at('net')), net)
  assert.equal(found.get(at('each'))?.form, 'ratio')
  assert.equal(found.get(at('ended'))?.unit, 60)
})

test('a single row that differs, or nulls of its own, and a column is learned', () => {
  const changed = (name: string, value: number): Table => {
    const columns = table.columns.map((column) => {
      if (column.field.name !== name || column.kind !== 'number') return column
      return { ...column, values: column.values.with(777, value) }
    })
    return { ...table, columns }
  }
  for (const value of [1234, Number.NaN])
    assert.ok(!findRelations(changed('total', value).columns, new Map()).has(at('total')))
  assert.ok(!findRelations(changed('minutes', Number.NaN).columns, new Map()).has(at('ended')))
  const { targets } = prepare(changed('total', 1234), { seed: 1, ruleFor })
  assert.ok(targets.some(({ name }) => name === 'total'))
  assert.ok(!targets.some(({ name }) => name === 'net'))
})

async function draw(algorithm: (typeof ALGORITHMS)[number], conditions: Conditions = {}) {
  const file = await learn(table, algorithm, { seed: 1, epochs: 2 })
  const { numbersOf: valuesOf } = await drawRows(file, [ROWS], { seed: 2, conditions })
  const share = (name: string, decimals: number, of: (row: Record<string, number>) => number) => {
    const known = Object.fromEntries(
      table.columns.map(({ field }) => [field.name, valuesOf(field.name)]),
    )
    const fits = valuesOf(name).filter((value, row) => {
      const values = Object.entries(known).map(([key, list]) => [key, list[row] as number] as const)
      const wanted = of(Object.fromEntries(values))
      return Object.is(value, Number.NaN)
        ? Number.isNaN(wanted)
        : Math.abs(value - wanted) < 0.5001 * 10 ** -decimals + 1e-9
    })
    return fits.length / ROWS
  }
  return { valuesOf, share }
}

for (const algorithm of ALGORITHMS)
  test(`${algorithm} keeps formulas in rows within the ends of the data`, async () => {
    const { share, valuesOf } = await draw(algorithm)
    const shares = [
      share(
        'net',
        2,
        (row) => (row['amount'] ?? 0) * (row['price'] ?? 0) * (1 - (row['discount'] ?? 0)),
      ),
      share('total', 2, (row) => (row['net'] ?? 0) + (row['fee'] ?? 0) + 1),
      share('each', 3, (row) => (row['net'] ?? 0) / (row['amount'] ?? 0)),
      share('fahrenheit', 1, (row) => 1.8 * (row['celsius'] ?? 0) + 32),
      share('ended', 0, (row) => (row['began'] ?? 0) + 60 * (row['minutes'] ?? 0)),
    ]
    // Those that barely learned bring more of them beyond the ends, where they are folded back.
    for (const found of shares) assert.ok(found > 0.94, shares.join(' '))
    const net = (table.columns[at('net')] as NumberColumn).values
    for (const value of valuesOf('net')) assert.ok(value >= 0 && value <= Math.max(...net))
  })

test('rows are asked for by what follows', async () => {
  const asked: [string, { min: number; max: number }][] = [
    ['net', { min: 100, max: 140 }],
    ['total', { min: 20, max: 30 }],
    ['each', { min: 2, max: 3 }],
    ['fahrenheit', { min: 50, max: 60 }],
  ]
  for (const [name, range] of asked) {
    const { valuesOf } = await draw('gaussian_copula', { ranges: { [name]: range } })
    assert.ok(
      valuesOf(name).every((value) => value >= range.min && value <= range.max),
      name,
    )
  }
})
