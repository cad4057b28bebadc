// The timed work of an installation, put together: the autoscaler at every tick, and once a minute what is only to be
// tidied.

import { Connection } from '@temporalio/client'
import type { Logger } from 'pino'
import type { SchedulerConfig } from '../config.ts'
import { createDatabase, type Sql } from '../database/database.ts'
import { migrate } from '../database/migrate.ts'
import { createAutoscaler } from '../scaling/autoscaler.ts'
import { createBacklogs } from '../scaling/backlogs.ts'
import { look } from '../scaling/look.ts'
import { createProvider } from '../scaling/providers/create-provider.ts'
import { forgetOldDecisions } from '../scaling/records.ts'
import { POOLS } from '../scaling/settings.ts'
import { expireJobs } from './expire-jobs.ts'
import { type Bound, createLeader, type Leader } from './leader.ts'

const TIDY_MS = 60_000

export async function startTimedWork(config: SchedulerConfig, log: Logger): Promise<Leader> {
  const { databaseUrl, temporal } = config
  const database = createDatabase(databaseUrl, {
    maxConnections: 2,
    onError: (error) => log.warn({ err: error }, 'a connection failed; it is tried again'),
  })
  const connection = Connection.lazy({ address: temporal.address })
  const backlogs = createBacklogs({
    connection,
    namespace: temporal.namespace,
    onError: (error) => log.debug({ err: error }, 'Temporal tells no backlog'),
  })
  const scale = createAutoscaler({
    look: (sql) => look({ sql, backlogs }),
    providers: await providersOf(config),
    policy: config.scaling.policy,
    log,
  })
  let [migrated, tidiedMs] = [false, Number.NEGATIVE_INFINITY]

  const tidy = async (): Promise<void> => {
    tidiedMs = performance.now()
    await forgetOldDecisions(database)
    if (config.jobRetentionDays === null) return
    const ids = await expireJobs(database, config.jobRetentionDays)
    if (ids.length > 0) log.info({ jobs: ids }, `deleted ${ids.length} jobs that ended long ago`)
  }

  const work = async (sql: Sql, bound: Bound): Promise<void> => {
    if (!migrated) await migrate(database)
    migrated = true
    await scale(sql, bound)
    if (performance.now() - tidiedMs >= TIDY_MS) await tidy()
  }

  const everyMs = isScaling(config) ? config.scaling.policy.tickMs : TIDY_MS
  const leader = createLeader({ url: databaseUrl, log, work }, { everyMs })
  return {
    ...leader,
    async close() {
      await leader.close()
      await connection.close()
      await database.close()
    },
  }
}

const isScaling = ({ scaling }: SchedulerConfig): boolean =>
  Object.keys(scaling.providers).length > 0

async function providersOf({ scaling, secrets, allowPrivateHosts }: SchedulerConfig) {
  const made = POOLS.map(async (pool) => {
    const settings = scaling.providers[pool]
    const regions = scaling.policy.pools[pool]?.regions.map(({ region }) => region) ?? []
    const deps = { references: secrets, allowPrivateHosts, pool, regions }
    return settings ? [[pool, await createProvider(settings, deps)] as const] : []
  })
  return Object.fromEntries((await Promise.all(made)).flat())
}
