// This replica's row among the coordinators: others adopt its leases and workers once it stops saying so.

import type { Logger } from 'pino'
import type { Database } from './database/database.ts'
import { COORDINATOR } from './workflows/policies.ts'

/** The row exists when this resolves. */
export async function announcePresence(
  { database, log }: { database: Database; log: Logger },
  { id, name }: { id: string; name: string },
): Promise<{ close(): Promise<void> }> {
  await beat(database, id, name)
  const timer = setInterval(() => {
    beat(database, id, name).catch((error: unknown) =>
      log.warn({ err: error }, 'presence not told'),
    )
  }, COORDINATOR.heartbeatMs)
  return {
    async close() {
      clearInterval(timer)
      await database.query('delete from coordinators where id = $1', [id])
      await forgetDead(database)
    },
  }
}

async function beat(database: Database, id: string, name: string): Promise<void> {
  await database.query(
    `insert into coordinators (id, name) values ($1, $2) on conflict (id) do update set last_seen = now()`,
    [id, name],
  )
  await forgetDead(database)
}

/** Rows of replicas that died, and the streams that died with them. */
async function forgetDead(database: Database): Promise<void> {
  await database.query(
    'delete from coordinators where last_seen < now() - make_interval(secs => $1)',
    [COORDINATOR.deadAfterMs / 1000],
  )
  await database.query(
    `update workers set coordinator_id = null where coordinator_id is not null
       and coordinator_id not in (select id from coordinators)`,
  )
}
