// Moves posted transactions to confirmed as the network says so, after the job is done.

import type { Logger } from 'pino'
import type { Database } from '../database/database.ts'
import { notify } from '../database/notifications.ts'
import type { ArweaveClient } from './arweave-client.ts'
import { confirm } from './arweave-upload.ts'

const EVERY_MS = 15_000
const PER_ROUND = 50

type Deps = { database: Database; client: ArweaveClient; log: Logger }

/** Runs until closed. Harmless on several replicas at once: every write says the same. */
export function createArweaveConfirmer(deps: Deps): { close(): Promise<void> } {
  let round: Promise<void> | null = null
  const wake = () => {
    round ??= confirmPosted(deps)
      .catch((error: unknown) => deps.log.warn({ err: error }, 'Arweave not asked'))
      .finally(() => {
        round = null
      })
  }
  const timer = setInterval(wake, EVERY_MS)
  wake()
  return {
    async close() {
      clearInterval(timer)
      await round
    },
  }
}

async function confirmPosted({ database, client }: Deps): Promise<void> {
  const posted = await database.query<{ id: string }>(
    `select id from arweave_transactions where status = 'posted' order by created_at limit $1`,
    [PER_ROUND],
  )
  for (const { id } of posted) {
    if ((await confirm(id, client)) !== 'confirmed') continue
    const jobs = await database.query<{ job_id: string }>(
      `with done as (update arweave_transactions set status = 'confirmed' where id = $1)
       select job_id from outputs where arweave_id = $1`,
      [id],
    )
    for (const { job_id } of jobs) await notify(database, 'job', job_id)
  }
}
