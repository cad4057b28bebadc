// Laws under what a column may add to its rule: nulls, branches, bounds, types that round, and others' weights. A million
// rows each, at 0.001.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { configOfColumns, numbersOf } from '#engine/testing/drawn.ts'
import {
  correlation,
  integrated,
  KOLMOGOROV_CRITICAL,
  kolmogorov,
  PEARSON_CRITICAL,
  pearson,
} from '#engine/testing/goodness.ts'

const ROWS = 1_000_000

const { exp, log, sqrt } = Math

/** A number of successes in standard deviations from what is expected. */
const deviations = (count: number, n: number, p: number): number =>
  (count - n * p) / sqrt(n * p * (1 - p))

const exponential = (mean: number) => (x: number) => 1 - exp(-x / mean)
const normal = integrated((x) => exp(-0.5 * x * x), -9, 9)

function assertLaw(values: Float64Array, exact: (x: number) => number, name: string): void {
  const distance = kolmogorov(values, exact)
  assert.ok(distance < KOLMOGOROV_CRITICAL, `${name}: ${distance}`)
}

const sum = (list: readonly number[]): number => list.reduce((total, one) => total + one, 0)

/** Values 0, 1, 2 ... come as often as the weights say, those without weight and any others never. */
function assertShares(values: Float64Array, weights: readonly number[], name: string): void {
  const counts = weights.map(() => 0)
  for (const value of values) {
    assert.ok((weights[value] ?? 0) > 0, `${name}: ${value}`)
    counts[value] = (counts[value] as number) + 1
  }
  const total = sum(weights)
  const statistic = pearson(
    counts,
    weights.map((weight) => (weight / total) * values.length),
  )
  assert.ok(statistic < PEARSON_CRITICAL, `${name}: ${statistic}`)
}

const LAW = '{type: exponential, mean: 2, decimals: 9}'

test('nulls come at their rate and take values of every size alike', () => {
  for (const rate of [0.001, 0.3, 0.95]) {
    const config = configOfColumns(
      [`x, type: float, rule: ${LAW}, nullable: ${rate}`, `whole, type: float, rule: ${LAW}`],
      ROWS,
    )
    const values = numbersOf(config, 'x')
    const present = values.filter((x) => !Number.isNaN(x))
    const z = deviations(ROWS - present.length, ROWS, rate)
    assert.ok(Math.abs(z) < 3.29, `${rate}: ${z}`)
    const missing = values.map((x) => Number(Number.isNaN(x)))
    assert.ok(Math.abs(correlation(missing, numbersOf(config, 'whole'))) < 3.29)
    assert.ok(Math.abs(correlation(missing.subarray(1), missing.subarray(0, -1))) < 3.29)
    assertLaw(present, exponential(2), `rate ${rate}`)
  }
})

test('nulls by a condition leave the law of the rest as it is', () => {
  const config = configOfColumns(
    [
      'flag, type: bool, rule: {type: boolean, probability: 0.25}',
      `x, type: float, rule: ${LAW}, nullable: {when: flag}`,
    ],
    ROWS,
  )
  const [flags, values] = [numbersOf(config, 'flag'), numbersOf(config, 'x')]
  assert.ok(values.every((x, row) => Number.isNaN(x) === (flags[row] === 1)))
  assert.ok(Math.abs(deviations(flags.filter((flag) => flag === 1).length, ROWS, 0.25)) < 3.29)
  assertLaw(
    values.filter((x) => !Number.isNaN(x)),
    exponential(2),
    'what is there',
  )
})

test('each branch of conditional rules has its own law, and the rest the rule', () => {
  const config = configOfColumns(
    [
      'kind, type: int, rule: {type: choice, value: [0, 1, 2], weights: [6, 3, 1]}',
      `x, type: float, rule: ${LAW}, conditional_rules: [
        {condition: {column: kind, operator: '==', value: 1}, rule: {type: normal, mean: 50, stddev: 4, decimals: 9}},
        {condition: {column: kind, operator: '==', value: 2}, rule: {type: uniform, min: -1, max: 0, decimals: 9}}]`,
    ],
    ROWS,
  )
  const [kinds, values] = [numbersOf(config, 'kind'), numbersOf(config, 'x')]
  assertShares(kinds, [6, 3, 1], 'kinds')
  const laws = [exponential(2), (x: number) => normal((x - 50) / 4), (x: number) => x + 1]
  for (const [kind, law] of laws.entries()) {
    assertLaw(
      values.filter((_, row) => kinds[row] === kind),
      law,
      `kind ${kind}`,
    )
  }
})

