// A real table and a synthetic one compared in every respect: alike in columns and pairs, told apart, useful, private.

import type { Column, Table } from '#engine/table/table.ts'
import { scoreAdherence, uniqueShare } from './adherence.ts'
import { compareAssociations } from './association.ts'
import { measureCeiling } from './ceiling.ts'
import { detectSynthetic } from './detection.ts'
import { EVALUATION_VERSION, type Evaluation, type KeyUniqueness } from './evaluation.ts'
import { meanOf } from './mean.ts'
import { alignTables, type LeftOut, type Measured } from './measured.ts'
import { overlayColumns } from './overlays.ts'
import { createPause } from './pause.ts'
import { measurePrivacy } from './privacy/privacy.ts'
import { sampleRows } from './rows.ts'
import { scoreShapes } from './shapes.ts'
import { scoreTrendsInSteps } from './trends.ts'
import { testColumns } from './two-sample.ts'
import { measureUtility } from './utility.ts'
import { judge } from './verdict.ts'

export type EvaluateOptions = {
  /** Real rows that nothing was learned from; attacks on membership need them. */
  holdout?: Table
  /** The column whose prediction is judged; by default the last one of few levels. */
  target?: string
  seed: number
  signal: AbortSignal
  /** Of each table at most so many rows, drawn by the seed, are used for detection, utility and privacy. */
  maxRows?: number
}

const ROWS_MAX_DEFAULT = 30_000
/** Rows of each table that shapes, pairs and everything else look at, at most. */
export const ALL_ROWS_MAX = 1_000_000
/** Columns of a table that are measured, at most; the first ones. */
const COLUMNS_MAX = 300
/** Of wide tables fewer rows are looked at: at most so many rows times pairs, and so many values of what is drawn. */
const PAIR_ROWS_MAX = 1_000_000_000
const VALUES_MAX = 1_500_000
const ROWS_LEAST = 1_000

/** Equal arguments give equal evaluations. Rejects with AppError `cancelled` once the signal is aborted. */
export async function evaluate(
  real: Table,
  synthetic: Table,
  { holdout, target, seed, signal, maxRows = ROWS_MAX_DEFAULT }: EvaluateOptions,
): Promise<Evaluation> {
  const pause = createPause(signal)
  await pause()
  const { sides, leftOut } = alignTables(holdout ? [real, synthetic, holdout] : [real, synthetic])
  const bounded = sides.map((side) => boundedTable(side, seed))
  const [a, b, held = null] = bounded as [Measured, Measured, Measured?]
  const rowsMax = Math.min(maxRows, Math.max(ROWS_LEAST, perColumn(VALUES_MAX, a.columns.length)))
  const some = (table: Measured): Measured => sampleRows(table, rowsMax, seed, 'rows')
  const [fewReal, fewSynthetic, fewHeld] = [some(a), some(b), held && some(held)]
  const shapes = scoreShapes(a, b)
  await pause()
  const trends = await scoreTrendsInSteps(a, b, pause)
  const figures: Omit<Evaluation, 'verdict'> = {
    version: EVALUATION_VERSION,
    seed,
    rows: { real: real.rows, synthetic: synthetic.rows, holdout: holdout?.rows ?? null },
    rows_max: rowsMax,
    columns: {
      measured: a.columns.map(({ field }) => field.name),
      left_out: leftOut.map(({ name, reason }) => ({ column: name, reason })),
    },
    quality: {
      all_pairs: meanOf([shapes.score, trends.score]),
      thresholded: meanOf([shapes.score, trends.thresholded]),
    },
    shapes,
    trends: { all_pairs: trends.score, thresholded: trends.thresholded, pairs: trends.pairs },
    tests: testColumns(a, b),
    adherence: scoreAdherence(a, b),
    keys: keyUniqueness(leftOut, real.rows, synthetic.rows),
    associations: await compareAssociations(a, b, pause),
    overlays: overlayColumns(a, b),
    detection: await detectSynthetic(fewReal, fewSynthetic, { seed, pause }),
    utility: await measureUtility(
      { real: fewReal, synthetic: fewSynthetic, holdout: fewHeld },
      { seed, pause, ...(target === undefined ? {} : { target }) },
    ),
    ceiling: await measureCeiling(a, b.rows, { seed, pause, rowsMax }),
    privacy: await measurePrivacy(
      { real: a, synthetic: b, holdout: held, leftOut },
      { seed, pause, rowsMax },
    ),
  }
  return { ...figures, verdict: judge(figures) }
}

function boundedTable(table: Measured, seed: number): Measured {
  const columns = table.columns.slice(0, COLUMNS_MAX)
  const pairs = (columns.length * (columns.length - 1)) / 2
  const most = Math.min(ALL_ROWS_MAX, Math.max(ROWS_LEAST, perColumn(PAIR_ROWS_MAX, pairs)))
  return sampleRows({ rows: table.rows, columns }, most, seed, 'rows')
}

const perColumn = (total: number, columns: number): number =>
  Math.floor(total / Math.max(1, columns))

function keyUniqueness(
  leftOut: readonly LeftOut[],
  realRows: number,
  syntheticRows: number,
): KeyUniqueness[] {
  return leftOut
    .filter(({ reason, sides: [, synthetic] }) => reason === 'id' && synthetic !== undefined)
    .map(({ name, sides }) => ({
      column: name,
      real: uniqueShare(sides[0] as Column, realRows),
      synthetic: uniqueShare(sides[1] as Column, syntheticRows),
    }))
}
