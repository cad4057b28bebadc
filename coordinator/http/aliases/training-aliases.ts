// Trainings by the names of an earlier interface.

import Type from 'typebox'
import type { Sql } from '#coordinator/database/database.ts'
import { requireScope } from '#coordinator/identity/principals.ts'
import { type ModelRow, modelOfJob, readModel } from '#coordinator/models/model-row.ts'
import { modelView } from '#coordinator/models/model-view.ts'
import {
  type SubmittedTraining,
  submitTraining,
  type TrainingDeps,
} from '#coordinator/models/submit-training.ts'
import type { Authentication } from '../authentication.ts'
import type { Idempotency } from '../idempotency.ts'
import { IdempotencyHeaders, IdParams, problems } from '../schemas.ts'
import type { App } from '../types.ts'
import {
  idText,
  inTheirNames,
  ourAlgorithm,
  ourNames,
  theirAlgorithm,
  theirNames,
} from './names.ts'

type TrainingAliasDeps = TrainingDeps & { auth: Authentication; idempotency: Idempotency }

const TrainBody = Type.Object(
  {
    datasetId: Type.String(),
    algorithm: Type.Optional(
      Type.String({ description: 'CTGAN, TVAE, GaussianCopula, ARGN or AUTO, in any case' }),
    ),
    epochs: Type.Optional(Type.Integer()),
    batchSize: Type.Optional(Type.Integer()),
  },
  { additionalProperties: true, description: 'Other options of POST /api/models in camel case' },
)

const Submitted = Type.Object({
  jobId: Type.String(),
  modelId: Type.String(),
  status: Type.Literal('PENDING'),
  warnings: Type.Array(Type.String()),
})

const StatusView = Type.Object(
  {
    ...{ id: Type.String(), modelId: Type.String(), algorithm: Type.String() },
    status: Type.Enum(['PENDING', 'TRAINING', 'PAUSED', 'COMPLETED', 'FAILED', 'CANCELLED']),
    progress: Type.Number(),
    trainingMetrics: Type.Object({}, { additionalProperties: true }),
    modelFilePath: Type.Union([Type.String(), Type.Null()]),
  },
  { additionalProperties: true },
)

/** `POST /api/models/train` and `GET /api/models/:id/status`. */
export function trainingAliases(app: App, deps: TrainingAliasDeps): void {
  app.route({
    method: 'POST',
    url: '/api/models/train',
    schema: {
      operationId: 'aliases.train',
      tags: ['Aliases'],
      summary: 'Learn a dataset; use POST /api/models',
      deprecated: true,
      headers: IdempotencyHeaders,
      body: TrainBody,
      response: { 202: Submitted, ...problems(400, 401, 403, 404, 409, 422) },
    },
    // As of the call that this one is another name of.
    validatorCompiler: () => () => true,
    handler: async (request, reply) => {
      const principal = deps.auth.principalOf(request)
      const body = trainingBody(request.body)
      const answer = await inTheirNames({}, () =>
        deps.idempotency.reply(request, reply, async (settle) => {
          const settleTraining =
            settle && ((sql: Sql, made: SubmittedTraining) => settle(sql, createdOf(made)))
          return createdOf(await submitTraining(deps, principal, body, settleTraining))
        }),
      )
      return reply.send(answer)
    },
  })
  app.route({
    method: 'GET',
    url: '/api/models/:id/status',
    schema: {
      operationId: 'aliases.modelStatus',
      tags: ['Aliases'],
      summary: 'How far a training is, by the id of its model or its job; use GET /api/models/{id}',
      deprecated: true,
      params: IdParams,
      response: { 200: StatusView, ...problems(401, 403, 404) },
    },
    handler: async (request) => {
      const principal = deps.auth.principalOf(request)
      const { id } = request.params
      const modelId = (await modelOfJob(deps.database, id)) ?? id
      const row = await readModel(deps.database, principal, modelId)
      requireScope(principal, 'jobs:read')
      return statusView(row)
    },
  })
}

function trainingBody(sent: unknown): unknown {
  const body = ourNames(sent)
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body
  const { dataset_id, algorithm, ...rest } = body as Record<string, unknown>
  return {
    ...rest,
    ...(dataset_id !== undefined && { dataset_id: idText(dataset_id) }),
    ...(algorithm !== undefined && { algorithm: ourAlgorithm(algorithm) }),
  }
}

function createdOf({ model_id: modelId, job_id: jobId, warnings }: SubmittedTraining) {
  const body = { jobId, modelId, status: 'PENDING' as const, warnings }
  return { status: 202, body, location: `/api/models/${modelId}`, resourceId: modelId }
}

function statusView({ model, training }: ModelRow) {
  const view = modelView(model, training)
  const { losses, scores, status, links } = view
  return {
    ...theirNames(view),
    ...{ id: view.model_id, modelId: view.model_id },
    status: status.toUpperCase() as Uppercase<typeof status>,
    algorithm: theirAlgorithm(view.algorithm) ?? '',
    trainedAlgorithm: theirAlgorithm(view.trained_algorithm),
    progress: view.progress_percentage,
    trainingMetrics: { losses, scores },
    modelFilePath: view.file === null ? null : (links['file'] ?? null),
  }
}
