import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { valuesOf } from '#engine/testing/bytes.ts'
import { column, configOf, table } from '#engine/testing/configs.ts'
import { assertRandomAccess, fileOfAnyCut } from '#engine/testing/cuts.ts'
import { configOfColumns, numbersOf } from '#engine/testing/drawn.ts'
import { correlation } from '#engine/testing/goodness.ts'

const MIXTURE =
  'mixture, min: 2, max: 60, parts: [{weight: 2, rule: {type: gamma, shape: 2, scale: 5}}, {rule: {type: mixture, parts: [{rule: {type: range, min: 50, max: 70}}, {rule: {type: constant, value: 3}}]}}]'

const COLUMNS = [
  'a, type: float, rule: {type: uniform}',
  'b, type: decimal, rule: {type: exponential, mean: 40}',
  'c, type: int, rule: {type: gamma, shape: 2, scale: 10, max: 90}',
  'd, type: float, rule: {type: beta, alpha: 0.5, beta: 2}',
  'e, type: "decimal(12,4)", rule: {type: pareto, shape: 2, scale: 3, max: 1000}',
  'f, type: float, rule: {type: weibull, shape: 1.5}',
  'g, type: int, rule: {type: poisson, mean: 7}',
  'h, type: float, rule: {type: binomial, n: 12, p: 0.25}',
  'i, type: decimal, rule: {type: geometric, p: 0.2}',
  'j, type: int, rule: {type: zipf, s: 1.1, n: 100000}',
  'k, type: int, rule: {type: histogram, edges: [0, 10, 100], counts: [3, 1]}',
  `l, type: float, rule: {type: ${MIXTURE}}`,
  `m, type: int, rule: {type: ${MIXTURE}}, nullable: 0.1`,
]

test('columns of laws do not depend on how rows are cut', () => {
  const config = configOfColumns(COLUMNS, 2000)
  fileOfAnyCut(config, 't')
  for (const name of 'acdgjklm') assertRandomAccess(config, 't', name)
})

test('values have the digits of their column and lie within their bounds', () => {
  const config = configOfColumns(COLUMNS, 20_000)
  const values = (name: string) => valuesOf(config, 't', name) as number[]
  assert.ok(values('a').every((x) => x >= 0 && x <= 1 && /^\d(\.\d{1,4})?$/.test(String(x))))
  assert.ok(values('c').every((x) => Number.isInteger(x) && x >= 0 && x <= 90))
  assert.ok(values('e').every((x) => x >= 3 && x <= 1000))
  assert.ok(values('h').every((x) => Number.isInteger(x) && x >= 0 && x <= 12))
  assert.ok(values('k').every((x) => Number.isInteger(x) && x >= 0 && x < 100))
  assert.ok(values('l').every((x) => x >= 2 && x <= 60))
  const whole = values('m').filter((x) => x !== null)
  assert.ok(whole.length < 19_000 && whole.every((x) => Number.isInteger(x) && x >= 2 && x <= 60))
})

test('laws that go beyond what a column holds stop at its bounds', () => {
  const { MAX_SAFE_INTEGER } = Number
  const rule = { type: 'normal', mean: 1e18, stddev: 1, min: null, max: null } as const
  const config = configOf([
    table('t', 3, [
      column('up', 'int', { ...rule, decimals: 0 }),
      column('down', 'int', { ...rule, mean: -1e18, decimals: 0 }),
      column('far', 'float', { ...rule, decimals: 2 }),
    ]),
  ])
  assert.deepEqual(
    valuesOf(config, 't', 'up'),
    Array.from({ length: 3 }, () => MAX_SAFE_INTEGER),
  )
  assert.deepEqual(
    valuesOf(config, 't', 'down'),
    Array.from({ length: 3 }, () => -MAX_SAFE_INTEGER),
  )
  assert.deepEqual(valuesOf(config, 't', 'far'), [1e18, 1e18, 1e18])
  const heavy = configOfColumns(['x, type: float, rule: {type: pareto, shape: 0.001}'], 2000)
  assert.ok((valuesOf(heavy, 't', 'x') as number[]).every(Number.isFinite))
})

test('a mixture that hardly ever meets its bounds says how much of it does', () => {
  const rule = 'mixture, min: 50, parts: [{rule: {type: normal, mean: 0, stddev: 1}}]'
  const config = configOfColumns([`x, type: int, rule: {type: ${rule}}`], 10)
  const message = /column x: of the mixture only a share of 0\.0 lies within its bounds/
  assert.throws(() => valuesOf(config, 't', 'x'), { code: 'generation_failed', message })
})

suite('no correlation, at one in 1,000', () => {
  const rows = 500_000
  const laws = ['gamma, shape: 2', 'poisson, mean: 4', 'beta, alpha: 2, beta: 2']
  const named = laws.map((law, i) => `c${i}, type: float, rule: {type: ${law}}`)
  const columns = [...named, 'other, type: float, rule: {type: gamma, shape: 2}']
  const all = new Map(
    columns.map((line) => {
      const name = line.slice(0, line.indexOf(','))
      return [name, numbersOf(configOfColumns(columns, rows, 5), name)] as const
    }),
  )
  const values = (name: string) => all.get(name) ?? new Float64Array()
  for (const [a, b] of [
    ['c0', 'c1'],
    ['c0', 'c2'],
    ['c1', 'c2'],
    ['c0', 'other'],
  ] as const) {
    test(`between ${a} and ${b}`, () => {
      assert.ok(Math.abs(correlation(values(a), values(b))) < 3.29)
    })
  }
  for (const distance of [1, 2, 7, 4096, 10_000, 100_000]) {
    test(`between rows ${distance} apart`, () => {
      for (const list of all.values()) {
        const pair = [list.subarray(distance), list.subarray(0, rows - distance)] as const
        assert.ok(Math.abs(correlation(...pair)) < 3.29)
      }
    })
  }
  test('between seeds', () => {
    const again = numbersOf(configOfColumns(columns, rows, 6), 'c0')
    assert.ok(Math.abs(correlation(values('c0'), again)) < 3.29)
  })
})
