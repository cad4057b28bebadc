// Workers and the fleet: everyone who is logged in may look, changes need the scope fleet.

import Type from 'typebox'
import type { Database } from '#coordinator/database/database.ts'
import { isAdmin, requireScope } from '#coordinator/identity/principals.ts'
import type { Authentication } from './authentication.ts'
import { IdParams, Nullable, problems, Time } from './schemas.ts'
import type { App } from './types.ts'
import {
  changeWorker,
  listWorkers,
  readRegions,
  readWaitingJobs,
  readWorker,
  type WorkerAction,
  type WorkerRow,
} from './worker-rows.ts'

const Count = Type.Integer({ minimum: 0 })
const State = Type.Enum(['active', 'draining', 'revoked'])

const WorkerView = Type.Object({
  worker_id: Type.String(),
  name: Type.String(),
  region: Type.String(),
  trust: Type.Enum(['trusted', 'community']),
  state: State,
  connected: Type.Boolean(),
  gpu: Nullable(Type.Object({}, { additionalProperties: true }), 'The first one'),
  machine: Type.Object({}, { additionalProperties: true }),
  engine_version: Type.String(),
  slots: Count,
  busy_slots: Count,
  load: Type.Object({}, { additionalProperties: true }),
  rows_per_second: Nullable(Type.Number()),
  reputation: Type.Object({
    score: Type.Number({ minimum: 0, maximum: 1, description: 'Share of work that went well' }),
    chunks_done: Count,
    chunks_failed: Count,
    leases_lost: Count,
  }),
  enrolled_at: Time,
  connected_at: Nullable(Time),
  last_seen: Nullable(Time),
})

const FleetView = Type.Object({
  regions: Type.Array(
    Type.Object({
      region: Type.String(),
      workers: Count,
      connected: Count,
      draining: Count,
      slots: Count,
      busy: Count,
      full_because: Nullable(Type.String(), 'Why a lease would wait here'),
    }),
  ),
  waiting_jobs: Type.Optional(
    Type.Array(Type.Object({ job_id: Type.String(), reason: Type.String() }), {
      description: 'For administrators',
    }),
  ),
})

const ListQuery = Type.Object(
  {
    page: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000, default: 1 })),
    page_size: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 100 })),
    region: Type.Optional(Type.String({ maxLength: 100 })),
    state: Type.Optional(State),
  },
  { additionalProperties: false },
)

export type WorkerRoutesDeps = { auth: Authentication; database: Database }

export function workerRoutes(app: App, deps: WorkerRoutesDeps): void {
  readRoutes(app, deps)
  for (const action of ['drain', 'resume', 'revoke'] as const) actionRoute(app, deps, action)
}

function readRoutes(app: App, { auth, database }: WorkerRoutesDeps): void {
  app.route({
    method: 'GET',
    url: '/api/workers',
    schema: {
      operationId: 'workers.list',
      tags: ['Fleet'],
      summary: 'Workers, connected ones first',
      querystring: ListQuery,
      response: {
        200: Type.Object({
          workers: Type.Array(WorkerView),
          page: Count,
          page_size: Count,
          total: Count,
        }),
        ...problems(400, 401),
      },
    },
    handler: async (request) => {
      const { page = 1, page_size = 100, region = null, state = null } = request.query
      const offset = (page - 1) * page_size
      const { rows, total } = await listWorkers(database, {
        region,
        state,
        limit: page_size,
        offset,
      })
      return { workers: rows.map(workerView), page, page_size, total }
    },
  })
  app.route({
    method: 'GET',
    url: '/api/workers/:id',
    schema: {
      operationId: 'workers.get',
      tags: ['Fleet'],
      summary: 'A worker',
      params: IdParams,
      response: { 200: WorkerView, ...problems(401, 404) },
    },
    handler: async (request) => workerView(await readWorker(database, request.params.id)),
  })
  app.route({
    method: 'GET',
    url: '/api/fleet',
    schema: {
      operationId: 'fleet',
      tags: ['Fleet'],
      summary: 'Room per region, and why nothing fits where nothing does',
      response: { 200: FleetView, ...problems(401) },
    },
    handler: async (request) => {
      const regions = await readRegions(database)
      if (!isAdmin(auth.principalOf(request))) return { regions }
      return { regions, waiting_jobs: await readWaitingJobs(database) }
    },
  })
}

const SUMMARY: Record<WorkerAction, string> = {
  drain: 'Finish what it has, give it nothing new',
  resume: 'Take a drain back',
  revoke: 'Disconnect it for good; its leases go to others',
}

function actionRoute(app: App, { auth, database }: WorkerRoutesDeps, action: WorkerAction): void {
  app.route({
    method: 'POST',
    url: `/api/workers/:id/${action}`,
    schema: {
      operationId: `workers.${action}`,
      tags: ['Fleet'],
      summary: SUMMARY[action],
      params: IdParams,
      response: { 202: WorkerView, ...problems(401, 403, 404, 409) },
    },
    handler: async (request, reply) => {
      requireScope(auth.principalOf(request), 'fleet')
      const worker = await changeWorker(database, request.params.id, action)
      return reply.code(202).send(workerView(worker))
    },
  })
}

function workerView(row: WorkerRow) {
  const {
    id,
    connected_at,
    enrolled_at,
    last_seen,
    busy,
    chunks_done,
    chunks_failed,
    leases_lost,
    ...rest
  } = row
  const troubles = chunks_failed + leases_lost
  const worked = chunks_done + troubles
  return {
    worker_id: id,
    ...rest,
    gpu: gpuOf(row),
    busy_slots: busy,
    reputation: {
      score: worked === 0 ? 1 : Math.round((1000 * chunks_done) / worked) / 1000,
      chunks_done,
      chunks_failed,
      leases_lost,
    },
    enrolled_at: enrolled_at.toISOString(),
    connected_at: connected_at?.toISOString() ?? null,
    last_seen: last_seen?.toISOString() ?? null,
  }
}

function gpuOf({ machine }: WorkerRow): Record<string, unknown> | null {
  return (machine.gpus?.[0] as Record<string, unknown> | undefined) ?? null
}
