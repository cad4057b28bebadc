import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Column, Field } from '#engine/table/table.ts'
import { prepare } from '../prepare.ts'
import { alikeLevels } from './alike-levels.ts'

const field = (name: string, type: Field['type']): Field => {
  return { name, type, semantic: null, decimals: 0, layout: null, zone: null }
}

/** 300 articles, two thirds of which three rows have each; their groups and prices, and chance. */
const COMMON = 100
const ARTICLES = 300
const sold = Array.from({ length: ARTICLES }, (_, article) =>
  Array.from({ length: article < COMMON ? 30 : 3 }, () => article),
).flat()
const priceOf = (article: number): number =>
  10 * ((article * 37) % 100) + (article < COMMON ? 0 : 1)
const columns: Column[] = [
  {
    kind: 'category',
    field: field('article', 'category'),
    codes: Int32Array.from(sold),
    levels: Array.from({ length: ARTICLES }, (_, i) => `article ${i}`),
  },
  {
    kind: 'category',
    field: field('group', 'category'),
    codes: Int32Array.from(sold, (article) => article % 5),
    levels: ['a', 'b', 'c', 'd', 'e'],
  },
  {
    kind: 'number',
    field: field('price', 'integer'),
    values: Float64Array.from(sold, priceOf),
  },
]
const table = { name: 'sales', rows: sold.length, columns }

test('a category of a long tail of levels is looked up by, and its rare levels give way to close ones', () => {
  const { targets, derived } = prepare(table, { seed: 1, ruleFor: () => ({ type: 'word' }) })
  assert.deepEqual(
    [targets, derived].map((list) => list.map(({ name }) => name)),
    [['article'], ['group', 'price']],
  )
  const [article] = targets
  const [group, price] = derived
  assert.ok(article?.kind === 'category' && article.levels === COMMON)
  assert.ok(group?.from.type === 'lookup' && 'codes' in group.from)
  assert.ok(price?.from.type === 'lookup' && 'values' in price.from)
  for (const [row, code] of article.codes.entries()) {
    const own = sold[row] as number
    if (own < COMMON) assert.equal(code, own)
    else {
      assert.equal(group.from.codes[code], own % 5)
      assert.equal(price.from.values[code], priceOf(own) - 1)
    }
  }
})

test('levels of which all says the same are equally alike, whatever is between them', () => {
  const alike = alikeLevels(new Map([[1, 0]]), table).get(0)
  assert.deepEqual(alike?.([0, 1, 2, 5, 7, 10])(200), [0, 5, 10])
  assert.deepEqual(alike?.([1, 2])(200), [1, 2])
})
