// The first rows of a table whose chunks are made: the engine makes them again from the job's spec, so they are the
// rows that the file has.

import type { Sql } from '#coordinator/database/database.ts'
import type { JobSpec } from '#coordinator/ledger/job-spec.ts'
import type { OpenedModels } from '#coordinator/models/opened-models.ts'
import { chunkRange, withRows } from '#engine/chunk.ts'
import { type CompiledTable, compile } from '#engine/compile.ts'
import type { ColumnType, Scalar } from '#engine/config/types.ts'
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
  { sql, models }: { sql: Sql; models: OpenedModels },
  { config, plan, inputs }: Pick<JobSpec, 'config' | 'plan' | 'inputs'>,
  { jobId, tableNo, rows }: PreviewRequest,
): Promise<JobPreview> {
  const compiled = compile(config, plan, {
    batchRows: Math.min(rows, 256),
    sandbox: await sandboxFor(config),
    models: await models.of(config, inputs),
  })
  const table = compiled.tables[tableNo] as CompiledTable
  const wanted = Math.min(rows, Math.max(1, Math.floor(VALUES_MAX / table.columns.length)))
  const chunks = await sql.query<{ chunk_no: number }>(
    'select chunk_no from chunks where job_id = $1 and table_no = $2 order by chunk_no limit $3',
    [jobId, tableNo, Math.ceil(wanted / table.chunkRows) + 1],
  )
  const found: Scalar[][] = []
  for (const { chunk_no } of chunks) {
    const { from, to: end } = chunkRange(table, chunk_no)
    const to = Math.min(end, from + wanted - found.length)
    found.push(...(await withRows(table, { from, to }, () => table.values(from, to))))
  }
  await compiled.release()
  return { table: table.name, columns: [...table.columns], rows: found }
}
