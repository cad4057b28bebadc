import assert from 'node:assert/strict'
import { test } from 'node:test'
import { valuesOf } from '#engine/testing/bytes.ts'
import { column, configOf, expression, table } from '#engine/testing/configs.ts'
import { checkExpression } from './compile.ts'

test('distributions draw, with numbers and with formulas for parameters', () => {
  const columns = [
    column('m', 'int', { type: 'choice', values: [0, 100], weights: null }),
    column('a', 'float', expression('normal(50, 10)')),
    column('b', 'float', expression('normal(mean: 50, stddev: 10, min: 45, max: 60, decimals: 1)')),
    column('c', 'float', expression('normal(m, 5 + m / 100)')),
    column('d', 'float', expression('lognormal(2, 0.5)')),
    column('e', 'float', expression('normal(0, 1) - normal(0, 1)')),
  ]
  const config = configOf([table('t', 40_000, columns)])
  const [m, a, b, c, d, e] = ['m', 'a', 'b', 'c', 'd', 'e'].map(
    (name) => valuesOf(config, 't', name) as number[],
  )
  const moments = (values: readonly number[] = []) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    return [
      mean,
      Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length),
    ] as const
  }
  const near = (values: readonly number[] | undefined, mean: number, stddev: number) => {
    const [first, second] = moments(values)
    assert.ok(
      Math.abs(first - mean) < 0.05 * stddev && Math.abs(second - stddev) < 0.05 * stddev,
      `${first} ${second}`,
    )
  }
  near(a, 50, 10)
  assert.ok(
    b?.every(
      (value) => value >= 45 && value <= 60 && Math.abs(value * 10 - Math.round(value * 10)) < 1e-9,
    ),
  )
  near(
    c?.filter((_, i) => m?.[i] === 0),
    0,
    5,
  )
  near(
    c?.filter((_, i) => m?.[i] === 100),
    100,
    6,
  )
  near(d?.map(Math.log), 2, 0.5)
  near(e, 0, Math.SQRT2)
})

test('every distribution draws as the rule of its name does', () => {
  for (const [text, mean] of [
    ['uniform(2, 6)', 4],
    ['truncated_normal(0, 1, -1, 1)', 0],
    ['exponential(0.5)', 2],
    ['exponential(i / 14)', 2],
    ['gamma(2, 3)', 6],
    ['gamma(shape: 2, scale: i - 4)', 6],
    ['beta(2, 6)', 0.25],
    ['pareto(5, 4)', 5],
    ['weibull(1, i)', 7],
    ['poisson(3)', 3],
    ['binomial(10, 0.3)', 3],
    ['geometric(0.25)', 4],
    ['zipf(3, 2)', 10 / 9],
  ] as const) {
    const columns = [
      column('i', 'int', { type: 'constant', value: 7 }),
      column('x', 'float', expression(text)),
    ]
    assert.deepEqual(checkExpression(text, columns, 'float'), [])
    const values = valuesOf(configOf([table('t', 20_000, columns)]), 't', 'x') as number[]
    const got = values.reduce((sum, value) => sum + value, 0) / values.length
    assert.ok(Math.abs(got - mean) < 0.04 * (mean + 0.5), `${text}: ${got}`)
  }
})
