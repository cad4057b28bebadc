// A real Temporal server for tests, with the namespace and attributes of the stack.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { NativeConnection } from '@temporalio/worker'
import type { Temporal } from '#coordinator/temporal/connect.ts'
import { startGuardian } from '#scripts/stack/guardian.ts'
import { freePort } from '#scripts/stack/ports.ts'
import { createSupervisor } from '#scripts/stack/supervisor.ts'
import { NAMESPACE, temporalSpec } from '#scripts/stack/temporal.ts'
import { readTools, temporalOf } from '#scripts/stack/tools.ts'

export type TestTemporal = Temporal & {
  address: string
  /** Stops the server and resolves when it is down; `start` brings it back with what it knew. */
  halt(): Promise<void>
  start(): Promise<void>
}

/** `close` ends connections and server. */
export async function startTestTemporal(): Promise<TestTemporal> {
  const dataDir = await mkdtemp(join(tmpdir(), 'syndata-temporal-'))
  const port = await freePort()
  const uiPort = await freePort(new Set([port]))
  // Ends the server also when the test process is killed.
  const guardian = startGuardian(dataDir)
  const supervisor = createSupervisor({
    logDir: join(dataDir, 'logs'),
    say: () => undefined,
    onChange: (children) =>
      guardian.watch(children.map((child) => child.pid()).filter((pid) => pid !== undefined)),
  })
  const cli = temporalOf(readTools())
  const server = await supervisor.start(temporalSpec({ cli, dataDir, port, uiPort }))
  const address = `127.0.0.1:${port}`
  const connection = await Connection.connect({ address })
  const native = await NativeConnection.connect({ address })
  return {
    address,
    client: new Client({ connection, namespace: NAMESPACE }),
    native,
    namespace: NAMESPACE,
    halt: () => server.stop(),
    start: () => server.start(),
    async close() {
      await connection.close()
      await native.close()
      await supervisor.stop()
      guardian.dismiss()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
