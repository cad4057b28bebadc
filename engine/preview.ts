// The first rows of a job's table, without a job.

import { type CompileOptions, compile } from './compile.ts'
import type { ColumnType, ResolvedConfig, Scalar } from './config/types.ts'
import { planConfig } from './plan.ts'

export type Preview = {
  columns: { name: string; type: ColumnType }[]
  rows: Scalar[][]
}

/** The first `rows` rows (or as many as there are): the values that the job's file has. */
export function previewTable(
  config: ResolvedConfig,
  table: string,
  rows: number,
  options: CompileOptions = {},
): Preview {
  const batchRows = Math.min(Math.max(rows, 1), 1024)
  const compiled = compile(config, planConfig(config), { ...options, batchRows }).table(table)
  return {
    columns: [...compiled.columns],
    rows: compiled.values(0, Math.min(rows, compiled.rows)),
  }
}
