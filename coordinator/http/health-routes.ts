// Is it up, is it ready, what has it done: for people, balancers and Prometheus.

import type { Logger } from 'pino'
import Type from 'typebox'
import type { Database } from '#coordinator/database/database.ts'
import { hasScope, type Principal, requireScope } from '#coordinator/identity/principals.ts'
import { readStats } from '#coordinator/jobs/stats.ts'
import type { Metrics } from '#coordinator/metrics.ts'
import type { Readiness } from '#coordinator/readiness.ts'
import { ENGINE_VERSION } from '#engine/version.ts'
import type { Authentication } from './authentication.ts'
import { COMPONENTS, createHealth, type HealthChecks } from './health.ts'
import { problems } from './schemas.ts'
import type { App } from './types.ts'

const Status = Type.Enum(['ok', 'degraded', 'down'])

const HealthView = Type.Object({
  status: Status,
  version: Type.Optional(Type.String()),
  components: Type.Optional(
    Type.Object(
      Object.fromEntries(
        COMPONENTS.map((name) => [
          name,
          Type.Object({ status: Type.Enum(['ok', 'down']), latency_ms: Type.Number() }),
        ]),
      ),
      { description: 'For administrators and the scope metrics' },
    ),
  ),
})

const Stats = Type.Object({
  scope: Type.Enum(['instance', 'own'], {
    description: 'Own projects; everything for administrators and the scope metrics',
  }),
  jobs: Type.Record(Type.String(), Type.Integer()),
  rows_generated: Type.Integer(),
  chunks_completed: Type.Integer(),
  bytes_generated: Type.Integer(),
  workers: Type.Optional(Type.Object({ enrolled: Type.Integer(), connected: Type.Integer() })),
})

export type HealthRoutesDeps = {
  auth: Authentication
  database: Database
  metrics: Metrics
  health: HealthChecks
  readiness: Pick<Readiness, 'reasons'>
  logger: Logger
}

/** A call, and the same by the name that an earlier interface has for it. */
const namesOf = (name: string) => [
  { url: `/api/${name}`, operationId: name, tags: ['Instance'] },
  { url: `/${name}`, operationId: `aliases.${name}`, tags: ['Aliases'], deprecated: true },
]

export function healthRoutes(app: App, deps: HealthRoutesDeps): void {
  healthRoute(app, deps)
  readyRoute(app, deps)
  statsRoute(app, deps)
  metricsRoute(app, deps)
}

function healthRoute(app: App, { auth, health: checks, logger }: HealthRoutesDeps): void {
  const health = createHealth(checks, {
    onDown: (component, err) => logger.warn({ component, err }, 'component does not answer'),
  })
  const summary = 'Status; each component with its latency for administrators and the scope metrics'
  for (const { url, ...named } of namesOf('health'))
    app.route({
      method: 'GET',
      url,
      schema: { ...named, summary, security: [], response: { 200: HealthView, 503: HealthView } },
      handler: async (request, reply) => {
        const { status, components } = await health.read()
        reply.code(status === 'down' ? 503 : 200)
        return showsInside(auth.principalIfAny(request))
          ? { status, version: ENGINE_VERSION, components }
          : { status }
      },
    })
}

function readyRoute(app: App, { readiness }: HealthRoutesDeps): void {
  app.route({
    method: 'GET',
    url: '/api/ready',
    schema: {
      operationId: 'ready',
      tags: ['Instance'],
      summary: 'Whether this replica can take calls',
      description:
        'Ready: the database has the migrations of this release, Postgres and Temporal answer, its Temporal workers poll, the fleet gateway listens, and it is not stopping.',
      security: [],
      response: {
        200: Type.Object({ ready: Type.Literal(true) }),
        503: Type.Object({
          ready: Type.Literal(false),
          reasons: Type.Array(Type.String(), { minItems: 1 }),
        }),
      },
    },
    handler: async (_request, reply) => {
      const reasons = await readiness.reasons()
      if (reasons.length > 0) return reply.code(503).send({ ready: false, reasons })
      return { ready: true as const }
    },
  })
}

function statsRoute(app: App, { auth, database }: HealthRoutesDeps): void {
  const summary = 'Jobs, rows and bytes so far'
  for (const { url, ...named } of namesOf('stats'))
    app.route({
      method: 'GET',
      url,
      schema: { ...named, summary, response: { 200: Stats, ...problems(401) } },
      handler: (request) => readStats(database, auth.principalOf(request)),
    })
}

function metricsRoute(app: App, { auth, metrics }: HealthRoutesDeps): void {
  app.route({
    method: 'GET',
    url: '/metrics',
    schema: {
      operationId: 'metrics',
      tags: ['Instance'],
      summary: 'Prometheus metrics; needs an administrator’s key or the scope metrics',
      produces: ['text/plain'],
      response: { 200: Type.String(), ...problems(401, 403) },
    },
    handler: async (request, reply) => {
      requireScope(auth.principalOf(request), 'metrics')
      const { contentType, body } = await metrics.read()
      return reply.type(contentType).send(body)
    },
  })
}

const showsInside = (principal: Principal | null): boolean =>
  principal !== null && hasScope(principal, 'metrics')
