// Watch a job: server-sent events and log lines.

import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Database } from '#coordinator/database/database.ts'
import { isAdmin, requireScope } from '#coordinator/identity/principals.ts'
import { eventStream } from '#coordinator/jobs/event-stream.ts'
import { readLog } from '#coordinator/jobs/events.ts'
import type { JobFeed } from '#coordinator/jobs/job-feed.ts'
import { accessJob } from '#coordinator/jobs/job-row.ts'
import { jobView, type ViewSettings } from '#coordinator/jobs/job-view.ts'
import type { Authentication } from './authentication.ts'
import { IdParams, problems, Time } from './schemas.ts'
import type { App } from './types.ts'
import { invalidRequest } from './validation.ts'

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
  const streams = new Set<AbortController>()
  app.addHook('preClose', async () => {
    for (const stream of streams) stream.abort()
  })
  app.route({
    method: 'GET',
    url: '/api/jobs/:id/events',
    schema: {
      operationId: 'jobs.events',
      tags: ['Jobs'],
      summary: 'Server-sent events: progress, chunk, worker, log, done; Last-Event-ID resumes',
      params: IdParams,
      querystring: Type.Object({
        last_event_id: Type.Optional(
          Type.String({ description: 'For clients that cannot set the header' }),
        ),
      }),
      headers: Type.Object({ 'last-event-id': Type.Optional(Type.String()) }),
      response: {
        200: {
          description: 'A stream that ends after done',
          content: { 'text/event-stream': { schema: Type.String() } },
        },
        ...problems(400, 401, 403, 404),
      },
    },
    handler: (request, reply) => {
      const { id } = request.params
      const after = lastEventId(request.headers['last-event-id'] ?? request.query.last_event_id)
      return stream(request, reply, { ...deps, streams, id, after })
    },
  })
  logRoute(app, deps)
}

type StreamDeps = JobEventRoutesDeps & { streams: Set<AbortController>; id: string; after: number }

async function stream(request: FastifyRequest, reply: FastifyReply, deps: StreamDeps) {
  const principal = deps.auth.principalOf(request)
  await accessJob(deps.database, principal, deps.id)
  requireScope(principal, 'jobs:read')
  const controller = new AbortController()
  deps.streams.add(controller)
  reply.raw.once('close', () => {
    controller.abort()
    deps.streams.delete(controller)
  })
  const forAdmin = isAdmin(principal)
  const text = eventStream(deps.feed, {
    jobId: deps.id,
    after: deps.after,
    view: (row) => jobView(row, deps.settings, { forAdmin }),
    signal: controller.signal,
  })
  return reply
    .type('text/event-stream; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('x-accel-buffering', 'no')
    .send(Readable.from(text))
}

function lastEventId(text: string | undefined): number {
  if (text === undefined || text === '') return 0
  if (/^[0-9]{1,15}$/.test(text)) return Number(text)
  throw invalidRequest([
    {
      path: '/last-event-id',
      message: 'Not the id of an event',
      hint: 'Send an id from this stream.',
    },
  ])
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
