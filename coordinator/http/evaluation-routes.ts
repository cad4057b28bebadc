// Evaluations: synthetic tables compared with real ones, in the background.

import type { FastifyReply } from 'fastify'
import Type from 'typebox'
import type { Database, Sql } from '#coordinator/database/database.ts'
import { requireScope } from '#coordinator/identity/principals.ts'
import { failureOf } from '#coordinator/measurements/claims.ts'
import { EvaluationDocument } from '#coordinator/measurements/evaluation-request.ts'
import {
  deleteEvaluation,
  listEvaluations,
  readEvaluation,
  type WholeEvaluation,
} from '#coordinator/measurements/evaluation-row.ts'
import {
  evaluationOfModel,
  type SubmittedEvaluation,
  submitEvaluation,
} from '#coordinator/measurements/submit-evaluation.ts'
import type { Authentication } from './authentication.ts'
import {
  EvaluationList,
  EvaluationListQuery,
  EvaluationView,
  evaluationHead,
  evaluationPage,
  evaluationView,
  FormatQuery,
  SubmittedView,
} from './evaluation-schemas.ts'
import type { Idempotency } from './idempotency.ts'
import { PAGE_POLICY } from './profile-route.ts'
import { IdempotencyHeaders, IdParams, pageOf, problems } from './schemas.ts'
import type { App } from './types.ts'

export type EvaluationRoutesDeps = {
  auth: Authentication
  database: Database
  idempotency: Idempotency
}

const RETRY_AFTER_SECONDS = 2

export function evaluationRoutes(app: App, deps: EvaluationRoutesDeps): void {
  createRoute(app, deps)
  listRoute(app, deps)
  getRoute(app, deps)
  modelRoute(app, deps)
  deleteRoute(app, deps)
}

function createRoute(app: App, { auth, database, idempotency }: EvaluationRoutesDeps): void {
  app.route({
    method: 'POST',
    url: '/api/evaluations',
    schema: {
      operationId: 'evaluations.create',
      tags: ['Evaluations'],
      summary: 'Compare a synthetic table with a real one of the same project',
      headers: IdempotencyHeaders,
      body: EvaluationDocument,
      response: { 202: SubmittedView, ...problems(400, 401, 403, 404, 409, 422) },
    },
    // What it names is checked with it, so that one answer names every problem.
    validatorCompiler: () => () => true,
    handler: async (request, reply) => {
      const principal = auth.principalOf(request)
      const answer = await idempotency.reply(request, reply, async (settle) => {
        const stored =
          settle && ((sql: Sql, made: SubmittedEvaluation) => settle(sql, createdOf(made)))
        return createdOf(await submitEvaluation(database, principal, request.body, stored))
      })
      return reply.send(answer)
    },
  })
}

function createdOf(submitted: SubmittedEvaluation) {
  const { evaluation_id: id } = submitted
  return { status: 202, body: submitted, location: `/api/evaluations/${id}`, resourceId: id }
}

function listRoute(app: App, { auth, database }: EvaluationRoutesDeps): void {
  app.route({
    method: 'GET',
    url: '/api/evaluations',
    schema: {
      operationId: 'evaluations.list',
      tags: ['Evaluations'],
      summary: 'Evaluations of the caller’s projects, newest first, without their figures',
      querystring: EvaluationListQuery,
      response: { 200: EvaluationList, ...problems(400, 401, 403) },
    },
    handler: async (request) => {
      const principal = auth.principalOf(request)
      requireScope(principal, 'jobs:read')
      const { project_id: projectId = null, dataset_id: datasetId = null } = request.query
      const { limit, offset, ...page } = pageOf(request.query)
      const wanted = { projectId, datasetId, limit, offset }
      const { rows, total } = await listEvaluations(database, principal, wanted)
      return { evaluations: rows.map(evaluationHead), ...page, total }
    },
  })
}

const FORMS = {
  200: {
    description: 'The evaluation, or its report',
    content: {
      'application/json': { schema: EvaluationView },
      'text/html': { schema: Type.String() },
    },
  },
  202: { ...EvaluationView, description: 'It is made; ask again after Retry-After' },
}

function getRoute(app: App, { auth, database }: EvaluationRoutesDeps): void {
  app.route({
    method: 'GET',
    url: '/api/evaluations/:id',
    schema: {
      operationId: 'evaluations.get',
      tags: ['Evaluations'],
      summary: 'An evaluation and its figures, or its report as a page',
      description: 'As JSON 200 at any time, `evaluation` being null until it is completed.',
      params: IdParams,
      querystring: FormatQuery,
      response: { ...FORMS, ...problems(400, 401, 403, 404) },
    },
    handler: async (request, reply) => {
      const principal = auth.principalOf(request)
      const isPage = request.query.format === 'html'
      const part = isPage ? 'page' : 'document'
      const row = await readEvaluation(database, principal, request.params.id, part)
      requireScope(principal, 'jobs:read')
      return isPage ? sendPage(reply, row) : reply.send(await evaluationView(row))
    },
  })
}

async function sendPage(reply: FastifyReply, row: WholeEvaluation) {
  if (row.status === 'failed') throw failureOf(row.error)
  const page = await evaluationPage(row)
  if (page === null) return sendWaiting(reply, row)
  reply.header('content-security-policy', PAGE_POLICY)
  return reply.header('content-type', 'text/html; charset=utf-8').send(page)
}

function sendWaiting(reply: FastifyReply, row: WholeEvaluation) {
  const waiting = { ...evaluationHead(row), evaluation: null }
  return reply.code(202).header('retry-after', RETRY_AFTER_SECONDS).send(waiting)
}

function modelRoute(app: App, { auth, database }: EvaluationRoutesDeps): void {
  app.route({
    method: 'GET',
    url: '/api/models/:id/evaluation',
    schema: {
      operationId: 'models.evaluation',
      tags: ['Models', 'Evaluations'],
      summary: 'A sample of the model against the rows that it learned, and others where there are',
      description: 'The first request has it made; from then on it is kept.',
      params: IdParams,
      querystring: FormatQuery,
      response: { ...FORMS, ...problems(400, 401, 403, 404, 409) },
    },
    handler: async (request, reply) => {
      const isPage = request.query.format === 'html'
      const part = isPage ? 'page' : 'document'
      const principal = auth.principalOf(request)
      const row = await evaluationOfModel(database, principal, request.params.id, part)
      if (row.status !== 'completed') return sendWaiting(reply, row)
      return isPage ? sendPage(reply, row) : reply.send(await evaluationView(row))
    },
  })
}

function deleteRoute(app: App, { auth, database }: EvaluationRoutesDeps): void {
  app.route({
    method: 'DELETE',
    url: '/api/evaluations/:id',
    schema: {
      operationId: 'evaluations.delete',
      tags: ['Evaluations'],
      summary: 'Remove an evaluation; one that runs is ended',
      params: IdParams,
      response: { 204: Type.Null(), ...problems(401, 403, 404) },
    },
    handler: async (request, reply) => {
      const principal = auth.principalOf(request)
      requireScope(principal, 'jobs:write')
      await deleteEvaluation(database, principal, request.params.id)
      return reply.code(204).send(null)
    },
  })
}
