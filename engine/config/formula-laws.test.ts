import assert from 'node:assert/strict'
import { test } from 'node:test'
import { valuesOf } from '#engine/testing/bytes.ts'
import { assertRandomAccess, fileOfAnyCut } from '#engine/testing/cuts.ts'
import { resolveText } from '#engine/testing/resolve.ts'
import { parseConfig } from './parse.ts'

const ROWS = 40_000

const table = (type: string, rule: string, rows = ROWS) => `
seed: 4
tables:
- name: shops
  rows: 3
  columns:
  - {name: id, type: int, constraints: [PK]}
  - {name: factor, type: float, rule: {type: choice, value: [1, 2]}}
- name: t
  rows: ${rows}
  columns:
  - {name: shop, type: int, constraints: [FK]}
  - {name: price, type: decimal, rule: {type: choice, value: [10, 100]}}
  - {name: whole, type: int, rule: {type: range, min: -5, max: 5}}
  - {name: x, type: "${type}", rule: ${rule}}
  foreign_keys: [{parent_table: shops, child_column: shop}]
`

const drawn = (type: string, rule: string) => {
  const config = resolveText(table(type, rule))
  const [x, price] = ['x', 'price'].map((name) => valuesOf(config, 't', name) as number[])
  return (x ?? []).map((value, i) => ({ value, price: price?.[i] as number }))
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, one) => sum + one, 0) / values.length

test('the mean of a law follows a formula of the row', () => {
  for (const [type, rule, expected] of [
    ['float', '{type: normal, mean: "price * 2", stddev: "price / 10"}', 2],
    ['decimal(12,4)', '{type: normal, mean: price, stddev: 1}', 1],
    ['int', '{type: truncated_normal, mean: "price * 3", stddev: 1}', 3],
    ['float', '{type: exponential, mean: price}', 1],
    ['float', '{type: exponential, rate: "1 / price"}', 1],
    ['float', '{type: gamma, shape: 2, scale: price}', 2],
    ['float', '{type: gamma, shape: 2, rate: "1 / price"}', 2],
    ['float', '{type: uniform, min: price, max: "price * 3"}', 2],
    ['int', '{type: range, min: 0, max: "price * 2"}', 1],
  ] as const) {
    const rows = drawn(type, rule)
    for (const price of [10, 100]) {
      const of = rows.filter((row) => row.price === price).map(({ value }) => value)
      const ratio = mean(of) / price
      assert.ok(Math.abs(ratio / expected - 1) < 0.04, `${type} ${rule}: ${ratio} for ${price}`)
    }
  }
})

test('bounds that are formulas hold in every row', () => {
  for (const { value, price } of drawn('int', '{type: range, min: "price / 3", max: "price / 2"}'))
    assert.ok(Number.isInteger(value) && value * 3 >= price && value * 2 <= price)
  for (const { value, price } of drawn('decimal(9,2)', '{type: range, min: price, max: 200}'))
    assert.ok(value >= price && value <= 200)
})

test('columns of the parent may be named, and bytes do not depend on cuts', () => {
  const config = resolveText(
    table('float', '{type: normal, mean: "price * parent.factor", stddev: 1}', 2_000),
  )
  fileOfAnyCut(config, 't')
  assertRandomAccess(config, 't', 'x')
})

test('formulas that would change a shape, and those of other rules, are refused with the place', () => {
  for (const [rule, place, message] of [
    ['{type: poisson, mean: "price * 2"}', 'mean', /changes the shape of the law/],
    ['{type: gamma, shape: price}', 'shape', /changes the shape/],
    ['{type: beta, alpha: price, beta: 2}', 'alpha', /changes the shape/],
    [
      '{type: normal, mean: price, stddev: 1, min: 0}',
      'min',
      /min does not go with a formula in mean/,
    ],
    ['{type: range, min: price, max: 200, step: 5}', 'step', /step does not go/],
    ['{type: normal, mean: "pric * 2", stddev: 1}', 'mean', /pric/],
    ['{type: normal, mean: x, stddev: 1}', '', /x -> x|circle|itself/],
    ['{type: normal, mean: "5", stddev: 1}', 'mean', /number/],
    ['{type: normal, mean: price}', 'mean', /stddev|number/],
    ['{type: normal, mean: price, stddev: 1, decimals: 40}', 'decimals', /decimals/],
    ['{type: normal, mean: price, stddev: true}', 'mean', /bool|number/],
    ['{type: normal, mean: "price *", stddev: 1}', 'mean', /number/],
  ] as const) {
    const [problem] = parseConfig(table('float', rule)).problems
    assert.match(problem?.message ?? '', message, rule)
    assert.ok(problem?.path.endsWith(place), `${rule}: ${problem?.path}`)
  }
  const nested = '{type: mixture, parts: [{rule: {type: normal, mean: price, stddev: 1}}]}'
  assert.notDeepEqual(parseConfig(table('float', nested)).problems, [])
  const children = parseConfig(
    table('float', 'uniform')
      .replace(
        'child_column: shop',
        'child_column: shop, children: {type: normal, mean: factor, stddev: 1}',
      )
      .replace(`rows: ${ROWS}`, ''),
  )
  assert.notDeepEqual(children.problems, [])
})
