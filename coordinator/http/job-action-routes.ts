// Pause, resume, cancel, retry and delete jobs.

import Type from 'typebox'
import type { Database } from '#coordinator/database/database.ts'
import { actOnJob, deleteJob } from '#coordinator/jobs/actions.ts'
import { JOB_ACTIONS, type JobAction } from '#coordinator/jobs/job-state.ts'
import type { Authentication } from './authentication.ts'
import { ActionView } from './job-schemas.ts'
import { IdParams, problems } from './schemas.ts'
import type { App } from './types.ts'

const SUMMARY: Record<JobAction, string> = {
  pause: 'Pause: leases under way (about a second of work) are finished, no new ones begin',
  resume: 'Go on with a paused job',
  cancel: 'Cancel: what is under way is dropped',
  retry: 'Run a failed or cancelled job again; chunks that were made are kept',
}

export type JobActionRoutesDeps = { auth: Authentication; database: Database }

export function jobActionRoutes(app: App, { auth, database }: JobActionRoutesDeps): void {
  for (const action of JOB_ACTIONS) {
    app.route({
      method: 'POST',
      url: `/api/jobs/:id/${action}`,
      schema: {
        operationId: `jobs.${action}`,
        tags: ['Jobs'],
        summary: SUMMARY[action],
        params: IdParams,
        response: { 202: ActionView, ...problems(401, 403, 404, 409, 503) },
      },
      handler: async (request, reply) => {
        const { id } = request.params
        return reply.code(202).send(await actOnJob(database, auth.principalOf(request), id, action))
      },
    })
  }
  app.route({
    method: 'DELETE',
    url: '/api/jobs/:id',
    schema: {
      operationId: 'jobs.delete',
      tags: ['Jobs'],
      summary: 'Cancel if it runs, then delete its record and the bytes that nothing else uses',
      description: 'A job that trains goes with its model: 409 says so.',
      params: IdParams,
      response: { 204: Type.Null(), ...problems(401, 403, 404, 409, 503) },
    },
    handler: async (request, reply) => {
      await deleteJob(database, auth.principalOf(request), request.params.id)
      return reply.code(204).send(null)
    },
  })
}
