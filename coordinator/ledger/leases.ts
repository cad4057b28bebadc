// The rows of running leases: what lets any replica adopt a lease, complete it by id and heartbeat it by token.

import type { Sql } from '../database/database.ts'
import { COORDINATOR } from '../workflows/policies.ts'

export type LeaseRow = {
  id: string
  jobId: string
  tableNo: number
  from: number
  to: number
  workflowId: string
  runId: string
  activityId: string
  taskToken: Buffer
  attempt: number
  workerIds: string[]
  coordinatorId: string
}

type Stored = {
  id: string
  job_id: string
  table_no: number
  from_chunk: number
  to_chunk: number
  workflow_id: string
  run_id: string
  activity_id: string
  task_token: Buffer
  attempt: number
  worker_ids: string[]
  coordinator_id: string
}

const leaseOf = (row: Stored): LeaseRow => ({
  id: row.id,
  jobId: row.job_id,
  tableNo: row.table_no,
  from: row.from_chunk,
  to: row.to_chunk,
  workflowId: row.workflow_id,
  runId: row.run_id,
  activityId: row.activity_id,
  taskToken: row.task_token,
  attempt: row.attempt,
  workerIds: row.worker_ids,
  coordinatorId: row.coordinator_id,
})

/**
 * Opens the lease of an activity attempt. When an earlier attempt left it with a replica that lives, it stays
 * there and gets the new token; else it becomes ours. The answer's coordinatorId says which. Null while the job is
 * paused and when it is over: the lock holds off a pause or cancel until the lease is there to be seen by it.
 */
export async function openLease(sql: Sql, lease: LeaseRow): Promise<LeaseRow | null> {
  const rows = await sql.query<Stored>(
    `with job as (
       select id from jobs where id = $2 and status in ('pending', 'generating') and deleted_at is null for share
     )
     insert into leases as l (id, job_id, table_no, from_chunk, to_chunk, workflow_id, run_id, activity_id,
       task_token, attempt, coordinator_id)
     select $1::text, id, $3::int, $4::int, $5::int, $6::text, $7::text, $8::text, $9::bytea, $10::int, $11::text
     from job
     on conflict (workflow_id, run_id, activity_id) do update set
       task_token = excluded.task_token, attempt = excluded.attempt,
       coordinator_id = case when exists (
         select 1 from coordinators c where c.id = l.coordinator_id
           and c.last_seen > now() - make_interval(secs => $12)) then l.coordinator_id else excluded.coordinator_id end
     returning *`,
    [
      lease.id,
      lease.jobId,
      lease.tableNo,
      lease.from,
      lease.to,
      lease.workflowId,
      lease.runId,
      lease.activityId,
      lease.taskToken,
      lease.attempt,
      lease.coordinatorId,
      COORDINATOR.deadAfterMs / 1000,
    ],
  )
  return rows[0] ? leaseOf(rows[0]) : null
}

/** Makes a worker's running lease ours; null when the lease is over or was never the worker's. */
export async function adoptLease(
  sql: Sql,
  {
    leaseId,
    workerId,
    coordinatorId,
  }: { leaseId: string; workerId: string; coordinatorId: string },
): Promise<LeaseRow | null> {
  const rows = await sql.query<Stored>(
    `update leases set coordinator_id = $3 where id = $1 and $2 = any(worker_ids) returning *`,
    [leaseId, workerId, coordinatorId],
  )
  return rows[0] ? leaseOf(rows[0]) : null
}

export async function findLease(sql: Sql, leaseId: string): Promise<LeaseRow | null> {
  const rows = await sql.query<Stored>('select * from leases where id = $1', [leaseId])
  return rows[0] ? leaseOf(rows[0]) : null
}

/** Written before the worker is told, so that a result it sends to another replica is believed there. */
export async function recordAssignment(
  sql: Sql,
  { leaseId, workerId }: { leaseId: string; workerId: string },
): Promise<void> {
  await sql.query(
    `update leases set worker_ids = array_append(array_remove(worker_ids, $2), $2), assigned_at = now() where id = $1`,
    [leaseId, workerId],
  )
}

export async function closeLease(sql: Sql, leaseId: string): Promise<void> {
  await sql.query('delete from leases where id = $1', [leaseId])
}

/** Leases of an activity that ended without this replica's doing. */
export async function closeLeaseOfActivity(
  sql: Sql,
  activity: { workflowId: string; runId: string; activityId: string },
): Promise<void> {
  await sql.query(
    'delete from leases where workflow_id = $1 and run_id = $2 and activity_id = $3',
    [activity.workflowId, activity.runId, activity.activityId],
  )
}

/** All leases of a job, whoever holds them: it is cancelled, deleted or starts anew. */
export async function closeLeasesOfJob(sql: Sql, jobId: string): Promise<void> {
  await sql.query('delete from leases where job_id = $1', [jobId])
}
