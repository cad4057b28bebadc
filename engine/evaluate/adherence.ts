// Whether synthetic values are ones that the real column could have: covered, within bounds, of known levels, null as
// often, and as distinct. The definitions are those of SDMetrics' single column metrics.

import { type Column, extremes, isNullAt, levelCounts, nullsOf } from '#engine/table/table.ts'
import type { Measured, MeasuredColumn } from './measured.ts'

export type Adherence = {
  column: string
  /** 1 less the difference of the shares of nulls. */
  missing: number | null
  /** Of the real range, or of the real levels, what synthetic values reach; null for constant numbers. */
  coverage: number | null
  /** Of synthetic values those within the real range, or of real levels. */
  adherence: number | null
}

/** Scores of every measured column; null where a side has nothing to compare. */
export function scoreAdherence(real: Measured, synthetic: Measured): Adherence[] {
  return real.columns.map((column, at) => {
    const other = synthetic.columns[at] as MeasuredColumn
    const rows = [real.rows, synthetic.rows] as const
    const nulls = [nullsOf(column, rows[0]), nullsOf(other, rows[1])] as const
    return {
      column: column.field.name,
      missing: missingSimilarity(nulls, rows),
      ...(column.kind === 'number' && other.kind === 'number'
        ? rangeScores(column.values, other.values, nulls)
        : levelScores(column, other, nulls)),
    }
  })
}

type Scores = Pick<Adherence, 'coverage' | 'adherence'>

function missingSimilarity(
  nulls: readonly [number, number],
  rows: readonly [number, number],
): number | null {
  if (rows[0] === 0 || rows[1] === 0) return null
  return 1 - Math.abs(nulls[0] / rows[0] - nulls[1] / rows[1])
}

/** Nulls are violations where the real column has none, and are left out otherwise. */
function rangeScores(
  real: Float64Array,
  synthetic: Float64Array,
  nulls: readonly [number, number],
): Scores {
  const [low, high] = extremes(real)
  const [lowest, highest] = extremes(synthetic)
  let within = 0
  for (const value of synthetic) if (value >= low && value <= high) within++
  const judged = synthetic.length - (nulls[0] > 0 ? nulls[1] : 0)
  const adherence = judged === 0 || real.length === 0 ? null : within / judged
  if (low >= high || lowest > highest) return { coverage: null, adherence }
  const lost = Math.max(0, lowest - low) + Math.max(0, high - highest)
  return { coverage: Math.max(0, 1 - lost / (high - low)), adherence }
}

/** Null is a known level where the real column has nulls. */
function levelScores(
  real: MeasuredColumn,
  synthetic: MeasuredColumn,
  nulls: readonly [number, number],
): Scores {
  if (real.kind !== 'category' || synthetic.kind !== 'category')
    return { coverage: null, adherence: null }
  const [a, b] = [levelCounts(real), levelCounts(synthetic)]
  let [known, covered, valid] = [0, 0, nulls[0] > 0 ? nulls[1] : 0]
  for (let level = 0; level < a.length; level++) {
    if (a[level] === 0) continue
    known++
    valid += b[level] as number
    if ((b[level] as number) > 0) covered++
  }
  const rows = synthetic.codes.length
  return {
    coverage: known === 0 ? null : covered / known,
    adherence: rows === 0 || real.codes.length === 0 ? null : valid / rows,
  }
}

/** Of the rows those whose value no earlier row has and that are not null; null of no rows. */
export function uniqueShare(column: Column, rows: number): number | null {
  if (rows === 0) return null
  const seen = new Set<unknown>()
  const values = column.kind === 'category' ? column.codes : column.values
  for (let row = 0; row < rows; row++) if (!isNullAt(column, row)) seen.add(values[row])
  return seen.size / rows
}
