// Totals for a dashboard: the whole installation for administrators and metrics keys, else the caller's projects.

import type { Sql } from '#coordinator/database/database.ts'
import { hasScope, type Principal } from '#coordinator/identity/principals.ts'
import { JOB_STATUSES } from './job-state.ts'

export type Stats = {
  scope: 'instance' | 'own'
  jobs: Record<string, number>
  rows_generated: number
  chunks_completed: number
  bytes_generated: number
  workers?: { enrolled: number; connected: number }
}

type Row = { status: string; jobs: number; rows: number; chunks: number; bytes: number }

/** Deleted jobs are not in it. */
export async function readStats(sql: Sql, principal: Principal): Promise<Stats> {
  const all = hasScope(principal, 'metrics')
  const rows = await sql.query<Row>(
    `select j.status, count(*) as jobs, coalesce(sum(t.rows), 0)::bigint as rows,
       coalesce(sum(t.chunks), 0)::bigint as chunks, coalesce(sum(t.bytes), 0)::bigint as bytes
     from jobs j
     left join project_members m on m.project_id = j.project_id and m.user_id = $1
     left join (select job_id, sum(rows_done) as rows, sum(chunks_done) as chunks, sum(bytes_done) as bytes
       from job_tables group by job_id) t on t.job_id = j.id
     where j.deleted_at is null and ($2 or m.user_id is not null) group by j.status`,
    [principal.userId, all],
  )
  const sum = (field: 'rows' | 'chunks' | 'bytes') =>
    rows.reduce((total, row) => total + Number(row[field]), 0)
  const none = Object.fromEntries(JOB_STATUSES.map((status) => [status, 0]))
  return {
    scope: all ? 'instance' : 'own',
    jobs: { ...none, ...Object.fromEntries(rows.map((row) => [row.status, Number(row.jobs)])) },
    rows_generated: sum('rows'),
    chunks_completed: sum('chunks'),
    bytes_generated: sum('bytes'),
    ...(all ? { workers: await countWorkers(sql) } : {}),
  }
}

async function countWorkers(sql: Sql): Promise<{ enrolled: number; connected: number }> {
  const [row] = await sql.query<{ enrolled: number; connected: number }>(
    `select count(*)::int as enrolled, (count(*) filter (where coordinator_id is not null))::int as connected
     from workers where state <> 'revoked'`,
  )
  return row ?? { enrolled: 0, connected: 0 }
}
