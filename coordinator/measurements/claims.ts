// Which measurements are to be made, by whom and how they ended. A claim that nobody renews is free again, so a process
// that dies loses none; what it had of a deleted dataset goes nowhere.

import type { Sql } from '#coordinator/database/database.ts'
import { AppError, ERRORS, type ErrorCode } from '#engine/errors.ts'
import type { Measured } from './work.ts'

export type Claim = {
  id: string
  kind: 'profile' | 'evaluation'
  attempts: number
  /** Of an evaluation null where the real table is one of a job. */
  datasetId: string | null
  syntheticDatasetId: string | null
  holdoutDatasetId: string | null
  jobId: string | null
  realJobId: string | null
  holdoutJobId: string | null
  modelId: string | null
  options: MeasureOptions
}

export type MeasureOptions = {
  seed?: number
  max_rows?: number
  target?: string
  /** Of the jobs, where they have several. */
  table?: string
  real_table?: string
  holdout_table?: string
}

const ATTEMPTS_MAX = 3
/** Whoever began it so often was gone before it ended: it may be the work that ends them. */
const BEGUN_MAX = 5
const CLAIMED_FOR = '60 seconds'
const RETRY_AFTER = '10 seconds'

/** The oldest that nobody has, profiles first, which are quick; null for none. */
export async function claimNext(sql: Sql): Promise<Claim | null> {
  const [claim] = await sql.query<Claim>(
    `update measurements set status = 'running', attempts = attempts + 1, progress = 0, claimed_until = now() + $1::interval
     where id = (
       select id from measurements where status in ('pending', 'running') and coalesce(claimed_until, now()) <= now()
       order by kind desc, created_at limit 1 for update skip locked)
     returning id, kind, attempts, dataset_id as "datasetId", synthetic_dataset_id as "syntheticDatasetId",
       holdout_dataset_id as "holdoutDatasetId", job_id as "jobId", real_job_id as "realJobId",
       holdout_job_id as "holdoutJobId", model_id as "modelId", options`,
    [CLAIMED_FOR],
  )
  return claim ?? null
}

/** AppError `internal` for what was begun too often; who claims it fails it instead. */
export function requireHope({ attempts }: Claim): void {
  if (attempts > BEGUN_MAX)
    throw new AppError('internal', `It was begun ${BEGUN_MAX} times, and never came to its end.`)
}

/** False when it is no longer the claimer's, or wanted. `progress` is the share that is done. */
export async function renewClaim(
  sql: Sql,
  { id, attempts }: Claim,
  progress: number,
): Promise<boolean> {
  const renewed = await sql.query(
    `update measurements set claimed_until = now() + $3::interval, progress = $4
     where id = $1 and attempts = $2 and status = 'running' returning id`,
    [id, attempts, CLAIMED_FOR, progress],
  )
  return renewed.length > 0
}

export async function complete(sql: Sql, { id, attempts }: Claim, made: Measured): Promise<void> {
  await sql.query(
    `update measurements set status = 'completed', document = $3, page = $4, config = $5, error = null,
       claimed_until = null, finished_at = now() where id = $1 and attempts = $2 and status = 'running'`,
    [id, attempts, bufferOf(made.document), bufferOf(made.page), bufferOf(made.config)],
  )
}

const bufferOf = (bytes: Uint8Array | null): Buffer | null =>
  bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** What may pass is tried again, a few times. */
export async function fail(
  sql: Sql,
  { id, attempts }: Claim,
  error: { code: ErrorCode; message: string },
): Promise<void> {
  const again = ERRORS[error.code].retryable && attempts < ATTEMPTS_MAX
  await sql.query(
    `update measurements set status = case when $3 then 'pending' else 'failed' end, error = $4,
       claimed_until = case when $3 then now() + $5::interval end, finished_at = case when $3 then null else now() end
     where id = $1 and attempts = $2 and status = 'running'`,
    [
      id,
      attempts,
      again,
      { code: error.code, message: error.message.slice(0, 1_000) },
      RETRY_AFTER,
    ],
  )
}

/** Gives back what was claimed and not made, as if it had not been. */
export async function unclaim(sql: Sql, { id, attempts }: Claim): Promise<void> {
  await sql.query(
    `update measurements set status = 'pending', attempts = attempts - 1, claimed_until = null
     where id = $1 and attempts = $2 and status = 'running'`,
    [id, attempts],
  )
}
