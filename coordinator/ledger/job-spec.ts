// What a job pins and dispatch needs, read once per job and kept for a while: none of it ever changes.

import { fileExtension } from '#engine/config/output-formats.ts'
import type { ResolvedConfig } from '#engine/config/types.ts'
import { AppError } from '#engine/errors.ts'
import type { Plan } from '#engine/plan.ts'
import type { Sql } from '../database/database.ts'
import type { InputRef } from '../fleet/input-grants.ts'
import type { JobKind } from '../jobs/job-kind.ts'
import type { LoadSettings } from '../load/settings.ts'

export type JobSpec = {
  jobId: string
  kind: JobKind
  /** Its leases need data or a model that is private. */
  trustedOnly: boolean
  /** All rows of models are drawn in one runtime class. */
  strictClass: boolean
  projectId: string
  name: string
  specDigest: string
  body: string
  config: ResolvedConfig
  plan: Plan
  /** Private files that its leases need. */
  inputs: InputRef[]
  regions: string[]
  priority: 'low' | 'normal' | 'high'
  format: string
  /** What the names of its files end in. */
  extension: string
  publishIpfs: boolean
  publishArweave: boolean
  publishConfig: boolean
  maxPriceWinston: string | null
  /** The database that its rows go into. */
  load: LoadSettings | null
}

type Stored = {
  id: string
  kind: JobKind
  trusted_only: boolean
  strict_class: boolean
  project_id: string
  name: string
  spec_digest: string
  body: string
  regions: string[]
  priority: JobSpec['priority']
  format: string
  publish_ipfs: boolean
  publish_arweave: boolean
  publish_config: boolean
  max_price_winston: string | null
  load: LoadSettings | null
}

/** The JSON of a spec's body. */
export type SpecContent = { config: ResolvedConfig; plan: Plan; inputs?: InputRef[] }
const MODEL_EXTENSION = 'safetensors'

export type JobSpecs = { get(jobId: string): Promise<JobSpec> }

/** Throws AppError not_found for a job that does not exist (any more). */
export function createJobSpecs(sql: Sql, { max = 64 }: { max?: number } = {}): JobSpecs {
  const kept = new Map<string, JobSpec>()
  return {
    async get(jobId) {
      const known = kept.get(jobId)
      if (known) return known
      const spec = await readSpec(sql, jobId)
      kept.set(jobId, spec)
      if (kept.size > max) kept.delete(kept.keys().next().value as string)
      return spec
    },
  }
}

async function readSpec(sql: Sql, jobId: string): Promise<JobSpec> {
  const rows = await sql.query<Stored>(
    'select j.*, s.body from jobs j join specs s on s.digest = j.spec_digest where j.id = $1',
    [jobId],
  )
  const row = rows[0]
  if (!row) throw new AppError('not_found', `no job ${jobId}`)
  const { config, plan, inputs = [] } = JSON.parse(row.body) as SpecContent
  return {
    jobId,
    kind: row.kind,
    trustedOnly: row.trusted_only,
    strictClass: row.strict_class,
    projectId: row.project_id,
    name: row.name,
    specDigest: row.spec_digest,
    body: row.body,
    config,
    plan,
    inputs,
    regions: row.regions,
    priority: row.priority,
    format: row.format,
    extension: row.kind === 'train' ? MODEL_EXTENSION : fileExtension(config.output),
    publishIpfs: row.publish_ipfs,
    publishArweave: row.publish_arweave,
    publishConfig: row.publish_config,
    maxPriceWinston: row.max_price_winston,
    load: row.load,
  }
}
