// What a synthetic table is worth for learning: a model is trained on it and judged on real rows, next to one that was
// trained on real rows (TSTR, Esteban et al. 2017).

import { type CategoryColumn, isNullAt, levelCounts } from '#engine/table/table.ts'
import { areaUnderCurve } from './auc.ts'
import { type BinnedColumn, createBinner } from './boosting/bins.ts'
import { fitBoosted, predictBoosted } from './boosting/boost.ts'
import type { Measured, MeasuredColumn } from './measured.ts'
import type { Pause } from './pause.ts'
import { partRows } from './rows.ts'

/**
 * How well boosted trees predict `target` from all other columns: area under the curve of a level against the others,
 * weighted by its rows, or the share of a number's variance that is explained (below 0 is worse than its mean).
 */
export type Utility = {
  target: string
  metric: 'auc' | 'r_squared'
  trained_on_real: number | null
  trained_on_synthetic: number | null
  /** What the models are judged on: the held-out table, or a fifth of the real one that neither model saw here. */
  tested_on: 'holdout' | 'fifth_of_real'
  rows: { real: number; synthetic: number; tested: number }
}

export type UtilityOptions = { target?: string; seed: number; pause: Pause }

/** Targets that are chosen have at least 2 and at most so many levels. */
const LEVELS_MAX = 20
/** Of a target of more than two levels, the most frequent ones have a model of so many trees each. */
const LEVELS_JUDGED = 8
const TREES_OF_MANY = 40
const TESTED_SHARE = 0.2

/** Null where no column can be predicted. Rejects with AppError `cancelled`. */
export async function measureUtility(
  tables: { real: Measured; synthetic: Measured; holdout: Measured | null },
  { target, seed, pause }: UtilityOptions,
): Promise<Utility | null> {
  const at = chooseTarget(tables.real, target)
  const wanted = tables.real.columns[at]
  if (!wanted || tables.real.columns.length < 2) return null
  const { training, tested } = trainingAndTested(tables, seed)
  const train = async (table: Measured): Promise<number | null> => {
    await pause()
    return wanted.kind === 'number'
      ? explainedShare(table, tested, at, seed)
      : await levelArea(table, tested, at, { seed, pause })
  }
  return {
    target: wanted.field.name,
    metric: wanted.kind === 'number' ? 'r_squared' : 'auc',
    trained_on_real: await train(training),
    trained_on_synthetic: await train(tables.synthetic),
    tested_on: tables.holdout ? 'holdout' : 'fifth_of_real',
    rows: { real: training.rows, synthetic: tables.synthetic.rows, tested: tested.rows },
  }
}

/** The one that is named; else the last column of few levels, or the last number that varies. -1 where there is none. */
function chooseTarget({ columns }: Measured, target?: string): number {
  if (target !== undefined) return columns.findIndex(({ field }) => field.name === target)
  const ofLevels = columns.findLastIndex((column) => {
    if (column.kind !== 'category') return false
    const levels = levelCounts(column).filter((count) => count > 0).length
    return levels >= 2 && levels <= LEVELS_MAX
  })
  return ofLevels >= 0 ? ofLevels : columns.findLastIndex(({ kind }) => kind === 'number')
}

function trainingAndTested(
  { real, holdout }: { real: Measured; holdout: Measured | null },
  seed: number,
): { training: Measured; tested: Measured } {
  if (holdout) return { training: real, tested: holdout }
  const count = Math.ceil(real.rows * TESTED_SHARE)
  const { drawn, others } = partRows(real, count, seed, 'tested')
  return { training: others, tested: drawn }
}

type Binned = { training: BinnedColumn[]; tested: BinnedColumn[] }

function binOthers(table: Measured, tested: Measured, target: number): Binned {
  const others = ({ rows, columns }: Measured): Measured => ({
    rows,
    columns: columns.filter((_, at) => at !== target),
  })
  const bin = createBinner(others(table))
  return { training: bin(others(table)), tested: bin(others(tested)) }
}

function rowsWithValue(column: MeasuredColumn, rows: number): Int32Array {
  return Int32Array.from({ length: rows }, (_, row) => row).filter((row) => !isNullAt(column, row))
}

function explainedShare(
  table: Measured,
  tested: Measured,
  at: number,
  seed: number,
): number | null {
  const [known, asked] = [table.columns[at], tested.columns[at]]
  if (known?.kind !== 'number' || asked?.kind !== 'number') return null
  const [rows, askedRows] = [rowsWithValue(known, table.rows), rowsWithValue(asked, tested.rows)]
  if (rows.length === 0 || askedRows.length < 2) return null
  const binned = binOthers(table, tested, at)
  const model = fitBoosted(binned.training, known.values, rows, { loss: 'squared', seed })
  const predicted = predictBoosted(model, binned.tested, askedRows)
  const truth = Float64Array.from(askedRows, (row) => asked.values[row] as number)
  const mean = truth.reduce((sum, value) => sum + value, 0) / truth.length
  const variation = truth.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const error = truth.reduce((sum, value, i) => sum + (value - (predicted[i] as number)) ** 2, 0)
  return variation === 0 ? null : 1 - error / variation
}

/** One model for two levels, one for each of more. */
async function levelArea(
  table: Measured,
  tested: Measured,
  at: number,
  { seed, pause }: { seed: number; pause: Pause },
): Promise<number | null> {
  const [known, asked] = [table.columns[at] as CategoryColumn, tested.columns[at] as CategoryColumn]
  const counts = [...levelCounts(asked).entries()].filter(([, count]) => count > 0)
  const judged = counts.sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, LEVELS_JUDGED)
  const levels = counts.length === 2 ? judged.slice(1) : judged
  const treesMax = counts.length === 2 ? 100 : TREES_OF_MANY
  const [rows, askedRows] = [rowsWithValue(known, table.rows), rowsWithValue(asked, tested.rows)]
  if (counts.length < 2 || rows.length === 0) return null
  const binned = binOthers(table, tested, at)
  let [sum, weight] = [0, 0]
  for (const [level, count] of levels) {
    await pause()
    const target = Float64Array.from(known.codes, (code) => (code === level ? 1 : 0))
    const model = fitBoosted(binned.training, target, rows, { loss: 'logistic', seed, treesMax })
    const scores = predictBoosted(model, binned.tested, askedRows)
    const of = (isLevel: boolean): Float64Array =>
      scores.filter((_, i) => (asked.codes[askedRows[i] as number] === level) === isLevel)
    sum += count * (areaUnderCurve(of(false), of(true)) ?? 0.5)
    weight += count
  }
  return sum / weight
}
