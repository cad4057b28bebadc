// What the coordinator and the parts process both stand on: log, database, shared secrets, part store. Temporal is not of
// it: its libraries load for longer than a parts process may be away.

import { randomBytes } from 'node:crypto'
import pino, { type Logger } from 'pino'
import type { Config } from './config.ts'
import { createDatabase, type Database } from './database/database.ts'
import { migrate } from './database/migrate.ts'
import { createNotifications, type Notifications } from './database/notifications.ts'
import { createSealedSecrets, type SealedSecrets } from './identity/sealed-secrets.ts'
import { createJobSpecs, type JobSpecs } from './ledger/job-spec.ts'
import type { BlockStore } from './storage/block-store.ts'
import { openStore } from './storage/open-store.ts'
import { untilReady } from './until-ready.ts'

export type Foundation = {
  log: Logger
  database: Database
  notifications: Notifications
  secrets: SealedSecrets
  specs: JobSpecs
  store: BlockStore
  close(): Promise<void>
}

/** Waits for Postgres; rejects when `signal` aborts. */
export async function openFoundation(config: Config, signal: AbortSignal): Promise<Foundation> {
  const log = pino({ level: config.logLevel, base: { name: config.name } })
  for (const sentence of config.strange) log.warn(sentence)
  const onError = (error: unknown) =>
    log.warn({ err: error }, 'a connection failed; it is tried again')
  const database = createDatabase(config.databaseUrl, { maxConnections: 12, onError })
  await untilReady(() => migrate(database), { signal, onRetry: onError })
  const notifications = await createNotifications(config.databaseUrl, { onError })
  const store = await openStore(config.store)
  return {
    log,
    database,
    notifications,
    secrets: createSealedSecrets(database, config.masterKey),
    specs: createJobSpecs(database),
    store,
    async close() {
      await store.close()
      await notifications.close()
      await database.close()
    },
  }
}

/** The HMAC key of upload tokens, which coordinators sign and parts processes check. */
export const uploadKeyOf = (secrets: SealedSecrets): Promise<Buffer> =>
  secrets.getOrCreate('upload-key', () => randomBytes(32))

/**
 * Runs `stop` once at the first SIGINT or SIGTERM, then exits, with 1 when it takes longer than `limitMs`; a second
 * signal is left to the default action.
 */
export function stopOnSignals(
  log: Logger,
  { limitMs }: { limitMs: number },
  stop: () => Promise<void>,
): void {
  const onSignal = (signal: NodeJS.Signals) => {
    log.info({ signal }, 'stopping')
    process.removeListener('SIGINT', onSignal)
    process.removeListener('SIGTERM', onSignal)
    setTimeout(() => {
      log.error({ limitMs }, 'not stopped in time')
      process.exit(1)
    }, limitMs).unref()
    stop().then(
      () => {
        log.info('stopped')
        process.exit(0)
      },
      (error: unknown) => {
        log.error({ err: error }, 'not stopped in order')
        process.exit(1)
      },
    )
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
}
