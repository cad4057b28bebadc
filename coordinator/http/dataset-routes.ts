// Datasets: real tables that models learn from, listed, shown and removed. Uploads are in dataset-upload-route.ts.

import Type from 'typebox'
import type { Database } from '#coordinator/database/database.ts'
import { deleteDataset, listDatasets, readDataset } from '#coordinator/datasets/dataset-row.ts'
import { requireScope } from '#coordinator/identity/principals.ts'
import type { Authentication } from './authentication.ts'
import {
  DatasetList,
  DatasetListQuery,
  DatasetPreview,
  DatasetView,
  PREVIEW_ROWS_MAX,
  PreviewQuery,
} from './dataset-schemas.ts'
import { datasetView } from './dataset-view.ts'
import { IdParams, pageOf, problems } from './schemas.ts'
import type { App } from './types.ts'

export type DatasetRoutesDeps = { auth: Authentication; database: Database }

export function datasetRoutes(app: App, deps: DatasetRoutesDeps): void {
  listRoute(app, deps)
  getRoute(app, deps)
  previewRoute(app, deps)
  deleteRoute(app, deps)
}

function listRoute(app: App, { auth, database }: DatasetRoutesDeps): void {
  app.route({
    method: 'GET',
    url: '/api/datasets',
    schema: {
      operationId: 'datasets.list',
      tags: ['Datasets'],
      summary: 'Datasets of the caller’s projects, newest first',
      querystring: DatasetListQuery,
      response: { 200: DatasetList, ...problems(400, 401, 403) },
    },
    handler: async (request) => {
      const principal = auth.principalOf(request)
      requireScope(principal, 'jobs:read')
      const { project_id: projectId = null } = request.query
      const { limit, offset, ...page } = pageOf(request.query)
      const wanted = { projectId, limit, offset }
      const { rows, total } = await listDatasets(database, principal, wanted)
      return { datasets: rows.map(datasetView), ...page, total }
    },
  })
}

function getRoute(app: App, { auth, database }: DatasetRoutesDeps): void {
  app.route({
    method: 'GET',
    url: '/api/datasets/:id',
    schema: {
      operationId: 'datasets.get',
      tags: ['Datasets'],
      summary: 'A dataset and its columns',
      params: IdParams,
      response: { 200: DatasetView, ...problems(401, 403, 404) },
    },
    handler: async (request) => {
      const principal = auth.principalOf(request)
      const row = await readDataset(database, principal, request.params.id)
      requireScope(principal, 'jobs:read')
      return datasetView(row)
    },
  })
}

function previewRoute(app: App, { auth, database }: DatasetRoutesDeps): void {
  app.route({
    method: 'GET',
    url: '/api/datasets/:id/preview',
    schema: {
      operationId: 'datasets.preview',
      tags: ['Datasets'],
      summary: 'The first 10 rows; of personal values and ids only their shape',
      params: IdParams,
      querystring: PreviewQuery,
      response: { 200: DatasetPreview, ...problems(400, 401, 403, 404) },
    },
    handler: async (request) => {
      const principal = auth.principalOf(request)
      const row = await readDataset(database, principal, request.params.id)
      requireScope(principal, 'jobs:read')
      const columns = row.columns.map(({ field: { name, type } }) => ({ name, type }))
      const { rows = PREVIEW_ROWS_MAX } = request.query
      return { columns, rows: row.preview.slice(0, rows) }
    },
  })
}

function deleteRoute(app: App, { auth, database }: DatasetRoutesDeps): void {
  app.route({
    method: 'DELETE',
    url: '/api/datasets/:id',
    schema: {
      operationId: 'datasets.delete',
      tags: ['Datasets'],
      summary: 'Remove a dataset and its bytes; refused while a model learns from it',
      params: IdParams,
      response: { 204: Type.Null(), ...problems(401, 403, 404, 409) },
    },
    handler: async (request, reply) => {
      const principal = auth.principalOf(request)
      requireScope(principal, 'jobs:write')
      await deleteDataset(database, principal, request.params.id)
      return reply.code(204).send(null)
    },
  })
}
