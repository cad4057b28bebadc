// Takes a training in: its model, its job, and the start that Temporal is to be told, in one transaction.

import { createHash } from 'node:crypto'
import type { Database, Sql } from '#coordinator/database/database.ts'
import { notify } from '#coordinator/database/notifications.ts'
import { type DatasetRow, readDataset } from '#coordinator/datasets/dataset-row.ts'
import { newId } from '#coordinator/identity/new-id.ts'
import { type Principal, requireRole, requireScope } from '#coordinator/identity/principals.ts'
import type { SpecKeeper } from '#coordinator/jobs/spec-keeper.ts'
import type { SpecContent } from '#coordinator/ledger/job-spec.ts'
import { canonicalJson, digestOf } from '#engine/config/canonical.ts'
import type { ResolvedConfig } from '#engine/config/types.ts'
import type { TrainingSpec } from '#engine/models/train-dataset.ts'
import { ENGINE_VERSION } from '#engine/version.ts'
import { checkSize } from './check-size.ts'
import { modelLinks } from './model-view.ts'
import { notLearned } from './not-learned.ts'
import { readTrainingRequest, type TrainingRequest } from './training-request.ts'

/** The job's one table: a model is its one row. */
const TABLE = 'model'

export type SubmittedTraining = {
  model_id: string
  job_id: string
  status: 'pending'
  links: Record<string, string>
  warnings: string[]
}

export type TrainingDeps = { database: Database; specKeeper: SpecKeeper }

/** `settle`, if given, stores the reply in the same transaction. AppError `not_found`, `forbidden`, `invalid_request`. */
export async function submitTraining(
  { database, specKeeper }: TrainingDeps,
  principal: Principal,
  body: unknown,
  settle: ((sql: Sql, submitted: SubmittedTraining) => Promise<void>) | null,
): Promise<SubmittedTraining> {
  requireScope(principal, 'jobs:write')
  const request = readTrainingRequest(body)
  const dataset = await readDataset(database, principal, request.datasetId)
  requireRole(principal, dataset.role, 'editor')
  const warnings = await checkSize(database, request, dataset)
  const filled = dataset.columns.filter(({ nulls }) => nulls < dataset.rows)
  const submitted = submittedOf([
    ...request.warnings,
    ...notLearned(filled.map(({ field }) => field)),
    ...warnings,
  ])
  const spec = specOf(request, dataset)
  await specKeeper.keep(spec, () =>
    database.transaction(async (sql) => {
      // It may have been deleted meanwhile; from here on that is refused.
      await readDataset(sql, principal, dataset.id, { lock: true })
      const names = { jobId: submitted.job_id, modelId: submitted.model_id }
      const who = { projectId: dataset.project_id, ownerId: principal.userId }
      await insert(sql, { request, dataset, spec, ...names, ...who })
      await settle?.(sql, submitted)
    }),
  )
  void notify(database, 'outbox', submitted.job_id).catch(() => undefined)
  return submitted
}

function submittedOf(warnings: string[]): SubmittedTraining {
  const [model_id, job_id] = [newId('mdl'), newId('job')]
  return { model_id, job_id, status: 'pending', links: modelLinks(model_id), warnings }
}

type Spec = { digest: string; body: string; configDigest: string; training: TrainingSpec }

function specOf(request: TrainingRequest, dataset: DatasetRow): Spec {
  const { algorithm, seed, options, maxRows, timeBudgetSeconds } = request
  const { form, keep } = dataset.reading
  const training: TrainingSpec = {
    ...{ algorithm, seed, options, max_rows: maxRows, time_budget_seconds: timeBudgetSeconds },
    dataset: {
      ...{ name: dataset.name, form, keep },
      fields: dataset.columns.map(({ field }) => field),
    },
  }
  const config = configOf(seed)
  const content: SpecContent & { training: TrainingSpec } = {
    config,
    plan: { tables: [{ name: TABLE, rows: 1, chunk_rows: 1, chunks: 1 }] },
    inputs: [{ cid: dataset.root_cid, bytes: Number(dataset.bytes), sha256: dataset.sha256 }],
    training,
  }
  const body = canonicalJson(content)
  const digest = createHash('sha256').update(body).digest('hex')
  return { digest, body, configDigest: digestOf(config), training }
}

/** What dispatch needs of any job's config; no rule is in it. */
function configOf(seed: number): ResolvedConfig {
  return {
    ...{ version: 1, engine_version: ENGINE_VERSION, seed, now: 0, locale: 'en' },
    ...{ output: { format: 'csv' }, chunk_rows: 1, tables: [] },
  }
}

type Insert = {
  request: TrainingRequest
  dataset: DatasetRow
  spec: Spec
  jobId: string
  modelId: string
  projectId: string
  ownerId: string
}

async function insert(sql: Sql, made: Insert): Promise<void> {
  const { request, dataset, spec, jobId, modelId, projectId, ownerId } = made
  const name = request.name ?? dataset.name
  const { priority, regions, seed, algorithm } = request
  await sql.query(INSERT_JOB, [
    ...[jobId, projectId, ownerId, name, priority, regions, spec.digest, spec.configDigest, seed],
    ...[ENGINE_VERSION, TABLE, `Submitted: ${algorithm} learns ${dataset.name}`.slice(0, 1_000)],
  ])
  const { max_rows, time_budget_seconds } = spec.training
  const options = { ...request.options, max_rows, seed, time_budget_seconds }
  await sql.query(
    `insert into models (id, project_id, owner_id, name, dataset_id, job_id, algorithm, options)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [modelId, projectId, ownerId, name, dataset.id, jobId, algorithm, options],
  )
}

const INSERT_JOB = `
with job as (
  insert into jobs (id, project_id, owner_id, kind, name, priority, regions, spec_digest, config_digest, seed,
    engine_version, format, chunk_rows, total_rows, total_chunks, publish_ipfs, publish_arweave, publish_config,
    trusted_only)
  select $1, p.id, $3, 'train', $4, $5, $6, $7, $8, $9, $10, 'model', 1, 1, 1, false, false, false,
    not p.allow_community_compute
  from projects p where p.id = $2
  returning id
), filled as (
  insert into job_tables (job_id, table_no, name, rows, chunks) select id, 0, $11, 1, 1 from job
), started as (
  insert into outbox (job_id, action) select id, 'start' from job
)
insert into job_events (job_id, kind, message) select id, 'log', $12 from job`
