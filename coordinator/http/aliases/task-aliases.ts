// Rows of a model as tasks, by the names of an earlier interface.

import Type from 'typebox'
import { requireScope } from '#coordinator/identity/principals.ts'
import type { ViewSettings } from '#coordinator/jobs/job-view.ts'
import { IdempotencyHeaders, IdParams, problems } from '../schemas.ts'
import type { App } from '../types.ts'
import { readGeneration } from './generation-view.ts'
import { ourNames } from './names.ts'
import { createReader, RowsFormat, type SubmitRowsDeps, submitRows } from './submit-rows.ts'

type TaskAliasDeps = SubmitRowsDeps & { settings: ViewSettings }

const ROWS_MAX = 1_000_000
const RENAMED = { number_of_rows: 'rows' }
const Open = Type.Object({}, { additionalProperties: true })

const TaskBody = Type.Object(
  {
    model_id: Type.String({ minLength: 1, maxLength: 100 }),
    number_of_rows: Type.Integer({ minimum: 1, maximum: ROWS_MAX }),
    output_format: Type.Optional(RowsFormat),
  },
  { additionalProperties: false, description: 'Also with names in camel case' },
)

const readBody = createReader(TaskBody, { id: 'model_id', format: 'output_format' })

/** `POST /api/generate_data` and `GET /api/generation_status/:id`. */
export function taskAliases(app: App, deps: TaskAliasDeps): void {
  startRoute(app, deps)
  statusRoute(app, deps)
}

function startRoute(app: App, deps: TaskAliasDeps): void {
  app.route({
    method: 'POST',
    url: '/api/generate_data',
    schema: {
      operationId: 'aliases.task',
      tags: ['Aliases'],
      summary: 'Draw rows from a model; use POST /api/jobs',
      deprecated: true,
      headers: IdempotencyHeaders,
      body: TaskBody,
      response: { 202: Open, ...problems(400, 401, 403, 404, 409, 422) },
    },
    // Names in camel case are taken too.
    validatorCompiler: () => () => true,
    handler: async (request, reply) => {
      const { model_id, number_of_rows, output_format } = readBody(ourNames(request.body))
      const answer = await submitRows(request, reply, deps, {
        body: { model_id, rows: number_of_rows, output: { format: output_format ?? 'csv' } },
        renamed: RENAMED,
        view: ({ job_id, status }) => ({
          ...{ task_id: job_id, status },
          message: `Generation of ${number_of_rows} rows has been submitted.`,
        }),
      })
      return reply.send(answer)
    },
  })
}

function statusRoute(app: App, { auth, database, settings }: TaskAliasDeps): void {
  app.route({
    method: 'GET',
    url: '/api/generation_status/:id',
    schema: {
      operationId: 'aliases.taskStatus',
      tags: ['Aliases'],
      summary: 'How far a task is; use GET /api/jobs/{id}',
      deprecated: true,
      params: IdParams,
      response: { 200: Open, ...problems(401, 403, 404) },
    },
    handler: async (request) => {
      const principal = auth.principalOf(request)
      requireScope(principal, 'jobs:read')
      const view = await readGeneration(database, principal, request.params.id, settings)
      return {
        ...{ task_id: view.generationJobId, status: view.status, progress: view.progress },
        ...{ rows_generated: view.rowsGenerated, total_rows: view.totalRows },
        ...{ estimated_time_remaining: view.estimatedTimeRemaining, error: view.error },
        storage_link: view.storageLink,
      }
    },
  })
}
