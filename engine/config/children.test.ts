import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planConfig } from '#engine/plan.ts'
import { valuesOf } from '#engine/testing/bytes.ts'
import { assertRandomAccess, fileOfAnyCut } from '#engine/testing/cuts.ts'
import { PEARSON_CRITICAL, pearson } from '#engine/testing/goodness.ts'
import { parseConfig } from './parse.ts'
import { resolveConfig } from './resolve.ts'
import type { Children, ResolvedConfig } from './types.ts'

function family(children: string, parents: number): ResolvedConfig {
  const { config, problems } = parseConfig(`
seed: 3
tables:
  - name: parent
    rows: ${parents}
    columns: [{name: id, type: int, constraints: [PK]}]
  - name: child
    columns: [{name: row, type: int, constraints: [PK]}, {name: id, type: int, constraints: [FK]}]
    foreign_keys: [{parent_table: parent, children: ${children}}]
`)
  assert.deepEqual(problems, [], children)
  return resolveConfig(config, { now: 0 }).resolved
}

const childrenOf = (text: string): Children | null | undefined =>
  family(text, 1).tables[1]?.foreign_keys[0]?.children

function countsOf(children: string, parents: number): number[] {
  const counts = new Array<number>(parents).fill(0)
  for (const id of valuesOf(family(children, parents), 'child', 'id') as number[]) {
    counts[id - 1] = (counts[id - 1] ?? 0) + 1
  }
  return counts
}

const LAWS: [children: string, shares: (k: number) => number, least: number, most: number][] = [
  ['{type: geometric, p: 0.4, max: 30}', (k) => 0.6 ** k, 1, 30],
  ['{type: zipf, s: 1.5, n: 40}', (k) => k ** -1.5, 1, 40],
  ['{type: poisson, mean: 2, min: 1}', (k) => 2 ** k / factorial(k), 1, 20],
  ['{type: binomial, n: 6, p: 0.5}', (k) => 1 / factorial(k) / factorial(6 - k), 0, 6],
  ['{type: choice, value: {"0": 6, "1": 3, "9": 1}}', (k) => [6, 3][k] ?? (k === 9 ? 1 : 0), 0, 9],
  ['{type: histogram, edges: [0, 1, 5], counts: [1, 1]}', (k) => (k === 0 ? 4 : 1), 0, 4],
  ['{type: uniform, min: 0, max: 4}', () => 1, 0, 4],
  ['{type: exponential, mean: 3, max: 60}', roundedTo((x) => 1 - Math.exp(-x / 3), 0), 0, 60],
  ['{type: pareto, shape: 2, max: 5000}', roundedTo((x) => 1 - x ** -2, 1), 1, 5000],
  ['{type: weibull, shape: 2, scale: 5}', roundedTo((x) => -Math.expm1(-((x / 5) ** 2)), 0), 0, 40],
]

/** What a law that begins at `least` gives to the numbers that round to k. */
function roundedTo(law: (x: number) => number, least: number): (k: number) => number {
  return (k) => law(k + 0.5) - law(Math.max(least, k - 0.5))
}

function factorial(k: number): number {
  return k < 2 ? 1 : k * factorial(k - 1)
}

test('children follow every law of the rules', () => {
  const parents = 20_000
  for (const [children, weight, least, most] of LAWS) {
    const weights = Array.from({ length: most + 1 }, (_, k) => (k < least ? 0 : weight(k)))
    const total = weights.reduce((sum, share) => sum + share, 0)
    const counts = weights.map(() => 0)
    for (const count of countsOf(children, parents)) {
      assert.ok((weights[count] ?? 0) > 0, `${children}: ${count}`)
      counts[count] = (counts[count] as number) + 1
    }
    const expected = weights.map((share) => (share / total) * parents)
    assert.ok(pearson(counts, expected) < PEARSON_CRITICAL, children)
  }
})

test('skewed laws give few parents most children', () => {
  const counts = countsOf('{type: pareto, shape: 1.1, max: 2000}', 5000).sort((a, b) => b - a)
  const sum = (list: number[]) => list.reduce((a, b) => a + b, 0)
  assert.ok(sum(counts.slice(0, 500)) > 0.45 * sum(counts))
  assert.ok(Math.max(...counts) <= 2000 && Math.min(...counts) >= 1)
})

const MIXTURE =
  '{type: mixture, max: 40, parts: [{rule: {type: constant, value: 0}}, {rule: {type: lognormal, mean: 1, stddev: 1}}]}'

test('the plan and the rows agree, and rows can be asked for alone', () => {
  for (const children of [MIXTURE, '{type: exponential, mean: 0.4}', '{type: zipf, s: 2}']) {
    const config = family(children, 300)
    fileOfAnyCut(config, 'child')
    assertRandomAccess(config, 'child', 'id')
    const [, child] = planConfig(config).tables
    assert.equal(valuesOf(config, 'child', 'id').length, child?.rows)
    const more = valuesOf(family(children, 9000), 'child', 'id', 0, child?.rows)
    assert.deepEqual(valuesOf(config, 'child', 'id'), more)
  }
})

test('what was resolved before laws came is resolved as it was', () => {
  assert.deepEqual(childrenOf('{type: poisson, mean: 3}'), { type: 'poisson', mean: 3, max: null })
  assert.deepEqual(childrenOf('{min: 1, max: 3}'), { type: 'range', min: 1, max: 3 })
  assert.deepEqual(childrenOf('{value: 2}'), { type: 'fixed', value: 2 })
  assert.deepEqual(childrenOf('{type: normal, mean: 3, stddev: 1}'), {
    type: 'law',
    rule: { type: 'normal', mean: 3, stddev: 1, min: 0, max: 1_000_000, decimals: 0 },
    max: 12,
  })
})
