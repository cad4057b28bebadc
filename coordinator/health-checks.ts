// How this process finds out whether each component works.

import type { Database } from './database/database.ts'
import type { HealthChecks } from './http/health.ts'
import type { Temporal } from './temporal/connect.ts'

type Deps = { database: Database; temporal: Temporal; partsUrl: string }

export function createHealthChecks({ database, temporal, partsUrl }: Deps): HealthChecks {
  return {
    async postgres() {
      await database.query('select 1')
    },
    async temporal() {
      await temporal.client.connection.workflowService.describeNamespace({
        namespace: temporal.namespace,
      })
    },
    async parts({ signal }) {
      const response = await fetch(new URL('/health', partsUrl), { signal })
      if (!response.ok) throw new Error(`parts answers ${response.status}`)
    },
    async fleet() {
      const rows = await database.query(
        'select 1 from workers where coordinator_id is not null limit 1',
      )
      if (rows.length === 0) throw new Error('no worker is connected')
    },
  }
}
