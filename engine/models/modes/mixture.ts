// A mixture of normal laws on the line whose number of components the data decide: variational inference with a
// Dirichlet process prior (Blei and Jordan 2006), each component with a normal-gamma prior (Bishop 2006, section 10.2).

import { digamma } from '#engine/math/digamma.ts'
import type { WeightedValues } from './weighted-values.ts'

export type NormalComponent = { mean: number; std: number; weight: number }

export type MixtureOptions = {
  /** Components to begin with. */
  most: number
  /** Of the Dirichlet process: small values leave few components. */
  concentration: number
  /** Components of less weight are given up. */
  leastWeight: number
  iterations: number
  /** Change of the mean log likelihood at which it ends. */
  tolerance: number
}

export const MIXTURE_DEFAULTS: MixtureOptions = {
  ...{ most: 10, concentration: 1e-3, leastWeight: 0.005, iterations: 100, tolerance: 1e-4 },
}

/** Of the data's variance, what is added to each component's. */
const LEAST_VARIANCE = 1e-6

type Posterior = Record<'counts' | 'means' | 'variances' | 'freedoms' | 'precisions', Float64Array>

/** At least one point. Components in ascending order, weights sum to 1; the same for the same points. */
export function fitMixture(
  points: WeightedValues,
  options: MixtureOptions = MIXTURE_DEFAULTS,
): NormalComponent[] {
  const { values, weights } = points
  const rows = total(weights)
  const centre = total(weights, values) / rows
  const scale = Math.sqrt(total(weights, squaresAround(values, centre)) / rows)
  if (!(scale > 0)) return [{ mean: centre, std: 0, weight: 1 }]
  const x = values.map((value) => (value - centre) / scale)
  const most = Math.min(options.most, x.length)
  let shares = sharesOfNearest(x, startingMeans(x, weights, most))
  let before = -Infinity
  let posterior = update(x, weights, shares)
  for (let iteration = 0; iteration < options.iterations; iteration++) {
    const next = responsibilities(x, weights, posterior, options.concentration)
    shares = next.shares
    posterior = update(x, weights, shares)
    if (Math.abs(next.likelihood - before) < options.tolerance * rows) break
    before = next.likelihood
  }
  return components(posterior, { rows, centre, scale }, options.leastWeight)
}

function components(
  { counts, means, variances }: Posterior,
  { rows, centre, scale }: { rows: number; centre: number; scale: number },
  leastWeight: number,
): NormalComponent[] {
  const kept = [...counts.keys()].filter((k) => (counts[k] as number) / rows >= leastWeight)
  const mass = kept.reduce((sum, k) => sum + (counts[k] as number), 0)
  return kept
    .map((k) => ({
      mean: centre + scale * (means[k] as number),
      std: scale * Math.sqrt(variances[k] as number),
      weight: (counts[k] as number) / mass,
    }))
    .sort((a, b) => a.mean - b.mean)
}

function total(weights: Float64Array, values?: Float64Array): number {
  let sum = 0
  for (let i = 0; i < weights.length; i++)
    sum += (weights[i] as number) * (values === undefined ? 1 : (values[i] as number))
  return sum
}

function squaresAround(values: Float64Array, centre: number): Float64Array {
  return values.map((value) => (value - centre) ** 2)
}

/** Means of equally filled stretches, then a few steps of Lloyd's algorithm. */
function startingMeans(x: Float64Array, weights: Float64Array, count: number): Float64Array {
  const rows = total(weights)
  let means = new Float64Array(count)
  let passed = 0
  let next = 0
  for (const [i, value] of x.entries()) {
    passed += weights[i] as number
    while (next < count && passed >= ((next + 0.5) / count) * rows) means[next++] = value
  }
  means = Float64Array.from(new Set(means))
  for (let step = 0; step < 20; step++) {
    const sums = new Float64Array(means.length)
    const counts = new Float64Array(means.length)
    for (const [i, value] of x.entries()) {
      const k = nearest(means, value)
      sums[k] = (sums[k] as number) + value * (weights[i] as number)
      counts[k] = (counts[k] as number) + (weights[i] as number)
    }
    means = means.map((mean, k) =>
      (counts[k] as number) > 0 ? (sums[k] as number) / (counts[k] as number) : mean,
    )
  }
  return means
}

