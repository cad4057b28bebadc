// From the ids of a claim to files in the part store.

import type { Sql } from '#coordinator/database/database.ts'
import { datasetInput } from '#coordinator/datasets/dataset-table.ts'
import { createJobSpecs } from '#coordinator/ledger/job-spec.ts'
import { noModel } from '#coordinator/models/model-store.ts'
import type { Claim } from './claims.ts'
import type { EvaluationWork, ModelSample, Work } from './work.ts'

const SEED_DEFAULT = 0

/** AppError `not_found` for what is gone meanwhile. */
export async function resolveWork(sql: Sql, claim: Claim): Promise<Work> {
  const real = await datasetInput(sql, claim.datasetId)
  if (claim.kind === 'profile') return { kind: 'profile', dataset: real }
  const { seed = SEED_DEFAULT, target = null, max_rows: maxRows = null } = claim.options
  const holdout = claim.holdoutDatasetId && (await datasetInput(sql, claim.holdoutDatasetId))
  return {
    ...{ kind: 'evaluation', real, holdout: holdout || null, seed, target, maxRows },
    synthetic: await syntheticOf(sql, claim),
  }
}

async function syntheticOf(
  sql: Sql,
  { syntheticDatasetId, jobId, modelId, options }: Claim,
): Promise<EvaluationWork['synthetic']> {
  if (syntheticDatasetId !== null) return { dataset: await datasetInput(sql, syntheticDatasetId) }
  if (modelId !== null) return { model: await sampleOf(sql, modelId) }
  const { config, plan, inputs } = await createJobSpecs(sql).get(jobId ?? '')
  return { job: { config, plan, inputs, table: options.table ?? null } }
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
