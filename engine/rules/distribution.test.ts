import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { configOfColumns, numbersOf } from '#engine/testing/drawn.ts'
import {
  integrated,
  KOLMOGOROV_CRITICAL,
  kolmogorov,
  PEARSON_CRITICAL,
  pearson,
} from '#engine/testing/goodness.ts'

const ROWS = 1_000_000

type Distribution = (x: number) => number

const { exp, log, asin, sqrt, PI } = Math

/** The distribution given that it lies between the bounds. */
const within = (whole: Distribution, min: number, max: number): Distribution => {
  const [low, high] = [whole(min), whole(max)]
  return (x) => (whole(x) - low) / (high - low)
}

const bell = (mean: number, deviation: number) => (x: number) =>
  exp(-0.5 * ((x - mean) / deviation) ** 2) / deviation / sqrt(2 * PI)
const normal = integrated(bell(0, 1), -9, 9)
const erlang3: Distribution = (x) => 1 - exp(-x) * (1 + x + (x * x) / 2)
const pareto: Distribution = (x) => 1 - (2 / x) ** 3
const weibull = (shape: number, scale: number): Distribution => {
  return (x) => 1 - exp(-((x / scale) ** shape))
}
const beta25: Distribution = (x) => 1 - (1 - x) ** 6 - 6 * x * (1 - x) ** 5
const steepBeta: Distribution = (x) => x ** 0.1 * (1 + 0.1 * (1 - x) + 0.055 * (1 - x) ** 2)
const gammaDensity = (shape: number) => (x: number) => x ** (shape - 1) * exp(-x)
const twoBells = (x: number): number => 0.25 * bell(20, 3)(x) + 0.75 * bell(40, 5)(x)
const root = integrated((t) => exp(-t * t), 0, 8)
/** In ln x, for a density that is infinite at 0. */
const steepGamma = integrated((y) => exp(0.05 * y - exp(y)), -900, 5)

const gamma37 = integrated(gammaDensity(3.7), 0, 60)

/** Rules of float columns, with their mean and variance where there is a formula. */
const DENSITIES: [rule: string, exact: Distribution, mean?: number, variance?: number][] = [
  ['uniform, min: -1, max: 3', (x) => (x + 1) / 4, 1, 16 / 12],
  ['normal, mean: 5, stddev: 2', (x) => normal((x - 5) / 2), 5, 4],
  [
    'truncated_normal, mean: 5, stddev: 2, min: 6, max: 9',
    within((x) => normal((x - 5) / 2), 6, 9),
  ],
  ['lognormal, mean: 1, stddev: 0.5', (x) => normal((log(x) - 1) / 0.5), exp(1.125)],
  ['exponential, rate: 0.5', (x) => 1 - exp(-x / 2), 2, 4],
  ['exponential, mean: 2, min: 1, max: 3', within((x) => 1 - exp(-x / 2), 1, 3)],
  ['exponential, min: 60', (x) => 1 - exp(60 - x), 61, 1],
  ['gamma, shape: 3, scale: 2', (x) => erlang3(x / 2), 6, 12],
  ['gamma, shape: 0.5', (x) => root(sqrt(x)), 0.5, 0.5],
  ['gamma, shape: 0.05, min: 0.001', within((x) => steepGamma(log(x)), 0.001, 1e3)],
  ['gamma, shape: 3.7, rate: 0.5, min: 10, max: 20', within((x) => gamma37(x / 2), 10, 20)],
  ['gamma, shape: 400', integrated((x) => exp(399 * log(x / 400) - x + 400), 200, 600), 400, 400],
  ['beta, alpha: 2, beta: 5', beta25, 2 / 7, 10 / 392],
  ['beta, alpha: 0.5, beta: 0.5', (x) => (2 / PI) * asin(sqrt(x)), 0.5, 1 / 8],
  ['beta, alpha: 0.1, beta: 3, min: 0.001', within(steepBeta, 0.001, 1)],
  ['beta, alpha: 2, beta: 5, min: 0.6', within(beta25, 0.6, 1)],
  ['pareto, shape: 3, scale: 2', pareto, 3, 3],
  ['pareto, shape: 3, scale: 2, min: 3, max: 10', within(pareto, 3, 10)],
  ['weibull, shape: 1.5, scale: 2', weibull(1.5, 2)],
  ['weibull, shape: 0.1, min: 0.001', within(weibull(0.1, 1), 0.001, 1e30)],
  ['weibull, shape: 0.7, scale: 5, min: 8', (x) => within(weibull(0.7, 5), 8, 1e9)(x)],
  ['histogram, edges: [0, 1, 3, 10], counts: [1, 4, 5]', bins, 1 / 20 + 0.8 + 6.5 / 2],
  ['histogram, edges: [0, 1, 3, 10], counts: [1, 4, 5], min: 0.5, max: 4', within(bins, 0.5, 4)],
  [
    'mixture, parts: [{rule: {type: normal, mean: 20, stddev: 3, decimals: 9}}, {weight: 3, rule: {type: normal, mean: 40, stddev: 5, decimals: 9}}]',
    integrated(twoBells, 0, 80),
    35,
  ],
  [
    'mixture, min: 18, max: 30, parts: [{rule: {type: normal, mean: 20, stddev: 3, decimals: 9}}, {weight: 3, rule: {type: normal, mean: 40, stddev: 5, decimals: 9}}]',
    within(integrated(twoBells, 0, 80), 18, 30),
  ],
]

