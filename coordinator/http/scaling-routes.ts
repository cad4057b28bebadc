// What the autoscaler decided, for administrators.

import Type from 'typebox'
import type { Database } from '#coordinator/database/database.ts'
import { requireScope } from '#coordinator/identity/principals.ts'
import { ACTIONS } from '#coordinator/scaling/decision.ts'
import { listDecisions, type StoredDecision } from '#coordinator/scaling/records.ts'
import { POOLS } from '#coordinator/scaling/settings.ts'
import type { Authentication } from './authentication.ts'
import { Nullable, PAGING, pageOf, problems, Time } from './schemas.ts'
import type { App } from './types.ts'

const Count = Type.Integer({ minimum: 0 })
const Share = Nullable(Type.Number({ minimum: 0, maximum: 1 }), 'Null when no worker has said')

const DecisionView = Type.Object({
  id: Count,
  at: Time,
  pool: Type.Enum([...POOLS]),
  action: Type.Enum([...ACTIONS], {
    description:
      'add, remove: a step begins; verified, short: all that were added joined, or not all; removed, kept: workers that were to leave did, or go on; reclaim: instances that never joined are taken back; hold: nothing can be done',
  }),
  reason: Type.String(),
  places: Type.Record(Type.String(), Count, { description: 'Workers by region' }),
  worker_ids: Type.Array(Type.String()),
  figures: Type.Object(
    {
      cpu: Share,
      memory: Share,
      queue: Nullable(Count, 'Leases without a worker; null when Temporal did not answer'),
      active: Count,
      pending: Count,
      total: Count,
      trainings: Count,
      answers: Type.Boolean({ description: 'Whether the provider did' }),
    },
    { description: 'What it stood on' },
  ),
})

const ListQuery = Type.Object(
  {
    ...PAGING,
    pool: Type.Optional(Type.Enum([...POOLS])),
    action: Type.Optional(Type.Enum([...ACTIONS])),
  },
  { additionalProperties: false },
)

export function scalingRoutes(
  app: App,
  { auth, database }: { auth: Authentication; database: Database },
): void {
  app.route({
    method: 'GET',
    url: '/api/fleet/decisions',
    schema: {
      operationId: 'fleet.decisions',
      tags: ['Fleet'],
      summary: 'What the autoscaler decided and why, the newest first',
      querystring: ListQuery,
      response: {
        200: Type.Object({
          decisions: Type.Array(DecisionView),
          page: Count,
          page_size: Count,
          total: Count,
        }),
        ...problems(400, 401, 403),
      },
    },
    handler: async (request) => {
      requireScope(auth.principalOf(request), 'admin')
      const { pool = null, action = null } = request.query
      const { limit, offset, ...page } = pageOf(request.query)
      const { rows, total } = await listDecisions(database, { pool, action, limit, offset })
      return { decisions: rows.map(decisionView), ...page, total }
    },
  })
}

const decisionView = ({ at, workers, ...rest }: StoredDecision) => ({
  ...rest,
  at: at.toISOString(),
  worker_ids: workers,
})
