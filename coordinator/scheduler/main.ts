// The scheduler process: the timed work of an installation, done by one of any number of replicas. With nothing to do it
// answers its probes and takes no memory for more.

import pino from 'pino'
import { readSchedulerConfig } from '../config.ts'
import { settingsOrExit } from '../settings-or-exit.ts'
import { serveHealth } from './health.ts'

const config = settingsOrExit(() => readSchedulerConfig())
const log = pino({ level: config.logLevel, base: { name: config.name } })
for (const sentence of config.strange) log.warn(sentence)
const wanted = config.jobRetentionDays !== null || Object.keys(config.scaling.providers).length > 0
const idle = { isLeading: () => false, idleMs: () => 0, close: async () => undefined }
const leader = wanted ? await (await import('./timed-work.ts')).startTimedWork(config, log) : idle
const health = await serveHealth(leader, config.health)
const { pools } = config.scaling.policy
log.info({ url: health.url, pools, jobRetentionDays: config.jobRetentionDays }, 'scheduler ready')

const stop = (signal: NodeJS.Signals) => {
  log.info({ signal }, 'stopping')
  process.removeListener('SIGINT', stop)
  process.removeListener('SIGTERM', stop)
  health
    .close()
    .then(() => leader.close())
    .then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'not stopped in order')
        process.exit(1)
      },
    )
}
process.on('SIGINT', stop)
process.on('SIGTERM', stop)
