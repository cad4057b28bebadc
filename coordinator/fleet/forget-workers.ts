// Machines of a group come and go under ever new keys, and a fleet that shrinks revokes workers: who has been away for
// long leaves the list of workers.

import type { Database } from '#coordinator/database/database.ts'

const AWAY_FOR = '30 days'
const BATCH_MAX = 1_000

/** How many went, at most 1,000. One with a token of its own that nobody revoked stays, whatever happens. */
export async function forgetAwayWorkers(database: Database): Promise<number> {
  const gone = await database.query(
    `delete from workers where id in (
       select w.id from workers w left join enrollment_tokens t on t.id = w.token_id
       where (t.machines is not null or w.state = 'revoked') and w.coordinator_id is null
         and coalesce(w.last_seen, w.enrolled_at) < now() - $1::interval
       limit $2 for update of w skip locked) returning id`,
    [AWAY_FOR, BATCH_MAX],
  )
  return gone.length
}
