// Jobs that sample models, as two earlier interfaces show them.

import type { Sql } from '#coordinator/database/database.ts'
import type { Principal } from '#coordinator/identity/principals.ts'
import { type JobRow, readJob } from '#coordinator/jobs/job-row.ts'
import { jobView, type ViewSettings } from '#coordinator/jobs/job-view.ts'
import { AppError } from '#engine/errors.ts'

/** A generation of rows: its link is a permanent one where the files are published, else that of the download. */
export async function generationViews(
  sql: Sql,
  rows: readonly JobRow[],
  settings: ViewSettings,
): Promise<ReturnType<typeof generationView>[]> {
  const ids = rows.map(({ model_id }) => model_id)
  const trainings = await sql.query<{ id: string; job_id: string | null }>(
    'select id, job_id from models where id = any($1)',
    [ids],
  )
  const jobOf = new Map(trainings.map(({ id, job_id }) => [id, job_id]))
  return rows.map((row) => generationView(row, jobOf.get(row.model_id ?? '') ?? null, settings))
}

/** AppError `not_found` for a job that the caller does not see, or that trains. */
export async function readGeneration(
  sql: Sql,
  principal: Principal,
  id: string,
  settings: ViewSettings,
): Promise<ReturnType<typeof generationView>> {
  const row = await readJob(sql, principal, id)
  const [view] = await generationViews(sql, [row], settings)
  if (view === undefined || row.kind !== 'generate')
    throw new AppError('not_found', `There is no generation ${row.id}.`)
  return view
}

function generationView(row: JobRow, jobId: string | null, settings: ViewSettings) {
  const view = jobView(row, settings, { forAdmin: false })
  return {
    generationJobId: view.job_id,
    jobId,
    modelId: view.model_id,
    status: view.status,
    numberOfRows: view.total_rows,
    outputFormat: row.format,
    progress: view.progress_percentage,
    rowsGenerated: view.rows_generated,
    totalRows: view.total_rows,
    estimatedTimeRemaining: view.eta_seconds,
    storageLink: view.status === 'completed' ? storageLink(view.outputs) : null,
    error: view.error?.message ?? null,
    createdAt: view.created_at,
    startedAt: view.started_at,
    completedAt: view.finished_at,
  }
}

type Outputs = ReturnType<typeof jobView>['outputs']

function storageLink([output]: Outputs): string | null {
  if (output === undefined) return null
  return output.ipfs_urls[0] ?? output.arweave?.url ?? output.download_url
}

/** A batch of rows of a model. */
export function batchView(jobId: string, modelId: string, rows: number) {
  return {
    ...{ id: jobId, batchId: jobId, jobId, modelId, rowCount: rows, status: 'PENDING' },
    filePath: `/api/synthetic/${jobId}/download`,
  }
}
