// Tells workers to take no more, and to go on, as operators do.

import type { Sql } from '../database/database.ts'
import { notify } from '../database/notifications.ts'

const STATES = { drain: ['active', 'draining'], resume: ['draining', 'active'] } as const

/** Those that are in another state by now stay as they are. */
export async function changeWorkers(
  sql: Sql,
  ids: readonly string[],
  action: 'drain' | 'resume',
): Promise<void> {
  const [from, to] = STATES[action]
  const changed = await sql.query<{ id: string }>(
    'update workers set state = $3 where id = any($1) and state = $2 returning id',
    [ids, from, to],
  )
  for (const { id } of changed) await notify(sql, 'fleet', id)
}
