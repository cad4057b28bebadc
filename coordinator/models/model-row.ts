// Models as their project has them: listed, read, brought in, removed.

import type { Database, Sql } from '#coordinator/database/database.ts'
import { isId } from '#coordinator/identity/new-id.ts'
import {
  type Principal,
  type ProjectRole,
  requireRole,
  viewer,
} from '#coordinator/identity/principals.ts'
import { removeJob } from '#coordinator/jobs/actions.ts'
import type { JobStatus } from '#coordinator/jobs/job-state.ts'
import type { Link } from '#engine/dag/part.ts'
import { AppError } from '#engine/errors.ts'
import type { EpochReport } from './history.ts'
import { MODEL_JSON, type StoredModel } from './model-json.ts'
import { noModel } from './model-store.ts'

/** The state of the job that trains it. */
export type TrainingState = {
  status: JobStatus
  error: { code: string; message: string; hint?: string } | null
  waiting_reason: string | null
  started_at: Date | null
  finished_at: Date | null
}

export type ModelRow = {
  model: StoredModel
  /** Null for a model that was brought in. */
  training: TrainingState | null
  /** The caller's role in the project; null for an administrator who is not a member. */
  role: ProjectRole | null
}

type Stored = TrainingState & { model: StoredModel; role: ProjectRole | null }

const COLUMNS = `${MODEL_JSON} as model, m.role, j.status, j.error, j.waiting_reason, j.started_at, j.finished_at`
const FROM = `from models v left join jobs j on j.id = v.job_id
  left join project_members m on m.project_id = v.project_id and m.user_id = $1
  where ($2 or m.user_id is not null)`

function rowOf({ model, role, ...training }: Stored): ModelRow {
  return { model, role, training: model.job_id === null ? null : training }
}

type ModelQuery = {
  projectId: string | null
  datasetId: string | null
  limit: number
  offset: number
}

/** Those that the caller sees, newest first; `total` counts all that match. */
export async function listModels(
  sql: Sql,
  principal: Principal,
  { projectId, datasetId, limit, offset }: ModelQuery,
): Promise<{ rows: ModelRow[]; total: number }> {
  const only =
    'and ($3::text is null or v.project_id = $3) and ($4::text is null or v.dataset_id = $4)'
  const values = [...viewer(principal), projectId, datasetId]
  const rows = await sql.query<Stored>(
    `select ${COLUMNS} ${FROM} ${only} order by v.created_at desc, v.id limit $5 offset $6`,
    [...values, limit, offset],
  )
  const [count] = await sql.query<{ total: number }>(
    `select count(*)::int as total ${FROM} ${only}`,
    values,
  )
  return { rows: rows.map(rowOf), total: count?.total ?? 0 }
}

/** Throws AppError `not_found` when it does not exist or is not the caller's to see. */
export async function readModel(
  sql: Sql,
  principal: Principal,
  modelId: string,
): Promise<ModelRow> {
  const [row] = isId(modelId)
    ? await sql.query<Stored>(`select ${COLUMNS} ${FROM} and v.id = $3`, [
        ...viewer(principal),
        modelId,
      ])
    : []
  if (row === undefined) throw noModel(modelId)
  return rowOf(row)
}

/** The id of the model that the job trains; null for none. */
export async function modelOfJob(sql: Sql, jobId: string): Promise<string | null> {
  const [row] = await sql.query<{ id: string }>('select id from models where job_id = $1', [jobId])
  return row?.id ?? null
}

/** Epochs, oldest first; some are left out where there are more than 1,000. */
export async function readHistory(sql: Sql, modelId: string): Promise<EpochReport[]> {
  const [row] = await sql.query<{ history: EpochReport[] }>(
    'select history from models where id = $1',
    [modelId],
  )
  return row?.history ?? []
}

/**
 * Cancels its training if that runs. Its blocks go with the next sweep. Throws `not_found`, `forbidden`, or `conflict`
 * while a job samples it.
 */
export function deleteModel(
  database: Database,
  principal: Principal,
  modelId: string,
): Promise<void> {
  return database.transaction(async (sql) => {
    const { model, training, role } = await readModel(sql, principal, modelId)
    requireRole(principal, role, 'editor')
    // The lock waits for jobs that are being submitted; later ones find no model.
    const jobId = model.job_id
    if (jobId !== null && training !== null)
      await sql.query('select 1 from jobs where id = $1 for no key update', [jobId])
    await sql.query('select 1 from models where id = $1 for update', [modelId])
    const [sampling] = await sql.query<{ id: string }>(
      `select j.id from job_models u join jobs j on j.id = u.job_id
       where u.model_id = $1 and j.status in ('pending', 'generating', 'paused') limit 1`,
      [modelId],
    )
    if (sampling !== undefined) {
      const detail = `The job ${sampling.id} samples it; cancel it or wait for it.`
      throw new AppError('conflict', detail)
    }
    await sql.query('delete from models where id = $1', [modelId])
    if (jobId !== null) await removeJob(sql, jobId)
  })
}

type ImportedModel = {
  id: string
  projectId: string
  ownerId: string
  name: string
  algorithm: string
  options: object
  file: Link & { sha256: string }
  history: EpochReport[]
}

export async function insertImported(sql: Sql, made: ImportedModel): Promise<void> {
  const { id, projectId, ownerId, name, algorithm, options, file, history } = made
  await sql.query(
    `insert into models (id, project_id, owner_id, name, algorithm, options, file_cid, file_bytes, file_sha256,
       file_algorithm, history)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $5, $10)`,
    [
      ...[id, projectId, ownerId, name, algorithm, options],
      ...[file.cid, file.bytes, file.sha256, JSON.stringify(history)],
    ],
  )
}
