// How alike pairs of columns hang together in two tables: the Column Pair Trends of SDMetrics, by their published
// definitions and under both of its rules (every pair; only pairs that hang together in the real table).

import { type Coded, codeColumns } from './bins.ts'
import { createCorrelations } from './correlation.ts'
import { contingencySimilarity, cramersV, createJointCounter } from './joint-counts.ts'
import { meanOf } from './mean.ts'
import type { Measured, MeasuredColumn } from './measured.ts'

/** `real` and `synthetic` are Pearson's correlation, or Cramer's V of levels and bins. */
export type TrendScore = {
  columns: [string, string]
  metric: 'CorrelationSimilarity' | 'ContingencySimilarity'
  /** 1 where the pair hangs together alike; null where a correlation is undefined. */
  score: number | null
  real: number | null
  synthetic: number | null
  /** Whether the pair counts under the rule of thresholds. */
  counts: boolean
}

/** `score` is over every pair, as SDMetrics before 0.27; `thresholded` over those that count, as since then. */
export type Trends = { score: number | null; thresholded: number | null; pairs: TrendScore[] }

/** Of the real table: |Pearson| and Cramer's V above which a pair counts. */
export const CORRELATION_MIN = 0.5
export const ASSOCIATION_MIN = 0.3

/** Nulls are left out of correlations and are a value of their own in contingencies. */
export function scoreTrends(real: Measured, synthetic: Measured): Trends {
  const coded = [codeColumns(real), codeColumns(synthetic)] as const
  const correlate = [real, synthetic].map(({ columns }) =>
    createCorrelations(columns.map((column) => (column.kind === 'number' ? column.values : null))),
  )
  const count = createJointCounter()
  const pairs: TrendScore[] = []
  for (let first = 0; first < real.columns.length; first++)
    for (let second = first + 1; second < real.columns.length; second++) {
      const [one, other] = [real.columns[first], real.columns[second]]
      if (one?.kind === 'number' && other?.kind === 'number') {
        const [x, y] = correlate.map((of) => of(first, second))
        pairs.push(numericPair(namesOf(real, first, second), x ?? null, y ?? null))
        continue
      }
      const [a, b] = coded.map((codes) => [codes[first], codes[second]] as [Coded, Coded])
      const joint = count(a as [Coded, Coded], b as [Coded, Coded])
      const association = cramersV(joint, joint.real)
      pairs.push({
        columns: namesOf(real, first, second),
        metric: 'ContingencySimilarity',
        score: contingencySimilarity(joint),
        real: association,
        synthetic: cramersV(joint, joint.synthetic),
        counts: association !== null && association > ASSOCIATION_MIN,
      })
    }
  const counting = pairs.filter(({ counts }) => counts)
  return {
    score: meanOf(pairs.map(({ score }) => score)),
    thresholded: meanOf(counting.map(({ score }) => score)),
    pairs,
  }
}

function namesOf({ columns }: Measured, first: number, second: number): [string, string] {
  const name = (at: number): string => (columns[at] as MeasuredColumn).field.name
  return [name(first), name(second)]
}

function numericPair(
  columns: [string, string],
  real: number | null,
  synthetic: number | null,
): TrendScore {
  // A correlation of exactly 0 does not pass SDMetrics' threshold of 0.
  const defined = real !== null && synthetic !== null && real !== 0
  return {
    columns,
    metric: 'CorrelationSimilarity',
    score: defined ? 1 - Math.abs(real - synthetic) / 2 : null,
    real,
    synthetic,
    counts: real !== null && Math.abs(real) > CORRELATION_MIN,
  }
}
