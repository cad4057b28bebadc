// The first rows of a table whose chunks are made: the engine makes them again from the job's spec, so they are the
// rows that the file has.

import type { Sql } from '#coordinator/database/database.ts'
import { chunkRange } from '#engine/chunk.ts'
import { type CompiledTable, compile } from '#engine/compile.ts'
import type { ColumnType, ResolvedConfig, Scalar } from '#engine/config/types.ts'
import type { Plan } from '#engine/plan.ts'
import { sandboxFor } from '#engine/sandbox/sandbox-for.ts'

/** What a preview may hold: wider tables show fewer rows. */
const VALUES_MAX = 100_000
export const PREVIEW_ROWS_MAX = 1_000

export type JobPreview = {
  table: string
  columns: { name: string; type: ColumnType }[]
  rows: Scalar[][]
}

export type PreviewRequest = { jobId: string; tableNo: number; rows: number }

/** `rows` is at most 1,000. No rows while no chunk of the table is done. */
export async function previewJob(
  sql: Sql,
  { config, plan }: { config: ResolvedConfig; plan: Plan },
  { jobId, tableNo, rows }: PreviewRequest,
): Promise<JobPreview> {
  const options = { batchRows: Math.min(rows, 256), sandbox: await sandboxFor(config) }
  const compiled = compile(config, plan, options)
  const table = compiled.tables[tableNo] as CompiledTable
  const wanted = Math.min(rows, Math.max(1, Math.floor(VALUES_MAX / table.columns.length)))
  const chunks = await sql.query<{ chunk_no: number }>(
    'select chunk_no from chunks where job_id = $1 and table_no = $2 order by chunk_no limit $3',
    [jobId, tableNo, Math.ceil(wanted / table.chunkRows) + 1],
  )
  const found: Scalar[][] = []
  for (const { chunk_no } of chunks) {
    const { from, to } = chunkRange(table, chunk_no)
    found.push(...table.values(from, Math.min(to, from + wanted - found.length)))
  }
  return { table: table.name, columns: [...table.columns], rows: found }
}
