// How well a model's samples are like rows that it did not learn from: one number that compares models of any kind, and
// how far that is chance.

import { meanOf } from '#engine/evaluate/mean.ts'
import { alignTables, type Measured } from '#engine/evaluate/measured.ts'
import { scoreShapes } from '#engine/evaluate/shapes.ts'
import { scoreTrends } from '#engine/evaluate/trends.ts'
import { type Table, takeRows } from '#engine/table/table.ts'
import { openModel } from '../model.ts'
import { restore } from '../prepare.ts'

/** Rows that are drawn at least: fewer would be compared by their own noise. */
const ROWS_LEAST = 10_000
/** The samples that are judged; any number will do, the same for all models. */
const SEED = 1

/** Groups of rows that are left out in turn, to see how far the score is chance. */
const GROUPS = 8

/** 0 to 1, the higher the better; `without` each group of rows, of both tables. */
export type HeldOutScore = { score: number; without: number[] }

/**
 * The mean of Column Shapes and Column Pair Trends (over every pair) between the rows and a sample; 0 where nothing can
 * be compared.
 */
export async function heldOutScore(
  file: Uint8Array,
  heldOut: Table,
  { signal }: { signal: AbortSignal },
): Promise<HeldOutScore> {
  const model = openModel(file)
  const sampler = await model.createSampler({ seed: SEED })
  try {
    const rows = Math.max(ROWS_LEAST, heldOut.rows)
    const sampled = await sampler.sample({ from: 0, to: rows }, { signal })
    const synthetic = { name: heldOut.name, rows, columns: restore(model.columns, sampled, rows) }
    const without = Array.from({ length: GROUPS }, (_, group) => {
      signal.throwIfAborted()
      return likeness(leaveOut(heldOut, group), leaveOut(synthetic, group))
    })
    return { score: likeness(heldOut, synthetic), without }
  } finally {
    await sampler.release()
  }
}

function likeness(heldOut: Table, synthetic: Table): number {
  const [real, drawn] = alignTables([heldOut, synthetic]).sides as [Measured, Measured]
  return meanOf([scoreShapes(real, drawn).score, scoreTrends(real, drawn).score]) ?? 0
}

function leaveOut(table: Table, group: number): Table {
  const rows = Int32Array.from({ length: table.rows }, (_, row) => row)
  return takeRows(
    table,
    rows.filter((row) => row % GROUPS !== group),
  )
}
