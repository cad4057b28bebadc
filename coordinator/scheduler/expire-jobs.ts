// Deletes jobs that ended long ago, as their owners would: hidden at once, removed by the sweep.

import type { Database } from '../database/database.ts'
import { removeJob } from '../jobs/actions.ts'

const BATCH_MAX = 50

/**
 * At most 50 a time, the oldest first; returns their ids. Trainings stay: they go with their models. So do jobs that
 * nobody has seen the end of yet: the time counts from there.
 */
export async function expireJobs(database: Database, days: number): Promise<string[]> {
  const old = await database.query<{ id: string }>(
    `select id from jobs where kind = 'generate' and deleted_at is null
       and status in ('completed', 'failed', 'cancelled') and finished_at < now() - make_interval(secs => $1)
     order by finished_at limit $2`,
    [days * 86_400, BATCH_MAX],
  )
  const gone: string[] = []
  for (const { id } of old) if (await expire(database, id)) gone.push(id)
  return gone
}

/** False when somebody works on it: it is old tomorrow too. */
const expire = (database: Database, id: string): Promise<boolean> =>
  database.transaction(async (sql) => {
    const rows = await sql.query(
      `select id from jobs where id = $1 and deleted_at is null
         and status in ('completed', 'failed', 'cancelled') for no key update skip locked`,
      [id],
    )
    if (rows.length > 0) await removeJob(sql, id)
    return rows.length > 0
  })