suite('weights are exact within the error of sampling', () => {
  const range = (count: number) => Array.from({ length: count }, (_, k) => k)
  for (const [name, weights] of [
    ['one in ten thousand', [9_999, 1]],
    ['none for some', range(40).map((k) => (k % 3 === 0 ? 0 : k))],
    ['all alike', range(997).map(() => 1)],
    ['over six powers of ten', range(60).map((k) => 0.8 ** k)],
    ['thousands of values', range(5000).map((k) => 1 + (k % 7))],
  ] as const) {
    test(name, () => {
      const [values, shares] = [range(weights.length).join(), weights.join()]
      const rule = `{type: choice, value: [${values}], weights: [${shares}]}`
      const config = configOfColumns([`x, type: int, rule: ${rule}`], ROWS)
      assertShares(numbersOf(config, 'x'), weights, name)
    })
  }
})

suite('whole numbers have the share of a law that rounds to them', () => {
  /** Of the values from 0 to `most`, bounds included: what rounds to each. */
  const rounded = (most: number, law: (x: number) => number) =>
    Array.from({ length: most + 1 }, (_, k) => law(k + 0.5) - law(k - 0.5))
  const lognormal = (x: number) => (x <= 0 ? 0 : normal((log(x) - 2) / 0.4))
  for (const [rule, weights] of [
    [
      '{type: normal, mean: 20, stddev: 3, min: 0, max: 40}',
      rounded(40, (x) => normal((x - 20) / 3)),
    ],
    ['{type: lognormal, mean: 2, stddev: 0.4, min: 0, max: 60}', rounded(60, lognormal)],
    ['{type: range, min: 0, max: 250}', new Array<number>(251).fill(1)],
    ['{type: range, min: 0, max: 70000}', new Array<number>(70_001).fill(1)],
    ['{type: uniform, min: 0, max: 9}', new Array<number>(10).fill(1)],
    ['{type: histogram, edges: [0, 10, 15], counts: [3, 1]}', range15()],
    [
      '{type: mixture, parts: [{weight: 3, rule: {type: constant, value: 0}}, {rule: {type: range, min: 0, max: 9}}]}',
      [3.1, ...new Array<number>(9).fill(0.1)],
    ],
  ] as const) {
    test(rule, () => {
      const config = configOfColumns([`x, type: int, rule: ${rule}`], ROWS)
      assertShares(numbersOf(config, 'x'), weights, rule)
    })
  }
})

function range15(): number[] {
  return Array.from({ length: 15 }, (_, k) => (k < 10 ? 0.3 / 4 : 0.2 / 4))
}

test('a lognormal law and a normal one keep their shape within bounds', () => {
  const within = (law: (x: number) => number, min: number, max: number) => (x: number) =>
    (law(x) - law(min)) / (law(max) - law(min))
  const lognormal = (x: number) => normal((log(x) - 1) / 0.5)
  for (const [rule, law] of [
    ['lognormal, mean: 1, stddev: 0.5, min: 2, max: 6', within(lognormal, 2, 6)],
    ['normal, mean: 0, stddev: 1, min: 1.5', within(normal, 1.5, 9)],
    ['normal, mean: 0, stddev: 1, min: -0.1, max: 0.2', within(normal, -0.1, 0.2)],
  ] as const) {
    const column = `x, type: float, rule: {type: ${rule}, decimals: 9}`
    assertLaw(numbersOf(configOfColumns([column], ROWS), 'x'), law, rule)
  }
})

test('days, moments and times of day are uniform, both ends included', () => {
  const config = configOfColumns(
    [
      'day, type: date, rule: {type: date, min: "2024-01-01", max: "2024-12-31"}',
      'at, type: datetime, rule: {type: datetime, min: "2024-01-01T00:00:00Z", max: "2024-01-01T00:16:39Z"}',
      'clock, type: time, rule: {type: time, min: "00:00:00", max: "00:59:59"}',
    ],
    ROWS,
  )
  for (const [name, count] of [
    ['day', 366],
    ['at', 1000],
    ['clock', 3600],
  ] as const) {
    const values = numbersOf(config, name)
    const first = values.reduce((least, value) => Math.min(least, value))
    assertShares(
      values.map((value) => value - first),
      new Array<number>(count).fill(1),
      name,
    )
  }
})

test('a unique column takes its values in no order: each row has any of them', () => {
  const size = 4
  const counts = new Uint32Array(size * size)
  const seeds = 1000
  const column = `x, type: int, rule: {type: range, min: 0, max: ${size - 1}}, constraints: [unique]`
  const config = configOfColumns([column], size)
  for (let seed = 0; seed < seeds; seed++) {
    for (const [row, value] of numbersOf({ ...config, seed }, 'x').entries()) {
      const at = row * size + value
      counts[at] = (counts[at] as number) + 1
    }
  }
  for (let row = 0; row < size; row++) {
    const found = [...counts.subarray(row * size, (row + 1) * size)]
    const expected = found.map(() => seeds / size)
    assert.ok(pearson(found, expected) < PEARSON_CRITICAL, `row ${row}: ${found.join()}`)
  }
})
