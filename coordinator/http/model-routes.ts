// Models: trained from datasets, listed, shown, removed. Their files are in model-file-routes.ts.

import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Sql } from '#coordinator/database/database.ts'
import { requireScope } from '#coordinator/identity/principals.ts'
import { deleteModel, listModels, readHistory, readModel } from '#coordinator/models/model-row.ts'
import { modelView } from '#coordinator/models/model-view.ts'
import {
  type SubmittedTraining,
  submitTraining,
  type TrainingDeps,
} from '#coordinator/models/submit-training.ts'
import { TrainingBody } from '#coordinator/models/training-request.ts'
import type { Authentication } from './authentication.ts'
import type { Idempotency } from './idempotency.ts'
import {
  ModelList,
  ModelListQuery,
  ModelMetrics,
  ModelView,
  SubmittedModel,
} from './model-schemas.ts'
import { IdempotencyHeaders, IdParams, pageOf, problems } from './schemas.ts'
import type { App } from './types.ts'

type ModelRoutesDeps = TrainingDeps & { auth: Authentication; idempotency: Idempotency }

export function modelRoutes(app: App, deps: ModelRoutesDeps): void {
  trainRoute(app, deps)
  listRoute(app, deps)
  getRoute(app, deps)
  metricsRoute(app, deps)
  deleteRoute(app, deps)
}

function trainRoute(app: App, deps: ModelRoutesDeps): void {
  app.route({
    method: 'POST',
    url: '/api/models',
    schema: {
      operationId: 'models.train',
      tags: ['Models'],
      summary: 'Learn a dataset; pause, resume, cancel and retry by the job',
      description:
        'Options that the algorithm does not have are passed over with a warning. The same dataset, options and seed give the same model on machines of a kind.',
      headers: IdempotencyHeaders,
      body: TrainingBody,
      response: { 202: SubmittedModel, ...problems(400, 401, 403, 404, 409, 422) },
    },
    // The handler checks the body by its algorithm, so that one answer names every bad field.
    validatorCompiler: () => () => true,
    handler: (request, reply) => train(request, reply, deps),
  })
}

async function train(request: FastifyRequest, reply: FastifyReply, deps: ModelRoutesDeps) {
  const principal = deps.auth.principalOf(request)
  const answer = await deps.idempotency.reply(request, reply, async (settle) => {
    const settleTraining =
      settle && ((sql: Sql, made: SubmittedTraining) => settle(sql, createdOf(made)))
    return createdOf(await submitTraining(deps, principal, request.body, settleTraining))
  })
  return reply.send(answer)
}

function createdOf(submitted: SubmittedTraining) {
  const { model_id: id } = submitted
  return { status: 202, body: submitted, location: `/api/models/${id}`, resourceId: id }
}

function listRoute(app: App, { auth, database }: ModelRoutesDeps): void {
  app.route({
    method: 'GET',
    url: '/api/models',
    schema: {
      operationId: 'models.list',
      tags: ['Models'],
      summary: 'Models of the caller’s projects, newest first',
      querystring: ModelListQuery,
      response: { 200: ModelList, ...problems(400, 401, 403) },
    },
    handler: async (request) => {
      const principal = auth.principalOf(request)
      requireScope(principal, 'jobs:read')
      const { project_id: projectId = null, dataset_id: datasetId = null } = request.query
      const { limit, offset, ...page } = pageOf(request.query)
      const wanted = { projectId, datasetId, limit, offset }
      const { rows, total } = await listModels(database, principal, wanted)
      const models = rows.map(({ model, training }) => modelView(model, training))
      return { models, ...page, total }
    },
  })
}

function getRoute(app: App, { auth, database }: ModelRoutesDeps): void {
  app.route({
    method: 'GET',
    url: '/api/models/:id',
    schema: {
      operationId: 'models.get',
      tags: ['Models'],
      summary: 'A model and how far its training is',
      params: IdParams,
      response: { 200: ModelView, ...problems(401, 403, 404) },
    },
    handler: async (request) => {
      const principal = auth.principalOf(request)
      const { model, training } = await readModel(database, principal, request.params.id)
      requireScope(principal, 'jobs:read')
      return modelView(model, training)
    },
  })
}

function metricsRoute(app: App, { auth, database }: ModelRoutesDeps): void {
  app.route({
    method: 'GET',
    url: '/api/models/:id/metrics',
    schema: {
      operationId: 'models.metrics',
      tags: ['Models'],
      summary: 'Losses and held-out scores epoch by epoch, also while it is trained',
      params: IdParams,
      response: { 200: ModelMetrics, ...problems(401, 403, 404) },
    },
    handler: async (request) => {
      const principal = auth.principalOf(request)
      const { model } = await readModel(database, principal, request.params.id)
      requireScope(principal, 'jobs:read')
      const { id: model_id, algorithm, file_algorithm: trained_algorithm } = model
      const epochs = await readHistory(database, model_id)
      return { model_id, algorithm, trained_algorithm, epochs }
    },
  })
}

function deleteRoute(app: App, { auth, database }: ModelRoutesDeps): void {
  app.route({
    method: 'DELETE',
    url: '/api/models/:id',
    schema: {
      operationId: 'models.delete',
      tags: ['Models'],
      summary: 'Remove a model, its file and its training; refused while a job samples it',
      params: IdParams,
      response: { 204: Type.Null(), ...problems(401, 403, 404, 409) },
    },
    handler: async (request, reply) => {
      const principal = auth.principalOf(request)
      requireScope(principal, 'jobs:write')
      await deleteModel(database, principal, request.params.id)
      return reply.code(204).send(null)
    },
  })
}
