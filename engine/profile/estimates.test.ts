import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSeededRandom } from '#engine/random/seeded-random.ts'
import { correctedV } from '#engine/statistics/corrected-v.ts'
import { times } from '#engine/testing/small-tables.ts'
import { createDistinctSample, KEPT_MAX } from './distinct-sample.ts'
import { fitLaw } from './fitted-law.ts'
import { createValueHasher } from './value-hash.ts'

test('distinct values are exact up to a bound, then near, and repeats are counted', () => {
  const hasher = createValueHasher(3)
  for (const distinct of [1, 1000, KEPT_MAX - 1, 300_000]) {
    const sample = createDistinctSample()
    for (let at = 0; at < distinct; at++) sample.add(hasher.number(at), at % 4 === 0 ? 3 : 1)
    const { count, exact, error } = sample.distinct()
    assert.equal(exact, distinct < KEPT_MAX)
    assert.ok(Math.abs(count - distinct) <= 4 * error * distinct, `${count} of ${distinct}`)
    const repeated = sample.repeated()
    const truth = 2 * Math.ceil(distinct / 4)
    assert.ok(Math.abs(repeated.count - truth) <= 4 * repeated.error * truth, `${repeated.count}`)
    assert.equal(sample.unique(), false)
  }
  assert.equal(hasher.text('-12'), hasher.number(-12))
  assert.notEqual(hasher.text('012'), hasher.number(12))
})

test('the nearest law is the one that numbers were drawn from', () => {
  const random = createSeededRandom(2, 'laws')
  const exponential = () => -Math.log(1 - random.unit())
  const laws: [string, number, () => number][] = [
    ['uniform', 0.01, () => 3 + 4 * random.unit()],
    ['normal', 0.01, () => 50 + 7 * random.normal()],
    ['lognormal', 0.01, () => Math.exp(2 + 0.8 * random.normal())],
    ['gamma', 0.001, () => exponential() + exponential() + exponential()],
    ['pareto', 0.001, () => 2 * Math.exp(exponential() / 1.5)],
    ['weibull', 0.001, () => 10 * exponential() ** (1 / 5)],
    [
      'poisson',
      1,
      () => times(40, () => (random.unit() < 0.1 ? 1 : 0) as number).reduce((a, b) => a + b),
    ],
    ['geometric', 1, () => 1 + Math.floor(exponential() / -Math.log(0.7))],
  ]
  for (const [type, unit, draw] of laws) {
    const values = times(2000, () => Math.round(draw() / unit) * unit)
    const law = fitLaw(Float64Array.from(values).sort(), unit)
    assert.ok(law !== null && law.distance < 0.03, `${type}: ${JSON.stringify(law)}`)
    const alike = type === 'poisson' ? ['poisson', 'binomial'] : [type]
    assert.ok(alike.includes(law.rule.type), `${type}: ${JSON.stringify(law)}`)
  }
  assert.equal(fitLaw(new Float64Array(100).fill(3), 1), null)
})

test("Cramer's V is corrected for bias", () => {
  const v = (rows: number[][]) =>
    correctedV({
      cells: Int32Array.from(rows.flat()),
      height: rows.length,
      width: rows[0]?.length ?? 0,
    })
  assert.ok(
    Math.abs(
      (v([
        [10, 20],
        [30, 40],
      ]) as number) - 0,
    ) < 1e-12,
  )
  assert.ok(
    Math.abs(
      (v([
        [50, 10],
        [10, 50],
      ]) as number) - 0.6637,
    ) < 1e-3,
  )
  assert.equal(
    v([
      [5, 0],
      [0, 5],
    ]),
    1,
  )
  assert.equal(v([[5, 5]]), null)
})
