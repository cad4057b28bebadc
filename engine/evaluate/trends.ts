// How alike pairs of columns hang together in two tables: the Column Pair Trends of SDMetrics, by their published
// definitions and under both of its rules (every pair; only pairs that hang together in the real table).

import { type Coded, codeColumns } from './bins.ts'
import { createCorrelations } from './correlation.ts'
import {
  contingencySimilarity,
  cramersV,
  createJointCounter,
  type JointCounts,
} from './joint-counts.ts'
import { meanOf } from './mean.ts'
import type { Measured, MeasuredColumn } from './measured.ts'
import type { Pause } from './pause.ts'

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
const CORRELATION_MIN = 0.5
const ASSOCIATION_MIN = 0.3

/** Nulls are left out of correlations and are a value of their own in contingencies. */
export function scoreTrends(real: Measured, synthetic: Measured): Trends {
  return averaged([...pairScores(real, synthetic)].flat())
}

/** The same, with a pause after the pairs of each column. */
export async function scoreTrendsInSteps(
  real: Measured,
  synthetic: Measured,
  pause: Pause,
): Promise<Trends> {
  const pairs: TrendScore[] = []
  for (const some of pairScores(real, synthetic)) {
    pairs.push(...some)
    await pause()
  }
  return averaged(pairs)
}

function averaged(pairs: TrendScore[]): Trends {
  const counting = pairs.filter(({ counts }) => counts)
  return {
    score: meanOf(pairs.map(({ score }) => score)),
    thresholded: meanOf(counting.map(({ score }) => score)),
    pairs,
  }
}

/** Column after column, its pairs with those behind it. */
function* pairScores(real: Measured, synthetic: Measured): Generator<TrendScore[]> {
  const coded = [codeColumns(real), codeColumns(synthetic)] as const
  const correlate = [real, synthetic].map(({ columns }) =>
    createCorrelations(columns.map((column) => (column.kind === 'number' ? column.values : null))),
  )
  const count = createJointCounter()
  const scoreOf = (first: number, second: number): TrendScore => {
    const columns = namesOf(real, first, second)
    const [one, other] = [real.columns[first], real.columns[second]]
    if (one?.kind === 'number' && other?.kind === 'number') {
      const [x, y] = correlate.map((of) => of(first, second))
      return numericPair(columns, x ?? null, y ?? null)
    }
    const [a, b] = coded.map((codes) => [codes[first], codes[second]] as [Coded, Coded])
    return contingency(columns, count(a as [Coded, Coded], b as [Coded, Coded]))
  }
  for (let first = 0; first < real.columns.length; first++) {
    const behind = real.columns.length - first - 1
    yield Array.from({ length: behind }, (_, at) => scoreOf(first, first + 1 + at))
  }
}

function contingency(columns: [string, string], joint: JointCounts): TrendScore {
  const association = cramersV(joint, joint.real)
  return {
    columns,
    metric: 'ContingencySimilarity',
    score: contingencySimilarity(joint),
    real: association,
    synthetic: cramersV(joint, joint.synthetic),
    counts: association !== null && association > ASSOCIATION_MIN,
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
