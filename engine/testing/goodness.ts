// How well many values fit a law: the tests of Kolmogorov and Smirnov, and of Pearson, against critical values at
// 0.001; and laws by numerical integration, which shares nothing with the engine's own mathematics.

/** The greatest distance between the empirical and the exact distribution function that chance makes once in 1,000. */
export const KOLMOGOROV_CRITICAL = 1.9495

/** The statistic of Kolmogorov and Smirnov times the root of n, at the values themselves. Sorts them. */
export function kolmogorov(values: Float64Array, distribution: (x: number) => number): number {
  values.sort()
  const n = values.length
  let worst = 0
  for (let i = 0; i < n; i++) {
    const exact = distribution(values[i] as number)
    worst = Math.max(worst, exact - i / n, (i + 1) / n - exact)
  }
  return worst * Math.sqrt(n)
}

/** The statistic of chi-square in standard deviations (Wilson and Hilferty); 3.09 is passed once in 1,000. */
export function pearson(counts: readonly number[], expected: readonly number[]): number {
  let sum = 0
  let cells = 0
  let [rareCount, rareExpected] = [0, 0]
  const add = (count: number, share: number): void => {
    sum += (count - share) ** 2 / share
    cells++
  }
  for (const [i, share] of expected.entries()) {
    if (share >= 10) add(counts[i] ?? 0, share)
    else {
      rareCount += counts[i] ?? 0
      rareExpected += share
    }
  }
  if (rareExpected >= 10) add(rareCount, rareExpected)
  const freedom = cells - 1
  const spread = 2 / (9 * freedom)
  return (Math.cbrt(sum / freedom) - 1 + spread) / Math.sqrt(spread)
}

export const PEARSON_CRITICAL = 3.0902

/** The distribution function of a density, by Simpson's rule on a grid of `steps` and straight lines between. */
export function integrated(
  density: (x: number) => number,
  from: number,
  to: number,
  steps = 20_000,
): (x: number) => number {
  const width = (to - from) / steps
  const sums = new Float64Array(steps + 1)
  let left = density(from)
  for (let k = 0; k < steps; k++) {
    const start = from + k * width
    const right = density(start + width)
    const area = (width / 6) * (left + 4 * density(start + width / 2) + right)
    sums[k + 1] = (sums[k] as number) + area
    left = right
  }
  const total = sums[steps] as number
  return (x) => {
    const place = Math.min(Math.max((x - from) / width, 0), steps - 1e-9)
    const cell = Math.floor(place)
    const low = sums[cell] as number
    return (low + (place - cell) * ((sums[cell + 1] as number) - low)) / total
  }
}

/** Correlation of two equally long lists times the root of their length: 3.29 is passed once in 1,000. */
export function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = a.length
  let [sa, sb, saa, sbb, sab] = [0, 0, 0, 0, 0]
  for (let i = 0; i < n; i++) {
    const [x, y] = [a[i] as number, b[i] as number]
    sa += x
    sb += y
    saa += x * x
    sbb += y * y
    sab += x * y
  }
  const covariance = sab - (sa * sb) / n
  const scale = Math.sqrt((saa - (sa * sa) / n) * (sbb - (sb * sb) / n))
  return (covariance / scale) * Math.sqrt(n)
}