function nearest(means: Float64Array, value: number): number {
  let best = 0
  for (let k = 1; k < means.length; k++)
    if (Math.abs((means[k] as number) - value) < Math.abs((means[best] as number) - value)) best = k
  return best
}

/** By component, then point: 1 for the component whose mean is nearest. */
function sharesOfNearest(x: Float64Array, means: Float64Array): Float64Array[] {
  const shares = Array.from(means, () => new Float64Array(x.length))
  for (const [i, value] of x.entries()) (shares[nearest(means, value)] as Float64Array)[i] = 1
  return shares
}

/** Equations 10.51 to 10.63 of Bishop for one dimension; priors: mean 0, precision 1, one degree, variance 1. */
function update(
  x: Float64Array,
  weights: Float64Array,
  shares: readonly Float64Array[],
): Posterior {
  const of = (): Float64Array => new Float64Array(shares.length)
  const posterior: Posterior = {
    ...{ counts: of(), means: of(), variances: of(), freedoms: of(), precisions: of() },
  }
  for (const [k, share] of shares.entries()) {
    let [count, sum, squares] = [1e-10, 0, 0]
    for (let i = 0; i < x.length; i++) {
      const weight = (share[i] as number) * (weights[i] as number)
      count += weight
      sum += weight * (x[i] as number)
      squares += weight * (x[i] as number) ** 2
    }
    const mean = sum / count
    const spread = Math.max(0, squares - count * mean ** 2) + count * LEAST_VARIANCE
    posterior.counts[k] = count
    posterior.precisions[k] = 1 + count
    posterior.freedoms[k] = 1 + count
    posterior.means[k] = sum / (1 + count)
    posterior.variances[k] = (1 + spread + (count / (1 + count)) * mean ** 2) / (1 + count)
  }
  return posterior
}

/** Expected logarithms of the weights by breaking a stick, and of the densities (equations 10.64 to 10.67). */
function logFactors(posterior: Posterior, concentration: number): Float64Array {
  const { counts, variances, freedoms, precisions } = posterior
  const factors = new Float64Array(counts.length)
  let rest = counts.reduce((sum, count) => sum + count, 0)
  let broken = 0
  for (const [k, count] of counts.entries()) {
    rest -= count
    const [a, b] = [1 + count, concentration + Math.max(0, rest)]
    const both = digamma(a + b)
    const freedom = freedoms[k] as number
    const spread = digamma(freedom / 2) + Math.LN2 - Math.log(freedom)
    const density = spread - Math.log(variances[k] as number) - 1 / (precisions[k] as number)
    factors[k] = digamma(a) - both + broken + 0.5 * density
    broken += digamma(b) - both
  }
  return factors
}

function responsibilities(
  x: Float64Array,
  weights: Float64Array,
  posterior: Posterior,
  concentration: number,
): { shares: Float64Array[]; likelihood: number } {
  const { means, variances } = posterior
  const factors = logFactors(posterior, concentration)
  const halfPrecisions = variances.map((variance) => 0.5 / variance)
  const shares = Array.from(means, () => new Float64Array(x.length))
  const logs = new Float64Array(means.length)
  let likelihood = 0
  for (let i = 0; i < x.length; i++) {
    let largest = -Infinity
    for (let k = 0; k < logs.length; k++) {
      const away = (x[i] as number) - (means[k] as number)
      const log = (factors[k] as number) - (halfPrecisions[k] as number) * away * away
      logs[k] = log
      if (log > largest) largest = log
    }
    let sum = 0
    for (let k = 0; k < logs.length; k++) sum += logs[k] = Math.exp((logs[k] as number) - largest)
    for (let k = 0; k < logs.length; k++) (shares[k] as Float64Array)[i] = (logs[k] as number) / sum
    likelihood += (weights[i] as number) * (largest + Math.log(sum))
  }
  return { shares, likelihood }
}
