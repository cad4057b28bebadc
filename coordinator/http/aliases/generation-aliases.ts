// Generations of rows from a trained model, by the names of an earlier interface: asked for by the job that trained it.

import type { FastifyReply, FastifyRequest } from 'fastify'
import Type, { type Static } from 'typebox'
import { requireRole, requireScope } from '#coordinator/identity/principals.ts'
import { accessJob, listJobs } from '#coordinator/jobs/job-row.ts'
import { JOB_STATUSES, type JobStatus } from '#coordinator/jobs/job-state.ts'
import type { ViewSettings } from '#coordinator/jobs/job-view.ts'
import { modelOfJob } from '#coordinator/models/model-row.ts'
import { AppError } from '#engine/errors.ts'
import { IdempotencyHeaders, IdParams, problems } from '../schemas.ts'
import type { App } from '../types.ts'
import { invalidRequest } from '../validation.ts'
import { generationViews, readGeneration } from './generation-view.ts'
import { createReader, RowsFormat, type SubmitRowsDeps, submitRows } from './submit-rows.ts'

type GenerationAliasDeps = SubmitRowsDeps & { settings: ViewSettings }

const ROWS_MAX = 1_000_000
const RENAMED = { modelId: 'model_id', numberOfRows: 'rows' }
const Open = Type.Object({}, { additionalProperties: true })

const GenerateBody = Type.Object(
  {
    modelId: Type.String({ minLength: 1, maxLength: 100 }),
    numberOfRows: Type.Integer({ minimum: 1, maximum: ROWS_MAX }),
    outputFormat: Type.Optional(RowsFormat),
    publish: Type.Optional(Type.Unknown()),
  },
  { additionalProperties: false },
)

const readBody = createReader(GenerateBody, { id: 'modelId', format: 'outputFormat' })

/** `POST /api/jobs/:id/generate-data`, `GET /api/generation` and `GET /api/generation/:id`. */
export function generationAliases(app: App, deps: GenerationAliasDeps): void {
  generateRoute(app, deps)
  listRoute(app, deps)
  getRoute(app, deps)
}

function generateRoute(app: App, deps: GenerationAliasDeps): void {
  app.route({
    method: 'POST',
    url: '/api/jobs/:id/generate-data',
    schema: {
      operationId: 'aliases.generateData',
      tags: ['Aliases'],
      summary: 'Draw rows from the model that a job trained; use POST /api/jobs',
      deprecated: true,
      params: IdParams,
      headers: IdempotencyHeaders,
      body: GenerateBody,
      response: {
        202: Type.Object({
          ...{ generationJobId: Type.String(), status: Type.String(), message: Type.String() },
        }),
        ...problems(400, 401, 403, 404, 409, 422),
      },
    },
    // The training is looked for first: who may not see it learns nothing of the rest.
    validatorCompiler: () => () => true,
    handler: async (request, reply) => reply.send(await generate(request, reply, deps)),
  })
}

async function generate(request: FastifyRequest, reply: FastifyReply, deps: GenerationAliasDeps) {
  const principal = deps.auth.principalOf(request)
  const { id } = request.params as Static<typeof IdParams>
  const job = await accessJob(deps.database, principal, id)
  requireScope(principal, 'jobs:write')
  requireRole(principal, job.role, 'editor')
  if (job.kind !== 'train') throw new AppError('not_found', `There is no training ${job.id}.`)
  const { modelId, numberOfRows, outputFormat = 'csv', publish } = readBody(request.body)
  if (job.status !== 'completed')
    throw new AppError('conflict', `The training is ${job.status}; wait until it is completed.`)
  if (modelId !== (await modelOfJob(deps.database, job.id))) {
    const message = `${modelId} is not the model of this training`
    throw invalidRequest([{ path: '/modelId', message, hint: 'GET /api/models/{id} names it.' }])
  }
  return submitRows(request, reply, deps, {
    body: {
      ...{ model_id: modelId, rows: numberOfRows, output: { format: outputFormat } },
      ...(publish !== undefined && { publish }),
    },
    renamed: RENAMED,
    view: ({ job_id, status }) => ({
      ...{ generationJobId: job_id, status },
      message: `Generation of ${numberOfRows} rows has been submitted.`,
    }),
  })
}

const ListQuery = Type.Object(
  {
    page: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000, default: 1 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
    status: Type.Optional(Type.String({ maxLength: 20, description: 'In any case' })),
  },
  { additionalProperties: false },
)

function listRoute(app: App, { auth, database, settings }: GenerationAliasDeps): void {
  app.route({
    method: 'GET',
    url: '/api/generation',
    schema: {
      operationId: 'aliases.generations',
      tags: ['Aliases'],
      summary: 'Jobs that generate rows, newest first; use GET /api/jobs',
      deprecated: true,
      querystring: ListQuery,
      response: { 200: Open, ...problems(400, 401, 403) },
    },
    handler: async (request) => {
      const principal = auth.principalOf(request)
      requireScope(principal, 'jobs:read')
      const { page = 1, limit = 20, status } = request.query
      const { rows, total } = await listJobs(database, principal, {
        ...{ limit, offset: (page - 1) * limit, projectId: null, kind: 'generate' },
        status: status === undefined ? null : statusNamed(status),
      })
      return { jobs: await generationViews(database, rows, settings), page, limit, total }
    },
  })
}

function statusNamed(sent: string): JobStatus {
  const name = sent.toLowerCase()
  const found = JOB_STATUSES.find((status) => status === (name === 'running' ? 'generating' : name))
  if (found !== undefined) return found
  const hint = `Use one of ${JOB_STATUSES.join(', ')}.`
  throw invalidRequest([{ path: '/status', message: `${sent} is no status`, hint }])
}

function getRoute(app: App, { auth, database, settings }: GenerationAliasDeps): void {
  app.route({
    method: 'GET',
    url: '/api/generation/:id',
    schema: {
      operationId: 'aliases.generation',
      tags: ['Aliases'],
      summary: 'A job that generates rows; use GET /api/jobs/{id}',
      deprecated: true,
      params: IdParams,
      response: { 200: Open, ...problems(401, 403, 404) },
    },
    handler: async (request) => {
      const principal = auth.principalOf(request)
      requireScope(principal, 'jobs:read')
      return readGeneration(database, principal, request.params.id, settings)
    },
  })
}
