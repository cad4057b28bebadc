// Batches of rows of a model, by the names of an earlier interface.

import Type from 'typebox'
import type { GetBlock } from '#engine/dag/traverse.ts'
import { downloadFiles, FormatQuery } from '../job-download-route.ts'
import { readableJob } from '../job-file-routes.ts'
import { IdempotencyHeaders, problems } from '../schemas.ts'
import type { App } from '../types.ts'
import { batchView } from './generation-view.ts'
import { createReader, RowsFormat, type SubmitRowsDeps, submitRows } from './submit-rows.ts'

type BatchAliasDeps = SubmitRowsDeps & { store: { get: GetBlock } }

const ROWS_MAX = 1_000_000_000_000
const RENAMED = { modelId: 'model_id', count: 'rows' }

const GenerateBody = Type.Object(
  {
    modelId: Type.String({ minLength: 1, maxLength: 100 }),
    count: Type.Integer({ minimum: 1, maximum: ROWS_MAX }),
    anomalies: Type.Optional(
      Type.Object(
        { inject: Type.Optional(Type.Boolean()), ratio: Type.Optional(Type.Number()) },
        { additionalProperties: true },
      ),
    ),
    format: Type.Optional(RowsFormat),
    seed: Type.Optional(Type.Integer()),
    conditions: Type.Optional(Type.Unknown()),
    bounds: Type.Optional(Type.Unknown()),
  },
  { additionalProperties: false },
)

const BatchView = Type.Object({
  ...{ id: Type.String(), batchId: Type.String(), jobId: Type.String(), modelId: Type.String() },
  rowCount: Type.Integer(),
  status: Type.String(),
  filePath: Type.String(),
})

const readBody = createReader(GenerateBody, { id: 'modelId', format: 'format' })

/** `POST /api/generate` and `GET /api/synthetic/:batchId/download`. */
export function batchAliases(app: App, deps: BatchAliasDeps): void {
  app.route({
    method: 'POST',
    url: '/api/generate',
    schema: {
      operationId: 'aliases.generate',
      tags: ['Aliases'],
      summary: 'Draw rows from a model; use POST /api/jobs',
      deprecated: true,
      headers: IdempotencyHeaders,
      body: GenerateBody,
      response: { 202: BatchView, ...problems(400, 401, 403, 404, 409, 422) },
    },
    // Ids that are numbers are text here.
    validatorCompiler: () => () => true,
    handler: async (request, reply) => {
      const { modelId, count, format, ...rest } = readBody(request.body)
      const answer = await submitRows(request, reply, deps, {
        body: {
          ...rest,
          ...{ model_id: modelId, rows: count },
          ...(format !== undefined && { output: { format } }),
        },
        renamed: RENAMED,
        view: ({ job_id }) => batchView(job_id, modelId, count),
      })
      return reply.send(answer)
    },
  })
  app.route({
    method: 'GET',
    url: '/api/synthetic/:batchId/download',
    schema: {
      operationId: 'aliases.batchDownload',
      tags: ['Aliases'],
      summary: 'The file of a batch; use GET /api/jobs/{id}/download',
      deprecated: true,
      params: Type.Object({ batchId: Type.String({ minLength: 1, maxLength: 100 }) }),
      querystring: FormatQuery,
      response: {
        200: {
          description: 'The file',
          content: { '*/*': { schema: Type.String({ format: 'binary' }) } },
        },
        ...problems(400, 401, 403, 404, 409, 416),
      },
    },
    handler: async (request, reply) => {
      const { batchId } = request.params
      const job = await readableJob(deps.database, deps.auth.principalOf(request), batchId)
      const format = request.query.format?.toLowerCase()
      return downloadFiles(request, reply, deps, { job, table: undefined, format })
    },
  })
}
