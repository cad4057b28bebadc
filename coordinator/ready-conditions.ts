// What has to work for a coordinator, and for a parts process, to be ready.

import { once } from 'node:events'
import { connect } from 'node:net'
import type { Sql } from './database/database.ts'
import { missingMigrations } from './database/migrate.ts'
import type { Condition } from './readiness.ts'
import type { Temporal } from './temporal/connect.ts'

/** The database answers, and has every migration of this release: one that was restored may not. */
export const databaseCondition = (sql: Sql): Condition => ({
  unmet: 'Its database does not answer, or lacks migrations of this release.',
  async check() {
    const missing = await missingMigrations(sql)
    if (missing.length > 0) throw new Error(`not migrated: ${missing.join(', ')}`)
  },
})

export const temporalCondition = ({ client, namespace }: Temporal): Condition => ({
  unmet: 'Temporal does not answer.',
  async check() {
    await client.connection.workflowService.describeNamespace({ namespace })
  },
})

/** Temporal's workers of this process take tasks; a queue that nothing can be taken from now counts as polled. */
export const pollingCondition = (workers: readonly { isPolling(): boolean }[]): Condition => ({
  unmet: 'Its workers do not poll Temporal.',
  check: async () => {
    if (!workers.every((worker) => worker.isPolling())) throw new Error('a worker has stopped')
  },
})

/** Its own port takes connections. */
export const listeningCondition = (
  what: string,
  { host, port }: { host: string; port: number },
): Condition => ({
  unmet: `${what} does not listen.`,
  async check({ signal }) {
    const socket = connect({ host: reachable(host), port, signal })
    try {
      await once(socket, 'connect', { signal })
    } finally {
      socket.destroy()
    }
  },
})

/** Where a socket that is bound to all addresses is reached from within. */
const reachable = (host: string): string => {
  if (host === '0.0.0.0') return '127.0.0.1'
  return host === '::' ? '::1' : host
}
