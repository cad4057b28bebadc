// Takes evaluations in: as a row that a measuring process claims.

import type { Database, Sql } from '#coordinator/database/database.ts'
import { notify } from '#coordinator/database/notifications.ts'
import { newId } from '#coordinator/identity/new-id.ts'
import { type Principal, requireRole, requireScope } from '#coordinator/identity/principals.ts'
import { readModel } from '#coordinator/models/model-row.ts'
import { modelFile } from '#coordinator/models/model-store.ts'
import { AppError } from '#engine/errors.ts'
import { failureOf } from './claims.ts'
import { type EvaluationRequest, readEvaluationRequest } from './evaluation-request.ts'
import { readEvaluation, type WholeEvaluation } from './evaluation-row.ts'

/** Of a project, that are not made yet. */
const WAITING_MAX = 100

export type SubmittedEvaluation = {
  evaluation_id: string
  status: 'pending'
  links: Record<string, string>
}

/**
 * `settle`, if given, stores the reply in the same transaction. AppError `forbidden`, `rate_limited`, and as
 * `readEvaluationRequest`.
 */
export async function submitEvaluation(
  database: Database,
  principal: Principal,
  body: unknown,
  settle: ((sql: Sql, submitted: SubmittedEvaluation) => Promise<void>) | null,
): Promise<SubmittedEvaluation> {
  requireScope(principal, 'jobs:write')
  const request = await readEvaluationRequest(database, principal, body)
  requireRole(principal, request.project.role, 'editor')
  await requireRoom(database, request.project.project_id)
  const id = newId('evl')
  const self = `/api/evaluations/${id}`
  const links = { self, report: `${self}?format=html` }
  const submitted = { evaluation_id: id, status: 'pending' as const, links }
  await database.transaction(async (sql) => {
    await insert(sql, { id, request, ownerId: principal.userId })
    await settle?.(sql, submitted)
    await notify(sql, 'measure', id)
  })
  return submitted
}

async function requireRoom(sql: Sql, projectId: string): Promise<void> {
  const [row] = await sql.query<{ waiting: number }>(
    `select count(*)::int as waiting from measurements
     where project_id = $1 and status in ('pending', 'running')`,
    [projectId],
  )
  if ((row?.waiting ?? 0) < WAITING_MAX) return
  throw new AppError('rate_limited', `${WAITING_MAX} evaluations of the project wait already.`)
}

type Insert = { id: string; request: EvaluationRequest; ownerId: string }

async function insert(sql: Sql, { id, request, ownerId }: Insert): Promise<void> {
  const { project, real, synthetic, holdout, options } = request
  await sql.query(
    `insert into measurements (id, kind, project_id, owner_id, dataset_id, synthetic_dataset_id, job_id,
       holdout_dataset_id, real_job_id, holdout_job_id, options)
     values ($1, 'evaluation', $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      ...[id, project.project_id, ownerId, real.datasetId, synthetic.datasetId, synthetic.jobId],
      ...[holdout?.datasetId, real.jobId, holdout?.jobId, options],
    ],
  )
}

/**
 * The evaluation of a model against what it learned; the first who asks has it made. One that failed is thrown as the
 * AppError that it failed with, once. AppError `conflict` where there is nothing to compare, `not_found`.
 */
export async function evaluationOfModel(
  database: Database,
  principal: Principal,
  modelId: string,
  part: 'document' | 'page',
): Promise<WholeEvaluation> {
  const { model } = await readModel(database, principal, modelId)
  requireScope(principal, 'jobs:read')
  await modelFile(database, principal, modelId)
  const [made] = await database.query<{ id: string }>(
    `insert into measurements (id, kind, project_id, owner_id, dataset_id, model_id)
     select $1, 'evaluation', $2, $3, d.id, $4 from datasets d where d.id = $5
     on conflict (model_id) where model_id is not null do update set model_id = excluded.model_id
     returning id`,
    [newId('evl'), model.project_id, principal.userId, modelId, model.dataset_id],
  )
  if (made === undefined) {
    const detail =
      'What the model learned is not here; POST /api/evaluations compares a job with a dataset.'
    throw new AppError('conflict', detail)
  }
  await notify(database, 'measure', made.id)
  const row = await readEvaluation(database, principal, made.id, part)
  if (row.status !== 'failed') return row
  await database.query('delete from measurements where id = $1', [row.id])
  throw failureOf(row.error)
}
