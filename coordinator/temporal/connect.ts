// Connections to Temporal, waited for: a coordinator starts before or after Temporal, as it comes.

import { setTimeout as delay } from 'node:timers/promises'
import { Client, Connection } from '@temporalio/client'
import { NativeConnection } from '@temporalio/worker'
import type { Config } from '../config.ts'

export type Temporal = {
  client: Client
  native: NativeConnection
  namespace: string
  close(): Promise<void>
}

type Options = { signal: AbortSignal; onRetry: (error: unknown) => void }

/** Rejects only when the signal aborts. */
export async function connectTemporal(
  { address, namespace }: Config['temporal'],
  options: Options,
): Promise<Temporal> {
  const connection = await untilConnected(() => Connection.connect({ address }), options)
  const native = await untilConnected(() => NativeConnection.connect({ address }), options)
  return {
    client: new Client({ connection, namespace }),
    native,
    namespace,
    async close() {
      await connection.close()
      await native.close()
    },
  }
}

async function untilConnected<T>(
  connect: () => Promise<T>,
  { signal, onRetry }: Options,
): Promise<T> {
  for (;;) {
    try {
      return await connect()
    } catch (error) {
      onRetry(error)
      await delay(500, undefined, { signal })
    }
  }
}
