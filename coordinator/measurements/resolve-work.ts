// From the ids of a claim to files in the part store.

import type { Sql } from '#coordinator/database/database.ts'
import { datasetInput } from '#coordinator/datasets/dataset-input.ts'
import { createJobSpecs } from '#coordinator/ledger/job-spec.ts'
import { noModel } from '#coordinator/models/model-store.ts'
import { AppError } from '#engine/errors.ts'
import type { Claim } from './claims.ts'
import type { EvaluationWork, ModelSample, TableSource, Work } from './work.ts'

const SEED_DEFAULT = 0

/** AppError `not_found` for what is gone meanwhile. */
export async function resolveWork(sql: Sql, claim: Claim): Promise<Work> {
  const { datasetId, realJobId, holdoutDatasetId, holdoutJobId, options } = claim
  const real = await sourceOf(sql, { datasetId, jobId: realJobId, table: options.real_table })
  if (claim.kind === 'profile') {
    if (!('dataset' in real)) throw new AppError('internal', 'profiles are of datasets')
    return { kind: 'profile', dataset: real.dataset, checkpoint: claim.checkpoint }
  }
  const { seed = SEED_DEFAULT, target = null, max_rows: maxRows = null } = options
  const holdout = { datasetId: holdoutDatasetId, jobId: holdoutJobId, table: options.holdout_table }
  const has = holdoutDatasetId !== null || holdoutJobId !== null
  return {
    ...{ kind: 'evaluation', real, seed, target, maxRows },
    synthetic: await syntheticOf(sql, claim),
    holdout: has ? await sourceOf(sql, holdout) : null,
  }
}

async function syntheticOf(
  sql: Sql,
  { syntheticDatasetId: datasetId, jobId, modelId, options: { table } }: Claim,
): Promise<EvaluationWork['synthetic']> {
  if (modelId !== null) return { model: await sampleOf(sql, modelId) }
  return sourceOf(sql, { datasetId, jobId, table })
}

type Named = { datasetId: string | null; jobId: string | null; table: string | undefined }

async function sourceOf(sql: Sql, { datasetId, jobId, table }: Named): Promise<TableSource> {
  if (datasetId !== null) return { dataset: await datasetInput(sql, datasetId) }
  const { config, plan, inputs } = await createJobSpecs(sql).get(jobId ?? '')
  return { job: { config, plan, inputs, table: table ?? null } }
}

type StoredSample = {
  name: string
  cid: string
  bytes: number
  sha256: string
  algorithm: string
  seed: number
  max_rows: number
}

async function sampleOf(sql: Sql, modelId: string): Promise<ModelSample> {
  const [row] = await sql.query<StoredSample>(
    `select name, file_cid as cid, file_bytes as bytes, file_sha256 as sha256, algorithm,
       (options->>'seed')::bigint as seed, (options->>'max_rows')::bigint as max_rows
     from models where id = $1 and file_cid is not null`,
    [modelId],
  )
  if (row === undefined) throw noModel(modelId)
  const { name, cid, bytes, sha256, algorithm, seed, max_rows } = row
  const training = {
    seed: Number(seed),
    maxRows: Number(max_rows ?? Number.POSITIVE_INFINITY),
    auto: algorithm === 'auto',
  }
  return { name, file: { cid, bytes: Number(bytes), sha256 }, training }
}
