// Tests of whether two columns come from one distribution: Kolmogorov and Smirnov's for numbers, chi-square for
// levels, with p-values.

import { exp, log } from '#engine/math/elementary.ts'
import { gammaTails } from '#engine/math/incomplete-gamma.ts'
import type { CategoryColumn } from '#engine/table/table.ts'
import type { Measured, MeasuredColumn } from './measured.ts'
import { kolmogorovDistance, sortedValues } from './shapes.ts'

/** The statistic is D, or chi-square of `freedom` degrees; null where a side is empty or nothing can differ. */
export type TwoSampleTest = {
  column: string
  test: 'kolmogorov_smirnov' | 'chi_square'
  statistic: number | null
  freedom: number | null
  p_value: number | null
}

/** Levels that fewer rows than this are expected to have on a side are counted together. */
const EXPECTED_MIN = 5

export function testColumns(real: Measured, synthetic: Measured): TwoSampleTest[] {
  return real.columns.map((column, at) => {
    const other = synthetic.columns[at] as MeasuredColumn
    const { name } = column.field
    if (column.kind === 'number' && other.kind === 'number')
      return { column: name, ...kolmogorovTest(column.values, other.values) }
    return { column: name, ...chiSquareTest(column as CategoryColumn, other as CategoryColumn) }
  })
}

function kolmogorovTest(
  real: Float64Array,
  synthetic: Float64Array,
): Omit<TwoSampleTest, 'column'> {
  const [a, b] = [sortedValues(real), sortedValues(synthetic)]
  const statistic = kolmogorovDistance(a, b)
  const p = statistic === null ? null : kolmogorovTail(statistic, a.length, b.length)
  return { test: 'kolmogorov_smirnov', statistic, freedom: null, p_value: p }
}

/**
 * P(D > d) of two samples of one continuous law: Kolmogorov's limit (1933) with Stephens' correction for small
 * samples (1970). Values that repeat make it too large, never too small.
 */
export function kolmogorovTail(d: number, n: number, m: number): number {
  const size = Math.sqrt((n * m) / (n + m))
  const x = (size + 0.12 + 0.11 / size) * d
  if (x < 0.2) return 1
  let [sum, sign] = [0, 1]
  for (let k = 1; k <= 100; k++) {
    const term = exp(-2 * k * k * x * x)
    sum += sign * term
    if (term < 1e-17 * sum) break
    sign = -sign
  }
  return Math.min(1, Math.max(0, 2 * sum))
}

/** Pearson's test of homogeneity (1900); null is a level. */
function chiSquareTest(
  real: CategoryColumn,
  synthetic: CategoryColumn,
): Omit<TwoSampleTest, 'column'> {
  const [a, b] = [countsWithNull(real), countsWithNull(synthetic)]
  const [n, m] = [real.codes.length, synthetic.codes.length]
  const nothing = { test: 'chi_square', statistic: null, freedom: null, p_value: null } as const
  if (n === 0 || m === 0) return nothing
  let [statistic, cells] = [0, 0]
  const rare = [0, 0]
  const add = (x: number, y: number): void => {
    const share = (x + y) / (n + m)
    if (share === 0) return
    statistic += (x - n * share) ** 2 / (n * share) + (y - m * share) ** 2 / (m * share)
    cells++
  }
  for (let level = 0; level < a.length; level++) {
    const [x, y] = [a[level] as number, b[level] as number]
    if (((x + y) / (n + m)) * Math.min(n, m) >= EXPECTED_MIN) add(x, y)
    else {
      rare[0] = (rare[0] as number) + x
      rare[1] = (rare[1] as number) + y
    }
  }
  add(rare[0] as number, rare[1] as number)
  const freedom = cells - 1
  if (freedom === 0) return nothing
  return { test: 'chi_square', statistic, freedom, p_value: chiSquareTail(statistic, freedom) }
}

function countsWithNull({ codes, levels }: CategoryColumn): Float64Array {
  const counts = new Float64Array(levels.length + 1)
  for (const code of codes) {
    const level = code < 0 ? levels.length : code
    counts[level] = (counts[level] as number) + 1
  }
  return counts
}

/** P(X > x) of chi-square with that many degrees of freedom. */
export function chiSquareTail(x: number, freedom: number): number {
  return x <= 0 ? 1 : gammaTails(freedom / 2, log(x / 2)).upper
}
