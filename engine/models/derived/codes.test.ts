import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSeededRandom } from '#engine/random/seeded-random.ts'
import type { Column, Field, Table } from '#engine/table/table.ts'
import { drawRows, learn } from '#engine/testing/learned.ts'
import { ALGORITHMS, decodeModelFile } from '../model-file.ts'
import { prepare } from '../prepare.ts'
import type { Conditions } from '../sampled.ts'

const ROWS = 4000
const PRODUCTS = 90
const ruleFor = () => ({ type: 'word' })

const field = (name: string, type: Field['type'], more: Partial<Field> = {}): Field => {
  return { name, type, semantic: null, decimals: 0, layout: null, zone: null, ...more }
}
const number = (of: Field, values: Float64Array): Column => ({ kind: 'number', field: of, values })
const levels = (name: string, codes: Int32Array, prefix: string): Column => {
  const names = Array.from({ length: 100 }, (_, i) => `${prefix} ${i}`)
  return { kind: 'category', field: field(name, 'category'), codes, levels: names }
}

const random = createSeededRandom(8, 'shop')
const prices = Array.from({ length: PRODUCTS }, () => (1 + random.below(4000)) / 20)
const kinds = Array.from({ length: PRODUCTS }, () => random.below(9))
const items = Int32Array.from({ length: ROWS }, () => Math.floor(PRODUCTS * random.unit() ** 1.2))
/** Product 4711 is that of two rows. */
const products = Float64Array.from(items, (item, row) => (row < 2 ? 4711 : 100 + 3 * item))
const ages = Float64Array.from(items, (item) => 20 + (item % 7) + random.below(60))

/** Price and kind belong to a product, a bracket to ages. */
const shop: Table = {
  ...{ name: 'shop', rows: ROWS },
  columns: [
    number(field('product', 'integer'), products),
    number(
      field('price', 'decimal', { decimals: 2 }),
      Float64Array.from(items, (item, row) => prices[row < 2 ? 0 : item] as number),
    ),
    levels(
      'kind',
      items.map((item, row) => kinds[row < 2 ? 0 : item] as number),
      'kind',
    ),
    number(field('age', 'integer'), ages),
    levels(
      'bracket',
      Int32Array.from(ages, (age) => Math.floor(age / 20)),
      'from',
    ),
    number(
      field('pieces', 'integer'),
      Float64Array.from(items, (item) => 1 + (item % 5) * random.below(4)),
    ),
  ],
}

for (const algorithm of ALGORITHMS)
  test(`${algorithm}: what a code determines is looked up, and no code is drawn that hardly any row has`, async () => {
    const file = await learn(shop, algorithm)
    const { rows } = await drawRows(file, [1500])
    for (const [product, price, kind] of rows) {
      const item = (Number(product) - 100) / 3
      assert.ok(Number.isInteger(item) && item >= 0 && item < PRODUCTS, String(product))
      assert.equal(price, prices[item])
      assert.equal(kind, `kind ${kinds[item]}`)
    }
    const { columns, derived, encoder } = decodeModelFile(file)
    assert.doesNotMatch(JSON.stringify([columns, derived, encoder]), /[[,:"]4711[\],"}]/)
    const asked: Conditions = { ranges: { product: { min: 150, max: 180 } } }
    const within = await drawRows(file, [400], { conditions: asked })
    assert.ok(within.rows.every(([product]) => Number(product) >= 150 && Number(product) <= 180))
    assert.deepEqual((await drawRows(file, [77, 400], { conditions: asked })).rows, within.rows)
    const conditions = { ranges: { price: { min: 1, max: 100 } } }
    assert.equal((await drawRows(file, [1500], { conditions })).rows.length, 1500)
  })

const derivedOf = (columns: Column[]): string[] =>
  prepare({ name: 't', rows: ROWS, columns }, { seed: 1, ruleFor }).derived.map(({ name }) => name)

test('what is counted or measured stays a number, unless it has few values', () => {
  assert.deepEqual(derivedOf([...shop.columns]), ['product', 'price', 'kind'])
  const squares = number(
    field('square', 'integer'),
    products.map((product) => Math.floor(product ** 2 / 50)),
  )
  assert.deepEqual(derivedOf([shop.columns[0] as Column, squares]), [])
  const rating = Float64Array.from(items, (item) => item % 5)
  const word = levels(
    'word',
    items.map((item) => Math.floor((item % 5) / 2)),
    'word',
  )
  assert.deepEqual(derivedOf([number(field('rating', 'integer'), rating), word]), [
    'rating',
    'word',
  ])
})

test('a category is the key of a code that it determines, nulls of codes are values, and personal ones are no keys', () => {
  const named = levels('name', items, 'shop')
  const kind = shop.columns[2] as Column
  const same = Float64Array.from(items, (item) => 100 + ((item * 7) % PRODUCTS))
  const clean = levels(
    'kind',
    items.map((item) => kinds[item] as number),
    'kind',
  )
  const byName = prepare(
    { name: 't', rows: ROWS, columns: [number(field('shop', 'integer'), same), named, clean] },
    { seed: 1, ruleFor },
  )
  assert.deepEqual(
    byName.targets.map(({ name }) => name),
    ['name'],
  )
  const some = Float64Array.from(same, (code, row) => (row % 10 === 0 ? Number.NaN : code))
  const told = levels(
    'told',
    items.map((item, row) => (row % 10 === 0 ? -1 : (kinds[item] as number))),
    'kind',
  )
  const found = prepare(
    { name: 't', rows: ROWS, columns: [number(field('code', 'integer'), some), told] },
    { seed: 1, ruleFor },
  )
  const [code] = found.derived
  assert.ok(code?.kind === 'numeric' && code.from.type === 'lookup')
  assert.equal(code.from.values.at(-1), null)
  const personal = number(field('phone', 'integer', { semantic: 'phone' }), same)
  assert.deepEqual(derivedOf([personal, kind]), [])
})
