// Watch a job: server-sent events and log lines.

import Type from 'typebox'
import type { Database } from '#coordinator/database/database.ts'
import { isAdmin, requireScope } from '#coordinator/identity/principals.ts'
import { eventStream } from '#coordinator/jobs/event-stream.ts'
import { readLog } from '#coordinator/jobs/events.ts'
import type { JobFeed } from '#coordinator/jobs/job-feed.ts'
import { accessJob, type JobRow } from '#coordinator/jobs/job-row.ts'
import { jobView, type ViewSettings } from '#coordinator/jobs/job-view.ts'
import type { Authentication } from './authentication.ts'
import { createEventReply, EVENTS_SCHEMA, lastEventId } from './event-reply.ts'
import { IdParams, problems, Time } from './schemas.ts'
import type { App } from './types.ts'

const LogView = Type.Object({
  lines: Type.Array(
    Type.Object({
      seq: Type.Integer(),
      at: Time,
      kind: Type.Enum(['log', 'worker', 'done']),
      level: Type.Enum(['debug', 'info', 'warn', 'error']),
      message: Type.String(),
      data: Type.Object({}, { additionalProperties: true }),
    }),
  ),
})

export type JobEventRoutesDeps = {
  auth: Authentication
  database: Database
  feed: JobFeed
  settings: ViewSettings
}

export function jobEventRoutes(app: App, deps: JobEventRoutesDeps): void {
  const { auth, database, feed, settings } = deps
  const send = createEventReply(app)
  app.route({
    method: 'GET',
    url: '/api/jobs/:id/events',
    schema: {
      operationId: 'jobs.events',
      tags: ['Jobs'],
      summary: 'Server-sent events: progress, chunk, worker, log, done; Last-Event-ID resumes',
      ...EVENTS_SCHEMA,
    },
    handler: async (request, reply) => {
      const { id: jobId } = request.params
      const after = lastEventId(request)
      const principal = auth.principalOf(request)
      await accessJob(database, principal, jobId)
      requireScope(principal, 'jobs:read')
      const forAdmin = isAdmin(principal)
      const view = (row: JobRow) => jobView(row, settings, { forAdmin })
      return send(reply, (signal) => eventStream(feed, { jobId, after, view, signal }))
    },
  })
  logRoute(app, deps)
}

function logRoute(app: App, { auth, database }: JobEventRoutesDeps): void {
  app.route({
    method: 'GET',
    url: '/api/jobs/:id/logs',
    schema: {
      operationId: 'jobs.logs',
      tags: ['Jobs'],
      summary: 'The newest log lines, oldest of them first',
      params: IdParams,
      querystring: Type.Object(
        { lines: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: 100 })) },
        { additionalProperties: false },
      ),
      response: { 200: LogView, ...problems(400, 401, 403, 404) },
    },
    handler: async (request) => {
      const principal = auth.principalOf(request)
      await accessJob(database, principal, request.params.id)
      requireScope(principal, 'jobs:read')
      const lines = await readLog(database, request.params.id, request.query.lines ?? 100)
      return { lines: lines.map((line) => ({ ...line, at: line.at.toISOString() })) }
    },
  })
}
