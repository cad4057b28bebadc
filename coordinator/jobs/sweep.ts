// Removes what deleted jobs leave in the database, once nothing works on them any more; blocks go by their own sweep.

import type { Database, Sql } from '#coordinator/database/database.ts'

/** Activities that were cancelled have ended by then; what still comes from them finds no job and is not wanted. */
const SETTLED_AFTER = '1 minute'
const SPEC_KEPT_FOR = '1 hour'
const BATCH_MAX = 100

/** The ids that went, at most 100; safe to run at several replicas at once. */
export async function sweepDeletedJobs(database: Database): Promise<string[]> {
  const gone = await database.transaction(removeJobs)
  await removeSpecs(database)
  return gone
}

async function removeJobs(sql: Sql): Promise<string[]> {
  const jobs = await sql.query<{ id: string }>(
    `select id from jobs j where deleted_at < now() - $1::interval
       and status in ('completed', 'failed', 'cancelled')
       and not exists (select 1 from outbox o where o.job_id = j.id)
       and not exists (select 1 from leases l where l.job_id = j.id)
     order by deleted_at limit $2 for update skip locked`,
    [SETTLED_AFTER, BATCH_MAX],
  )
  const ids = jobs.map(({ id }) => id)
  if (ids.length === 0) return []
  await sql.query(
    `insert into deleted_totals as d (status, jobs, rows, chunks, retries, reassigned)
     select j.status, count(*), coalesce(sum(t.rows), 0), coalesce(sum(t.chunks), 0), sum(j.retries), sum(j.reassigned)
     from jobs j left join (select job_id, sum(rows_done) as rows, sum(chunks_done) as chunks
       from job_tables group by job_id) t on t.job_id = j.id
     where j.id = any($1) group by j.status
     on conflict (status) do update set jobs = d.jobs + excluded.jobs, rows = d.rows + excluded.rows,
       chunks = d.chunks + excluded.chunks, retries = d.retries + excluded.retries,
       reassigned = d.reassigned + excluded.reassigned`,
    [ids],
  )
  await sql.query('delete from jobs where id = any($1)', [ids])
  return ids
}

/** A submission that reuses an old spec touches it first: then it is young here, or the submission waits and adds it. */
async function removeSpecs(sql: Sql): Promise<void> {
  await sql.query(
    `delete from specs where digest in (
       select digest from specs s where created_at < now() - $1::interval
         and not exists (select 1 from jobs j where j.spec_digest = s.digest)
       limit $2 for update skip locked)`,
    [SPEC_KEPT_FOR, BATCH_MAX],
  )
}
