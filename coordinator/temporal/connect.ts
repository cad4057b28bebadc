// Connections to Temporal, waited for: a process starts before or after Temporal, as it comes.

import { Client, Connection } from '@temporalio/client'
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import { untilReady } from '../until-ready.ts'
import { ensureNamespace } from './namespace.ts'
import { ensureSearchAttributes } from './search-attributes.ts'

export type Temporal = {
  client: Client
  native: NativeConnection
  namespace: string
  close(): Promise<void>
}

/** Connects, and prepares the namespace where that is needed. Once a process; rejects when `signal` aborts. */
export async function connectTemporal(
  { address, namespace }: Config['temporal'],
  { log, signal }: { log: Logger; signal: AbortSignal },
): Promise<Temporal> {
  installRuntime(log)
  const onRetry = (error: unknown) =>
    log.warn({ err: error }, 'a connection to Temporal failed; it is tried again')
  const options = { signal, onRetry }
  // Whatever Temporal says while it starts, it says it no more later.
  const connecting = { ...options, mayPass: () => true }
  const connection = await untilReady(() => Connection.connect({ address }), connecting)
  const native = await untilReady(() => NativeConnection.connect({ address }), connecting)
  const temporal = {
    client: new Client({ connection, namespace }),
    native,
    namespace,
    async close() {
      await connection.close()
      await native.close()
    },
  }
  await untilReady(() => prepareNamespace(temporal), options)
  return temporal
}

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

/** A cluster knows a new namespace some seconds late: until then the attributes are refused, and it is tried again. */
async function prepareNamespace(temporal: Temporal): Promise<void> {
  await ensureNamespace(temporal)
  await ensureSearchAttributes(temporal)
}
