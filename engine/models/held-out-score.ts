// How well a model's samples are like rows that it did not learn from: one number that compares models of any kind.

import { meanOf } from '#engine/evaluate/mean.ts'
import { alignTables, type Measured } from '#engine/evaluate/measured.ts'
import { scoreShapes } from '#engine/evaluate/shapes.ts'
import { scoreTrends } from '#engine/evaluate/trends.ts'
import type { Table } from '#engine/table/table.ts'
import { openModel } from './model.ts'
import { restore } from './prepare.ts'

/** Rows that are drawn at least: fewer would be compared by their own noise. */
const ROWS_LEAST = 10_000
/** The samples that are judged; any number will do, the same for all models. */
const SEED = 1

/**
 * The mean of Column Shapes and Column Pair Trends (over every pair) between the rows and a sample, 0 to 1; 0 where
 * nothing can be compared.
 */
export async function heldOutScore(
  file: Uint8Array,
  heldOut: Table,
  { signal }: { signal: AbortSignal },
): Promise<number> {
  const model = openModel(file)
  const sampler = await model.createSampler({ seed: SEED })
  try {
    const rows = Math.max(ROWS_LEAST, heldOut.rows)
    const sampled = await sampler.sample({ from: 0, to: rows }, { signal })
    const synthetic = { name: heldOut.name, rows, columns: restore(model.columns, sampled, rows) }
    const [real, drawn] = alignTables([heldOut, synthetic]).sides as [Measured, Measured]
    return meanOf([scoreShapes(real, drawn).score, scoreTrends(real, drawn).score]) ?? 0
  } finally {
    await sampler.release()
  }
}
