// Which measurements are to be made, by whom and how they ended. A claim that nobody renews is free again, so a process
// that dies loses none; what it had of a deleted dataset goes nowhere.

import type { Sql } from '#coordinator/database/database.ts'
import type { StoredFile } from '#coordinator/datasets/stored-file.ts'
import { AppError, ERRORS, type ErrorCode } from '#engine/errors.ts'
import type { Measured } from './work.ts'

export type Claim = {
  id: string
  kind: 'profile' | 'evaluation'
  attempts: number
  /** What an attempt kept of a profile, and which one. */
  checkpoint: (StoredFile & { attempt: number }) | null
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

/** Of attempts since the one that kept something last, if any did. */
const ATTEMPTS_MAX = 3
/** Whoever began it so often was gone before it ended: it may be the work that ends them. */
const BEGUN_MAX = 5
const CLAIMED_FOR = '30 seconds'
const RETRY_AFTER = '10 seconds'

/** The oldest that nobody has, profiles first, which are quick; null for none. */
export async function claimNext(sql: Sql): Promise<Claim | null> {
  const [claim] = await sql.query<Claim>(
    `update measurements set status = 'running', attempts = attempts + 1, claimed_until = now() + $1::interval,
       progress = case when checkpoint is null then 0 else progress end
     where id = (
       select id from measurements where status in ('pending', 'running') and coalesce(claimed_until, now()) <= now()
       order by kind desc, created_at limit 1 for update skip locked)
     returning id, kind, attempts, checkpoint, dataset_id as "datasetId", synthetic_dataset_id as "syntheticDatasetId",
       holdout_dataset_id as "holdoutDatasetId", job_id as "jobId", real_job_id as "realJobId",
       holdout_job_id as "holdoutJobId", model_id as "modelId", options`,
    [CLAIMED_FOR],
  )
  return claim ?? null
}

/** AppError `internal` for what was begun too often; who claims it fails it instead. */
export function requireHope({ attempts, checkpoint }: Claim): void {
  if (attempts - (checkpoint?.attempt ?? 0) > BEGUN_MAX)
    throw new AppError('internal', `It was begun ${BEGUN_MAX} times, and never came to its end.`)
}

/** False when it is no longer the claimer's, or wanted. `progress` is the share that is done. */
export async function renewClaim(
  sql: Sql,
  { id, attempts }: Claim,
  progress: number,
): Promise<boolean> {
  const renewed = await sql.query(
    `update measurements set claimed_until = now() + $3::interval, progress = greatest(progress, $4)
     where id = $1 and attempts = $2 and status = 'running' returning id`,
    [id, attempts, CLAIMED_FOR, progress],
  )
  return renewed.length > 0
}

/** The next attempt goes on from it. */
export async function keepCheckpoint(
  sql: Sql,
  { id, attempts }: Claim,
  kept: StoredFile,
): Promise<void> {
  await sql.query(
    `update measurements set checkpoint = $3 where id = $1 and attempts = $2 and status = 'running'`,
    [id, attempts, { ...kept, attempt: attempts }],
  )
}

export async function complete(sql: Sql, { id, attempts }: Claim, made: Measured): Promise<void> {
  await sql.query(
    `update measurements set status = 'completed', document = $3, page = $4, config = $5, error = null,
       checkpoint = null, claimed_until = null, finished_at = now() where id = $1 and attempts = $2 and status = 'running'`,
    [id, attempts, bufferOf(made.document), bufferOf(made.page), bufferOf(made.config)],
  )
}

const bufferOf = (bytes: Uint8Array | null): Buffer | null =>
  bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** What may pass is tried again, a few times, and as often again once something was kept. */
export async function fail(
  sql: Sql,
  { id, attempts }: Claim,
  error: { code: ErrorCode; message: string },
): Promise<void> {
  const told = { code: error.code, message: error.message.slice(0, 1_000) }
  await sql.query(
    `with failed as (
       select id, $3 and attempts - coalesce((checkpoint->>'attempt')::integer, 0) < $4 as again from measurements
       where id = $1 and attempts = $2 and status = 'running' for update)
     update measurements m set status = case when again then 'pending' else 'failed' end, error = $5,
       checkpoint = case when again then checkpoint end,
       claimed_until = case when again then now() + $6::interval end, finished_at = case when again then null else now() end
     from failed where m.id = failed.id`,
    [id, attempts, ERRORS[error.code].retryable, ATTEMPTS_MAX, told, RETRY_AFTER],
  )
}

/** What whoever asks for a failed measurement is told. */
export function failureOf(error: { code: ErrorCode; message: string } | null): AppError {
  return new AppError(error?.code ?? 'internal', error?.message ?? 'It was not measured.')
}

/** Gives back what was claimed and not made, as if it had not been. */
export async function unclaim(sql: Sql, { id, attempts }: Claim): Promise<void> {
  await sql.query(
    `update measurements set status = 'pending', attempts = attempts - 1, claimed_until = null
     where id = $1 and attempts = $2 and status = 'running'`,
    [id, attempts],
  )
}
