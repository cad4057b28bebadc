// What is known of a training while it runs: who trains, how far it is, and where it would go on.

import type { Database, Sql } from '#coordinator/database/database.ts'
import { notify } from '#coordinator/database/notifications.ts'
import { appendEvent } from '#coordinator/jobs/events.ts'
import { lockJobs } from '#coordinator/ledger/commit.ts'
import type { Link } from '#engine/dag/part.ts'
import { type EpochReport, joinedHistory } from './history.ts'

/** Where a training goes on: a private file; numbers ascend within a training. */
export type StoredCheckpoint = Link & { sha256: string; number: number; elapsedMs: number }

/** Null before the first one. */
export async function latestCheckpoint(sql: Sql, jobId: string): Promise<StoredCheckpoint | null> {
  const [row] = await sql.query<{ checkpoint: StoredCheckpoint | null }>(
    'select checkpoint from models where job_id = $1',
    [jobId],
  )
  return row?.checkpoint ?? null
}

/**
 * Keeps the checkpoint if it is further than the one that is known; true if so. Whatever was lost before is no sign
 * against the training then: it gets on.
 */
export async function recordCheckpoint(
  database: Database,
  jobId: string,
  checkpoint: StoredCheckpoint,
): Promise<boolean> {
  return database.transaction(async (sql) => {
    const rows = await sql.query(
      `update models set checkpoint = $2
       where job_id = $1 and coalesce((checkpoint->>'number')::int, -1) < $3 returning id`,
      [jobId, checkpoint, checkpoint.number],
    )
    if (rows.length > 0) await sql.query('delete from chunk_failures where job_id = $1', [jobId])
    return rows.length > 0
  })
}

/** Forgets a checkpoint that turned out to be gone: the training begins anew, unless it has got further meanwhile. */
export async function forgetCheckpoint(sql: Sql, jobId: string, number: number): Promise<void> {
  await sql.query(
    `update models set checkpoint = null where job_id = $1 and (checkpoint->>'number')::int = $2`,
    [jobId, number],
  )
}

/** How far a training is, as its worker says: each report is the whole of it. */
export type TrainingReport = {
  /** What is trained at the moment: of `auto`, one after the other. */
  algorithm: string
  epoch: number
  epochs: number
  step: number
  steps: number
  eta_seconds: number | null
  /** Of `auto`: done, in order; the score is null where the algorithm could not learn the data. */
  candidates: { algorithm: string; score: number | null }[]
}

/** `history`: of one worker; epochs of those before it stay. */
export async function recordReport(
  sql: Sql,
  jobId: string,
  { report, history }: { report: TrainingReport; history: readonly EpochReport[] },
): Promise<void> {
  const [row] = await sql.query<{ history: EpochReport[] }>(
    'select history from models where job_id = $1',
    [jobId],
  )
  if (row === undefined) return
  const all = JSON.stringify(joinedHistory(row.history, history))
  await sql.query('update models set progress = $2, history = $3 where job_id = $1', [
    ...[jobId, report, all],
  ])
  await notify(sql, 'job', jobId)
}

/** A model to be going on with. */
export async function recordPreview(
  sql: Sql,
  jobId: string,
  preview: Link & { sha256: string; algorithm: string },
): Promise<void> {
  await sql.query('update models set preview = $2 where job_id = $1', [jobId, preview])
  await notify(sql, 'job', jobId)
}

/** The worker that a training was given to; what it trains on it says itself. */
export async function recordTrainer(sql: Sql, jobId: string, workerId: string): Promise<void> {
  await sql.query(
    `update models set trained_on = json_build_object('worker', w.id, 'region', w.region,
       'gpu', null, 'provider', null) from workers w where job_id = $1 and w.id = $2`,
    [jobId, workerId],
  )
}

type Device = { workerId: string; gpu: string | null; refusal: string | null }

/** What the worker trains on, of each time that it was given the training the last word; the job's log has a refusal. */
export async function recordDevice(
  database: Database,
  jobId: string,
  { workerId, gpu, refusal }: Device,
): Promise<void> {
  await database.transaction(async (sql) => {
    await lockJobs(sql, [jobId])
    const rows = await sql.query(
      `update models set trained_on = trained_on || jsonb_build_object('gpu', $3::text, 'provider', $4::text)
       where job_id = $1 and trained_on->>'worker' = $2
         and (trained_on->>'provider' is null or (trained_on->>'provider' = 'cuda' and $4 = 'cpu')) returning id`,
      [jobId, workerId, gpu, gpu === null ? 'cpu' : 'cuda'],
    )
    if (rows.length === 0 || refusal === null) return
    const message = `trained on the processor: the GPU of worker ${workerId} cannot be used: ${refusal}`
    await appendEvent(sql, { jobId, kind: 'log', level: 'warn', message, data: { workerId } })
  })
}

/** The file of a completed training becomes the model's, in the transaction that completes its job. */
export async function keepModelFile(sql: Sql, jobId: string): Promise<void> {
  await sql.query(
    `update models set file_cid = o.cid, file_bytes = o.bytes, file_sha256 = o.sha256,
       file_algorithm = case when algorithm = 'auto' then progress->>'algorithm' else algorithm end,
       checkpoint = null
     from outputs o where models.job_id = $1 and o.job_id = $1 and o.table_no = 0`,
    [jobId],
  )
}

/** Whether a worker with a GPU that may take the job's training has room for it, as far as the database knows. */
export async function isGpuFree(sql: Sql, jobId: string): Promise<boolean> {
  const rows = await sql.query(
    `select 1 from jobs j join workers w on w.engine_version = j.engine_version
       and (cardinality(j.regions) = 0 or w.region = any(j.regions))
       and (w.trust = 'trusted' or not j.trusted_only)
     where j.id = $1 and w.coordinator_id is not null and w.state = 'active'
       and jsonb_array_length(coalesce(w.machine->'gpus', '[]')) > 0
       and coalesce((w.load->>'busy_slots')::int, 0) < w.slots
     limit 1`,
    [jobId],
  )
  return rows.length > 0
}
