// One round of the deletion of old jobs, for platforms that have a timer of their own. Ends when none is left.

import pino from 'pino'
import { readSchedulerConfig } from '../config.ts'
import { createDatabase } from '../database/database.ts'
import { settingsOrExit } from '../settings-or-exit.ts'
import { expireJobs } from './expire-jobs.ts'

const config = settingsOrExit(() => readSchedulerConfig())
const { databaseUrl, jobRetentionDays, logLevel, name } = config
const log = pino({ level: logLevel, base: { name } })
for (const sentence of config.strange) log.warn(sentence)
if (jobRetentionDays === null) {
  log.fatal('SYNDATA_JOB_RETENTION_DAYS is not set, so nothing is old')
  process.exit(1)
}
const database = createDatabase(databaseUrl, {
  maxConnections: 1,
  onError: (error) => log.warn({ err: error }, 'a connection failed'),
})
let deleted = 0
for (;;) {
  const gone = await expireJobs(database, jobRetentionDays)
  deleted += gone.length
  if (gone.length === 0) break
}
log.info({ deleted, jobRetentionDays }, 'old jobs deleted')
await database.close()
