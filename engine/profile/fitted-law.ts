// The named law that comes nearest to numbers: each is fitted by moments or maximum likelihood, the nearest by the
// distance of Kolmogorov and Smirnov wins.

import { exp, expm1, log } from '#engine/math/elementary.ts'
import { betaTails } from '#engine/math/incomplete-beta.ts'
import { gammaTails } from '#engine/math/incomplete-gamma.ts'
import { logGamma } from '#engine/math/log-gamma.ts'
import { phi } from '#engine/math/normal.ts'
import type { GeneratedRule } from '#engine/models/prepare.ts'
import type { FittedLaw } from './profile.ts'

type Candidate = { rule: GeneratedRule; below: (x: number) => number }

type Sample = { sorted: Float64Array; mean: number; variance: number; min: number; max: number }

const LEAST_VALUES = 30

/**
 * `sorted` is ascending, `unit` the step of its values (1 for whole numbers, .01 for two decimals): a continuous law
 * is rounded to it. Null for fewer than 30 values and for constants.
 */
export function fitLaw(sorted: Float64Array, unit: number): FittedLaw | null {
  const [min, max] = [sorted[0] as number, sorted.at(-1) as number]
  if (sorted.length < LEAST_VALUES || min === max) return null
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length
  const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / sorted.length
  const sample = { sorted, mean, variance, min, max }
  const candidates = [
    ...symmetricLaws(sample),
    ...(min >= 0 ? risingLaws(sample) : []),
    ...(min >= 0 && max <= 1 ? unitLaws(sample) : []),
    ...(unit === 1 && min >= 0 ? countLaws(sample) : []),
  ]
  let best: FittedLaw | null = null
  for (const { rule, below } of candidates) {
    const distance = distanceTo(sample, below, isCount(rule) ? 1 : unit, isCount(rule))
    if (distance < (best?.distance ?? 1)) best = { rule: rounded(rule), distance }
  }
  return best
}

const COUNTS = ['poisson', 'binomial', 'geometric']
const isCount = ({ type }: GeneratedRule): boolean => COUNTS.includes(type)

/** Of the law between the extremes of the sample, which cut what is drawn from it. */
function distanceTo(
  { sorted, min, max }: Sample,
  below: (x: number) => number,
  unit: number,
  whole: boolean,
): number {
  const half = whole ? 0 : unit / 2
  const first = below(whole ? min - 1 : min - half)
  const mass = below(max + half) - first
  if (!(mass > 0.05)) return 1
  let worst = 0
  for (let from = 0; from < sorted.length; ) {
    const value = sorted[from] as number
    let to = from + 1
    while (sorted[to] === value) to++
    const after = (below(value + half) - first) / mass
    const before = (below(whole ? value - 1 : value - half) - first) / mass
    worst = Math.max(
      worst,
      Math.abs(to / sorted.length - after),
      Math.abs(from / sorted.length - before),
    )
    if (!(worst < 1)) return 1
    from = to
  }
  return worst
}

function rounded(rule: GeneratedRule): GeneratedRule {
  const parts = Object.entries(rule).map(([key, value]) => [
    key,
    typeof value === 'number' ? Number(value.toPrecision(8)) : value,
  ])
  return Object.fromEntries(parts) as GeneratedRule
}

function symmetricLaws({ mean, variance, min, max }: Sample): Candidate[] {
  const stddev = Math.sqrt(variance)
  return [
    { rule: { type: 'uniform', min, max }, below: (x) => clipped((x - min) / (max - min)) },
    { rule: { type: 'normal', mean, stddev }, below: (x) => phi((x - mean) / stddev) },
  ]
}

function clipped(share: number): number {
  return Math.min(1, Math.max(0, share))
}

function risingLaws({ sorted, mean, variance, min }: Sample): Candidate[] {
  const laws: Candidate[] = [{ rule: { type: 'exponential', mean }, below: weibull(1, mean) }]
  const shape = (mean * mean) / variance
  if (shape > 0.001 && shape < 1e6)
    laws.push({
      rule: { type: 'gamma', shape, scale: variance / mean },
      below: positive((x) => gammaTails(shape, log((x * mean) / variance)).lower),
    })
  if (min <= 0) return laws
  const logs = sorted.map((value) => log(value))
  const center = logs.reduce((sum, value) => sum + value, 0) / logs.length
  const spread = Math.sqrt(
    logs.reduce((sum, value) => sum + (value - center) ** 2, 0) / logs.length,
  )
  if (spread === 0) return laws
  laws.push({
    rule: { type: 'lognormal', mean: center, stddev: spread },
    below: (x) => (x <= 0 ? 0 : phi((log(x) - center) / spread)),
  })
  // The logarithm of a Weibull value is a Gumbel value, whose deviation is pi / (shape * sqrt 6).
  const form = Math.PI / (spread * Math.sqrt(6))
  const scale = exp(center + EULER / form)
  laws.push({ rule: { type: 'weibull', shape: form, scale }, below: weibull(form, scale) })
  const tail = 1 / Math.max(1e-6, center - log(min))
  laws.push({
    rule: { type: 'pareto', shape: tail, scale: min },
    below: (x) => (x <= min ? 0 : -expm1(-tail * log(x / min))),
  })
  return laws
}

const EULER = 0.577_215_664_901_532_9

function weibull(shape: number, scale: number): (x: number) => number {
  return positive((x) => -expm1(-exp(shape * log(x / scale))))
}

function positive(below: (x: number) => number): (x: number) => number {
  return (x) => (x <= 0 ? 0 : below(x))
}

const LEAST_BETA = 0.02

function unitLaws({ mean, variance }: Sample): Candidate[] {
  const size = (mean * (1 - mean)) / variance - 1
  const [alpha, beta] = [mean * size, (1 - mean) * size]
  if (!(alpha >= LEAST_BETA && beta >= LEAST_BETA && size < 1e6)) return []
  const below = (x: number): number =>
    x <= 0 ? 0 : x >= 1 ? 1 : betaTails(alpha, beta, log(x)).lower
  return [{ rule: { type: 'beta', alpha, beta }, below }]
}

const MOST_STEPS = 2000

function countLaws({ mean, variance, max, min }: Sample): Candidate[] {
  if (max > MOST_STEPS) return []
  const laws: Candidate[] = []
  if (mean > 0) {
    const poisson = (k: number): number => k * log(mean) - mean - logGamma(k + 1)
    laws.push({ rule: { type: 'poisson', mean }, below: summed(poisson, max) })
  }
  if (mean > variance) {
    const n = Math.max(max, Math.round((mean * mean) / (mean - variance)))
    const p = mean / n
    if (n <= 1e6 && p > 0 && p < 1) {
      const binomial = (k: number): number =>
        logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1) + k * log(p) + (n - k) * log(1 - p)
      laws.push({ rule: { type: 'binomial', n, p }, below: summed(binomial, max) })
    }
  }
  if (min >= 1 && mean > 1) {
    const p = 1 / mean
    const below = (x: number): number => (x < 1 ? 0 : 1 - exp(Math.floor(x) * log(1 - p)))
    laws.push({ rule: { type: 'geometric', p }, below })
  }
  return laws
}

/** P(X <= x) from the logarithms of the masses of 0 .. max. */
function summed(logMass: (k: number) => number, max: number): (x: number) => number {
  const sums = new Float64Array(max + 1)
  let sum = 0
  for (let k = 0; k <= max; k++) {
    sum += exp(logMass(k))
    sums[k] = sum
  }
  return (x) => (x < 0 ? 0 : (sums[Math.min(max, Math.floor(x))] as number))
}
