// What callers do to jobs: each action is one transaction that moves the status by the state table, tells the story and
// leaves Temporal's share in the outbox.

import type { Database, Sql } from '#coordinator/database/database.ts'
import { notify } from '#coordinator/database/notifications.ts'
import { type Principal, requireRole, requireScope } from '#coordinator/identity/principals.ts'
import { closeLeasesOfJob } from '#coordinator/ledger/leases.ts'
import { AppError } from '#engine/errors.ts'
import { appendEvent } from './events.ts'
import { accessJob, type JobAccess } from './job-row.ts'
import { isOver, type JobAction, type JobStatus, transition } from './job-state.ts'

export type ActionResult = { job_id: string; status: JobStatus }

const STORY: Record<JobAction, string> = {
  pause: 'Paused by request',
  resume: 'Resumed by request',
  cancel: 'Cancelled by request',
  retry: 'Tried again by request',
}

/** Throws `not_found`, `forbidden`, or `conflict` with the reason when the state forbids it. */
export function actOnJob(
  database: Database,
  principal: Principal,
  jobId: string,
  action: JobAction,
): Promise<ActionResult> {
  return database.transaction(async (sql) => {
    const job = await lockForChange(sql, principal, jobId)
    const outcome = transition(job.status, action)
    if (outcome.kind === 'refuse') throw new AppError('conflict', outcome.reason)
    if (outcome.kind === 'ignore') return { job_id: jobId, status: job.status }
    await apply(sql, jobId, action, outcome.to)
    return { job_id: jobId, status: outcome.to }
  })
}

/** Cancels a running job; the record is hidden at once and removed by the sweep when nothing works on it any more. */
export function deleteJob(database: Database, principal: Principal, jobId: string): Promise<void> {
  return database.transaction(async (sql) => {
    const job = await lockForChange(sql, principal, jobId)
    if (job.kind === 'train')
      throw new AppError('conflict', 'The job trains a model; delete the model instead.')
    await removeJob(sql, jobId)
  })
}

/** As deleteJob, for whoever may; `sql` is a transaction that has locked the job's row. */
export async function removeJob(sql: Sql, jobId: string): Promise<void> {
  const [job] = await sql.query<{ status: JobStatus }>(
    'update jobs set deleted_at = now() where id = $1 returning status',
    [jobId],
  )
  if (job === undefined) return
  if (!isOver(job.status)) await apply(sql, jobId, 'cancel', 'cancelled')
  await notify(sql, 'job', jobId)
}

async function lockForChange(sql: Sql, principal: Principal, jobId: string): Promise<JobAccess> {
  const job = await accessJob(sql, principal, jobId, { lock: true })
  requireScope(principal, 'jobs:write')
  requireRole(principal, job.role, 'editor')
  return job
}

async function apply(sql: Sql, jobId: string, action: JobAction, to: JobStatus): Promise<void> {
  if (action === 'retry') await clearRun(sql, jobId)
  else {
    await sql.query(
      `update jobs set status = $2, finished_at = case when $3 then now() end,
         waiting_reason = case when $3 then null else waiting_reason end where id = $1`,
      [jobId, to, isOver(to)],
    )
  }
  if (action === 'cancel') {
    await closeLeasesOfJob(sql, jobId)
    await notify(sql, 'cancel', jobId)
  }
  if (action === 'pause') await notify(sql, 'pause', jobId)
  await sql.query('insert into outbox (job_id, action) values ($1, $2)', [
    jobId,
    action === 'retry' ? 'start' : action,
  ])
  await appendEvent(sql, { jobId, kind: 'log', message: STORY[action] })
  if (isOver(to)) await appendEvent(sql, { jobId, kind: 'done', message: to, data: { status: to } })
  await notify(sql, 'outbox', jobId)
}

/** What stood in the way of the last run is forgotten; the chunks that it made are kept. */
async function clearRun(sql: Sql, jobId: string): Promise<void> {
  await sql.query(
    `update jobs set status = 'pending', stage = 'queued', error = null, waiting_reason = null,
       finished_at = null, runs = runs + 1 where id = $1`,
    [jobId],
  )
  await sql.query('delete from dead_chunks where job_id = $1', [jobId])
  await sql.query('delete from chunk_failures where job_id = $1', [jobId])
  await sql.query(`delete from job_events where job_id = $1 and kind = 'done'`, [jobId])
}
