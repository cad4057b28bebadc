// Watch a training: server-sent events.

import type { Database } from '#coordinator/database/database.ts'
import { requireScope } from '#coordinator/identity/principals.ts'
import { eventStream } from '#coordinator/jobs/event-stream.ts'
import type { JobFeed } from '#coordinator/jobs/job-feed.ts'
import type { JobRow } from '#coordinator/jobs/job-row.ts'
import { type ModelRow, readModel } from '#coordinator/models/model-row.ts'
import { modelView } from '#coordinator/models/model-view.ts'
import type { Authentication } from './authentication.ts'
import { createEventReply, EVENTS_SCHEMA, lastEventId } from './event-reply.ts'
import type { App } from './types.ts'

type ModelEventRouteDeps = { auth: Authentication; database: Database; feed: JobFeed }

export function modelEventRoute(app: App, { auth, database, feed }: ModelEventRouteDeps): void {
  const send = createEventReply(app)
  app.route({
    method: 'GET',
    url: '/api/models/:id/events',
    schema: {
      operationId: 'models.events',
      tags: ['Models'],
      summary: 'Server-sent events: progress (the model), log, worker, done; Last-Event-ID resumes',
      ...EVENTS_SCHEMA,
    },
    handler: async (request, reply) => {
      const after = lastEventId(request)
      const principal = auth.principalOf(request)
      const row = await readModel(database, principal, request.params.id)
      requireScope(principal, 'jobs:read')
      const { job_id: jobId } = row.model
      if (jobId === null || row.training === null) return send(reply, () => told(row))
      const view = (job: JobRow) => (job.model === null ? null : modelView(job.model, job))
      return send(reply, (signal) => eventStream(feed, { jobId, after, view, signal }))
    },
  })
}

/** Of a model that nothing happens to any more. */
async function* told({ model, training }: ModelRow): AsyncGenerator<string> {
  const view = modelView(model, training)
  yield await Promise.resolve(`event: progress\ndata: ${JSON.stringify(view)}\n\n`)
  yield `event: done\ndata: ${JSON.stringify({ status: view.status })}\n\n`
}
