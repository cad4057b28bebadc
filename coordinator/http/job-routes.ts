// Submit, list and read jobs.

import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Sql } from '#coordinator/database/database.ts'
import { isAdmin, requireScope } from '#coordinator/identity/principals.ts'
import { listJobs, readJob } from '#coordinator/jobs/job-row.ts'
import { jobView, type ViewSettings } from '#coordinator/jobs/job-view.ts'
import {
  dryRun,
  prepareSubmission,
  type SubmitDeps,
  type Submitted,
  submitJob,
} from '#coordinator/jobs/submit.ts'
import type { Authentication } from './authentication.ts'
import type { Idempotency } from './idempotency.ts'
import {
  DryRunView,
  JobList,
  JobObject,
  ListQuery,
  SubmitDocument,
  SubmittedView,
} from './job-schemas.ts'
import { IdempotencyHeaders, IdParams, pageOf, problems } from './schemas.ts'
import type { App } from './types.ts'

export type JobRoutesDeps = SubmitDeps & {
  auth: Authentication
  idempotency: Idempotency
  settings: ViewSettings
}

export function jobRoutes(app: App, deps: JobRoutesDeps): void {
  submitRoute(app, deps)
  listRoute(app, deps)
  getRoute(app, deps)
}

function submitRoute(app: App, deps: JobRoutesDeps): void {
  app.route({
    method: 'POST',
    url: '/api/jobs',
    schema: {
      operationId: 'jobs.submit',
      tags: ['Jobs'],
      summary: 'Generate a dataset; with dry_run, only say how large it would be',
      headers: IdempotencyHeaders,
      body: SubmitDocument,
      response: {
        200: DryRunView,
        202: SubmittedView,
        ...problems(400, 401, 403, 404, 409, 413, 422, 503),
      },
    },
    // The handler checks body and config together, so that one answer names every bad field.
    validatorCompiler: () => () => true,
    handler: (request, reply) => submit(request, reply, deps),
  })
}

async function submit(request: FastifyRequest, reply: FastifyReply, deps: JobRoutesDeps) {
  const principal = deps.auth.principalOf(request)
  const wantsDryRun = (request.body as { dry_run?: unknown } | undefined)?.dry_run === true
  if (wantsDryRun) {
    const prepared = await prepareSubmission(deps, principal, request.body)
    return reply.send(await dryRun(deps, principal, prepared))
  }
  const answer = await deps.idempotency.reply(request, reply, async (settle) => {
    const prepared = await prepareSubmission(deps, principal, request.body)
    const settleJob = settle && ((sql: Sql, made: Submitted) => settle(sql, createdOf(made)))
    const submitted = await submitJob(deps, principal, prepared, settleJob)
    return createdOf(submitted)
  })
  return reply.send(answer)
}

function createdOf(submitted: Submitted) {
  const { job_id: id } = submitted
  return { status: 202, body: submitted, location: `/api/jobs/${id}`, resourceId: id }
}

function listRoute(app: App, { auth, database, settings }: JobRoutesDeps): void {
  app.route({
    method: 'GET',
    url: '/api/jobs',
    schema: {
      operationId: 'jobs.list',
      tags: ['Jobs'],
      summary: 'Jobs that the caller sees, newest first',
      querystring: ListQuery,
      response: { 200: JobList, ...problems(400, 401, 403) },
    },
    handler: async (request) => {
      const principal = auth.principalOf(request)
      requireScope(principal, 'jobs:read')
      const { status_filter: status = null, project_id: projectId = null } = request.query
      const { limit, offset, ...page } = pageOf(request.query)
      const wanted = { limit, offset, status, projectId }
      const { rows, total } = await listJobs(database, principal, wanted)
      const forAdmin = isAdmin(principal)
      const jobs = rows.map((row) => jobView(row, settings, { forAdmin }))
      return { jobs, ...page, total }
    },
  })
}

function getRoute(app: App, { auth, database, settings }: JobRoutesDeps): void {
  app.route({
    method: 'GET',
    url: '/api/jobs/:id',
    schema: {
      operationId: 'jobs.get',
      tags: ['Jobs'],
      summary: 'A job with its progress and files',
      params: IdParams,
      response: { 200: JobObject, ...problems(401, 403, 404) },
    },
    handler: async (request) => {
      const principal = auth.principalOf(request)
      requireScope(principal, 'jobs:read')
      const row = await readJob(database, principal, request.params.id)
      return jobView(row, settings, { forAdmin: isAdmin(principal) })
    },
  })
}
