// The story of a job in Postgres: what happened, in an order that readers can resume from exactly.

import type { Sql } from '#coordinator/database/database.ts'
import { notify } from '#coordinator/database/notifications.ts'
import { lockJobs } from '#coordinator/ledger/commit.ts'

/** log: for people · worker: somebody joined, left or was replaced · done: the job is over, once per run. */
export type EventKind = 'log' | 'worker' | 'done'
export type EventLevel = 'debug' | 'info' | 'warn' | 'error'

export type NewEvent = {
  jobId: string
  kind: EventKind
  level?: EventLevel
  message: string
  data?: Record<string, unknown>
}

const KEPT_PER_JOB = 10_000
const MESSAGE_LENGTH_MAX = 2_000

/**
 * Appends to a job's story; `sql` must be a transaction. Its lock is held to the end of it, so sequence numbers
 * become visible in ascending order and a reader that saw one has seen all before it.
 */
export async function appendEvent(sql: Sql, event: NewEvent): Promise<void> {
  const { jobId, kind, level = 'info', message, data = {} } = event
  await lockJobs(sql, [jobId])
  const [row] = await sql.query<{ seq: number }>(
    `insert into job_events (job_id, kind, level, message, data)
     select id, $2, $3, $4, $5 from jobs where id = $1 returning seq`,
    [jobId, kind, level, message.slice(0, MESSAGE_LENGTH_MAX), data],
  )
  if (row !== undefined) await trim(sql, jobId, row.seq)
  await notify(sql, 'job', jobId)
}

/** One in a hundred appends cuts the oldest log lines off; what ends a job stays. */
async function trim(sql: Sql, jobId: string, seq: number): Promise<void> {
  if (seq % 100 !== 0) return
  await sql.query(
    `delete from job_events where job_id = $1 and kind <> 'done' and seq < (
       select seq from job_events where job_id = $1 order by seq desc offset $2 limit 1)`,
    [jobId, KEPT_PER_JOB],
  )
}

export type LogLine = {
  seq: number
  at: Date
  kind: EventKind
  level: EventLevel
  message: string
  data: Record<string, unknown>
}

/** The newest `lines`, oldest of them first. */
export async function readLog(sql: Sql, jobId: string, lines: number): Promise<LogLine[]> {
  const rows = await sql.query<LogLine>(
    `select seq, at, kind, level, message, data from job_events where job_id = $1 order by seq desc limit $2`,
    [jobId, lines],
  )
  return rows.reverse()
}
