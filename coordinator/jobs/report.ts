// Writes what happens to a job into its log without making the caller wait; a line that cannot be written is
// said in the process's own log.

import type { Logger } from 'pino'
import type { Database } from '../database/database.ts'
import { notify } from '../database/notifications.ts'
import { appendEvent } from './events.ts'

export type Report = (jobId: string, level: 'info' | 'warn', message: string, data: object) => void

export function createReporter({ database, log }: { database: Database; log: Logger }): Report {
  return (jobId, level, message, data) => {
    database
      .transaction(async (sql) => {
        await appendEvent(sql, { jobId, kind: 'worker', level, message, data: { ...data } })
        await notify(sql, 'job', jobId)
      })
      .catch((error: unknown) => log.warn({ err: error, jobId, message }, 'job event not written'))
  }
}
