// Evaluations as their project has them: listed, read, removed.

import type { Database, Sql } from '#coordinator/database/database.ts'
import { isId } from '#coordinator/identity/new-id.ts'
import {
  type Principal,
  type ProjectRole,
  requireRole,
  viewer,
} from '#coordinator/identity/principals.ts'
import { AppError, type ErrorCode } from '#engine/errors.ts'
import type { MeasureOptions } from './claims.ts'

export type EvaluationRow = {
  id: string
  project_id: string
  owner_id: string
  dataset_id: string | null
  synthetic_dataset_id: string | null
  job_id: string | null
  real_job_id: string | null
  holdout_job_id: string | null
  model_id: string | null
  holdout_dataset_id: string | null
  options: MeasureOptions
  status: 'pending' | 'running' | 'completed' | 'failed'
  error: { code: ErrorCode; message: string } | null
  created_at: Date
  finished_at: Date | null
  /** The caller's role in the project; null for an administrator who is not a member. */
  role: ProjectRole | null
}

/** With its document, or its page; compressed by gzip, null before it is there. */
export type WholeEvaluation = EvaluationRow & { bytes: Buffer | null }

const COLUMNS = `e.id, e.project_id, e.owner_id, e.dataset_id, e.synthetic_dataset_id, e.job_id, e.model_id,
  e.real_job_id, e.holdout_job_id, e.holdout_dataset_id, e.options, e.status, e.error, e.created_at, e.finished_at, m.role`
const FROM = `from measurements e left join project_members m on m.project_id = e.project_id and m.user_id = $1
  where e.kind = 'evaluation' and ($2 or m.user_id is not null)`

export type EvaluationQuery = {
  projectId: string | null
  datasetId: string | null
  limit: number
  offset: number
}

/** Those that the caller sees, newest first; `total` counts all that match. */
export async function listEvaluations(
  sql: Sql,
  principal: Principal,
  { projectId, datasetId, limit, offset }: EvaluationQuery,
): Promise<{ rows: EvaluationRow[]; total: number }> {
  const only =
    'and ($3::text is null or e.project_id = $3) and ($4::text is null or e.dataset_id = $4)'
  const values = [...viewer(principal), projectId, datasetId]
  const rows = await sql.query<EvaluationRow>(
    `select ${COLUMNS} ${FROM} ${only} order by e.created_at desc, e.id limit $5 offset $6`,
    [...values, limit, offset],
  )
  const [count] = await sql.query<{ total: number }>(
    `select count(*)::int as total ${FROM} ${only}`,
    values,
  )
  return { rows, total: count?.total ?? 0 }
}

/** Throws AppError `not_found` when it does not exist or is not the caller's to see. */
export async function readEvaluation(
  sql: Sql,
  principal: Principal,
  id: string,
  part: 'document' | 'page' = 'document',
): Promise<WholeEvaluation> {
  const [row] = isId(id)
    ? await sql.query<WholeEvaluation>(
        `select ${COLUMNS}, e.${part} as bytes ${FROM} and e.id = $3`,
        [...viewer(principal), id],
      )
    : []
  if (row === undefined)
    throw new AppError('not_found', `There is no evaluation ${id.slice(0, 64)}.`)
  return row
}

/** Ends it if it runs. Throws `not_found` or `forbidden`. */
export async function deleteEvaluation(
  database: Database,
  principal: Principal,
  id: string,
): Promise<void> {
  const { role } = await readEvaluation(database, principal, id)
  requireRole(principal, role, 'editor')
  await database.query('delete from measurements where id = $1', [id])
}
