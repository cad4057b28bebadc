import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { configOfColumns, numbersOf } from '#engine/testing/drawn.ts'

const ROWS = 50_000

/** Every law as a call, with the mean and the variance that it has. */
const CALLS: [call: string, mean: number, variance: number][] = [
  ['uniform()', 1 / 2, 1 / 12],
  ['uniform(min: 2, max: 6, decimals: 3)', 4, 16 / 12],
  ['truncated_normal(5, 2, 4, 6)', 5, 0.3],
  ['exponential()', 1, 1],
  ['exponential(0.5)', 2, 4],
  ['exponential(mean: 4)', 4, 16],
  ['gamma(2)', 2, 2],
  ['gamma(2, 3)', 6, 18],
  ['gamma(shape: 2, rate: 0.5)', 4, 8],
  ['beta(2, 3)', 0.4, 0.04],
  ['pareto(5, 2)', 2.5, 4 * (5 / (16 * 3))],
  ['weibull(1, 3)', 3, 9],
  ['poisson(3)', 3, 3],
  ['binomial(10, 0.5)', 5, 2.5],
  ['geometric(0.2)', 5, 20],
  ['zipf(0, 9)', 5, 80 / 12],
]

suite('laws inside expressions are those of the rules', () => {
  for (const [call, mean, variance] of CALLS) {
    test(call, () => {
      const rule = `{type: expression, value: "${call}", decimals: 6}`
      const values = numbersOf(configOfColumns([`x, type: float, rule: ${rule}`], ROWS), 'x')
      const found = values.reduce((sum, x) => sum + x, 0) / ROWS
      assert.ok(Math.abs(found - mean) < 4 * Math.sqrt(variance / ROWS), `${found}, not ${mean}`)
    })
  }
})
