// What has to be tidied now and then, by whichever replica comes first: deleted jobs, old Idempotency-Keys,
// machines that will not come back.

import type { Database } from '#coordinator/database/database.ts'
import { forgetAwayWorkers } from '#coordinator/fleet/forget-workers.ts'
import { forgetExpiredKeys } from '#coordinator/http/idempotency.ts'
import { sweepDeletedJobs } from './sweep.ts'

const INTERVAL_MS = 60_000

/** Runs every minute until closed; `close` waits for a run under way. */
export function createHousekeeping(
  database: Database,
  { onError, intervalMs = INTERVAL_MS }: { onError: (error: Error) => void; intervalMs?: number },
): { close(): Promise<void> } {
  let running: Promise<void> = Promise.resolve()
  const run = async (): Promise<void> => {
    try {
      await forgetExpiredKeys(database)
      await sweepDeletedJobs(database)
      await forgetAwayWorkers(database)
    } catch (error) {
      onError(error as Error)
    }
  }
  const timer = setInterval(() => {
    running = running.then(run)
  }, intervalMs)
  timer.unref()
  return {
    close() {
      clearInterval(timer)
      return running
    },
  }
}
