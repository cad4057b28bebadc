// What the coordinator and the parts process both stand on: log, database, shared secrets, part store, Temporal.

import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { DefaultLogger, Runtime } from '@temporalio/worker'
import pino, { type Logger } from 'pino'
import type { Config } from './config.ts'
import { createDatabase, type Database } from './database/database.ts'
import { migrate } from './database/migrate.ts'
import { createNotifications, type Notifications } from './database/notifications.ts'
import { createSealedSecrets, type SealedSecrets } from './identity/sealed-secrets.ts'
import { createJobSpecs, type JobSpecs } from './ledger/job-spec.ts'
import type { BlockStore } from './storage/block-store.ts'
import { openStore } from './storage/open-store.ts'
import { connectTemporal, type Temporal } from './temporal/connect.ts'
import { ensureNamespace } from './temporal/namespace.ts'
import { ensureSearchAttributes } from './temporal/search-attributes.ts'

export type Foundation = {
  log: Logger
  database: Database
  notifications: Notifications
  secrets: SealedSecrets
  specs: JobSpecs
  store: BlockStore
  temporal: Temporal
  close(): Promise<void>
}

/** Waits for Postgres and Temporal; rejects when `signal` aborts. */
export async function openFoundation(config: Config, signal: AbortSignal): Promise<Foundation> {
  const log = pino({ level: config.logLevel, base: { name: config.name } })
  installRuntime(log)
  const onError = (error: unknown) =>
    log.warn({ err: error }, 'a connection failed; it is tried again')
  const database = createDatabase(config.databaseUrl, { maxConnections: 12, onError })
  await untilReady(() => migrate(database), { signal, onRetry: onError })
  const notifications = await createNotifications(config.databaseUrl, { onError })
  const store = await openStore(config.store)
  const temporal = await connectTemporal(config.temporal, { signal, onRetry: onError })
  await untilReady(() => prepareNamespace(temporal), { signal, onRetry: onError })
  return {
    log,
    database,
    notifications,
    secrets: createSealedSecrets(database, config.masterKey),
    specs: createJobSpecs(database),
    store,
    temporal,
    async close() {
      await temporal.close()
      await store.close()
      await notifications.close()
      await database.close()
    },
  }
}

/** A cluster knows a new namespace some seconds late: until then the attributes are refused, and it is tried again. */
async function prepareNamespace(temporal: Temporal): Promise<void> {
  await ensureNamespace(temporal)
  await ensureSearchAttributes(temporal)
}

/** The HMAC key of upload tokens, which coordinators sign and parts processes check. */
export const uploadKeyOf = (secrets: SealedSecrets): Promise<Buffer> =>
  secrets.getOrCreate('upload-key', () => randomBytes(32))

const LEVELS = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'debug',
  WARN: 'warn',
  ERROR: 'error',
} as const

/** The SDK's words go to our log (its news are our details), and signals stay ours. */
function installRuntime(log: Logger): void {
  const logger = new DefaultLogger('INFO', ({ level, message, meta }) =>
    log[LEVELS[level]]({ temporal: meta }, message),
  )
  Runtime.install({ logger, shutdownSignals: [] })
}

type Waiting = { signal: AbortSignal; onRetry: (error: unknown) => void }

async function untilReady<T>(work: () => Promise<T>, { signal, onRetry }: Waiting): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!isConnectionError(error)) throw error
      onRetry(error)
      await delay(500, undefined, { signal })
    }
  }
}

/** 57P03: Postgres is starting up or shutting down. */
function isConnectionError(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return (
    (typeof code === 'string' && /^(ECONN|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|57P|08)/.test(code)) ||
    /timeout|terminated/i.test(String(error))
  )
}

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