function bins(x: number): number {
  if (x < 1) return 0.1 * x
  return x < 3 ? 0.1 + 0.2 * (x - 1) : 0.5 + (x - 3) / 14
}

function moments(values: Float64Array): { mean: number; variance: number; error: number } {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length
  const squares = values.reduce((sum, x) => sum + (x - mean) ** 2, 0)
  const variance = squares / values.length
  return { mean, variance, error: sqrt(variance / values.length) }
}

suite('laws with a density, a million values each', () => {
  for (const [rule, exact, mean, variance] of DENSITIES) {
    test(rule, () => {
      const digits = rule.startsWith('mixture') || rule.includes('decimals') ? '' : ', decimals: 9'
      const column = `x, type: float, rule: {type: ${rule}${digits}}`
      const values = numbersOf(configOfColumns([column], ROWS), 'x')
      const found = moments(values)
      assert.ok(kolmogorov(values, exact) < KOLMOGOROV_CRITICAL, `${kolmogorov(values, exact)}`)
      if (mean !== undefined) assert.ok(Math.abs(found.mean - mean) < 4 * found.error)
      if (variance !== undefined) assert.ok(Math.abs(found.variance / variance - 1) < 0.05)
    })
  }
})

/** Shares of the values from `first` on, by the ratio of neighbours or by the weight of each. */
function shares(first: number, last: number, weight: (k: number) => number): [number, number[]] {
  const weights = Array.from({ length: last - first + 1 }, (_, i) => weight(first + i))
  const total = weights.reduce((sum, share) => sum + share, 0)
  return [first, weights.map((share) => share / total)]
}

const logFactorials = new Float64Array(20_100)
for (let k = 2; k < logFactorials.length; k++) {
  logFactorials[k] = (logFactorials[k - 1] as number) + log(k)
}
const logFactorial = (k: number): number => logFactorials[k] as number
const poisson = (mean: number) => (k: number) => exp(k * log(mean) - mean - logFactorial(k))
const binomial = (n: number, p: number) => (k: number) =>
  exp(logFactorial(n) - logFactorial(k) - logFactorial(n - k) + k * log(p) + (n - k) * log(1 - p))
const geometric = (k: number): number => 0.3 * 0.7 ** (k - 1)
/** Of a mean beyond all tables, with Stirling's formula for the factorial, whose error is the same for all. */
const widePoisson = (k: number): number => exp(k - 4e6 - k * log(k / 4e6)) / sqrt(k)

const COUNTS: [rule: string, [first: number, shares: number[]]][] = [
  ['poisson, mean: 3.5', shares(0, 40, poisson(3.5))],
  ['poisson, mean: 3.5, min: 2, max: 6', shares(2, 6, poisson(3.5))],
  ['poisson, mean: 2, min: 15', shares(15, 60, poisson(2))],
  ['poisson, mean: 2000', shares(1500, 2600, poisson(2000))],
  ['poisson, mean: 4000000', shares(3_980_000, 4_020_000, widePoisson)],
  ['poisson, mean: 4000000, min: 4001000', shares(4_001_000, 4_020_000, widePoisson)],
  ['binomial, n: 10, p: 0.3', shares(0, 10, binomial(10, 0.3))],
  [
    'binomial, n: 20000, p: 0.5, min: 9990, max: 10100',
    shares(9990, 10_100, binomial(20_000, 0.5)),
  ],
  ['geometric, p: 0.3', shares(1, 120, geometric)],
  ['geometric, p: 0.3, min: 3, max: 8', shares(3, 8, geometric)],
  ['zipf, s: 1.2, n: 1000', shares(1, 1000, (k) => k ** -1.2)],
  ['zipf, s: 0.8, n: 1000000', shares(1, 1_000_000, (k) => k ** -0.8)],
  ['zipf, s: 1, n: 300000, min: 5', shares(5, 300_000, (k) => 1 / k)],
  ['zipf, s: 3', shares(1, 1_000_000, (k) => k ** -3)],
]

/** Neighbours together until so many values are expected of them. */
function grouped(first: number, exact: number[], values: Float64Array): [number[], number[]] {
  const groupOf = new Int32Array(exact.length)
  const expected: number[] = [0]
  for (const [i, share] of exact.entries()) {
    if ((expected.at(-1) ?? 0) > 300) expected.push(0)
    groupOf[i] = expected.length - 1
    expected[expected.length - 1] = (expected.at(-1) ?? 0) + share * values.length
  }
  const counts = expected.map(() => 0)
  for (const value of values) {
    const group = groupOf[Math.min(value - first, exact.length - 1)]
    assert.ok(group !== undefined, `${value} is none of the law's`)
    counts[group] = (counts[group] as number) + 1
  }
  return [counts, expected]
}

suite('laws of whole numbers, a million values each', () => {
  for (const [rule, [first, exact]] of COUNTS) {
    test(rule, () => {
      const config = configOfColumns([`x, type: int, rule: {type: ${rule}}`], ROWS)
      const statistic = pearson(...grouped(first, exact, numbersOf(config, 'x')))
      assert.ok(statistic < PEARSON_CRITICAL, `${statistic}`)
    })
  }
})
