// Datasets by the names of an earlier interface: what an upload is answered with, and what is drawn of a dataset.

import Type from 'typebox'
import type { Database } from '#coordinator/database/database.ts'
import { type DatasetRow, readDataset } from '#coordinator/datasets/dataset-row.ts'
import { requireScope } from '#coordinator/identity/principals.ts'
import { readProfile } from '#coordinator/measurements/profile-row.ts'
import { timeValue } from '#engine/profile/column-config.ts'
import type { ColumnProfile, NumberProfile, Profile } from '#engine/profile/profile.ts'
import { QUANTILE_SHARES } from '#engine/profile/profile.ts'
import { isTemporal } from '#engine/table/table.ts'
import type { Authentication } from '../authentication.ts'
import { datasetView } from '../dataset-view.ts'
import { IdParams, problems } from '../schemas.ts'
import type { App } from '../types.ts'
import { theirNames } from './names.ts'

const RETRY_AFTER_SECONDS = 1

const Open = Type.Object({}, { additionalProperties: true })

export const UploadedView = Type.Object(
  {
    id: Type.String(),
    datasetId: Type.String(),
    projectId: Type.String(),
    name: Type.String(),
    columns: Type.Array(Open),
    metadata: Open,
    uploadedAt: Type.String(),
  },
  { additionalProperties: true },
)

/** A dataset in their names: its columns, and the same beside the number of rows as `metadata`. */
export function uploadedView(row: DatasetRow) {
  const view = datasetView(row)
  const columns = view.columns.map(theirNames)
  return {
    ...theirNames(view),
    ...{ id: row.id, columns },
    metadata: { format: row.format, rowCount: row.rows, columns, warnings: row.warnings },
    uploadedAt: view.created_at,
  }
}

/** `GET /api/datasets/:id/stats`: the profile as far as it is drawn. */
export function datasetStatsAlias(
  app: App,
  { auth, database }: { auth: Authentication; database: Database },
): void {
  app.route({
    method: 'GET',
    url: '/api/datasets/:id/stats',
    schema: {
      operationId: 'aliases.datasetStats',
      tags: ['Aliases'],
      summary: 'Distributions of a dataset; GET /api/datasets/{id}/profile has all of it',
      deprecated: true,
      params: IdParams,
      response: { 200: Open, 202: Open, ...problems(401, 403, 404) },
    },
    handler: async (request, reply) => {
      const principal = auth.principalOf(request)
      const dataset = await readDataset(database, principal, request.params.id)
      requireScope(principal, 'jobs:read')
      const head = { id: dataset.id, datasetId: dataset.id, name: dataset.name }
      const { bytes } = await readProfile(database, dataset, 'document')
      if (bytes === null) {
        reply.code(202).header('retry-after', RETRY_AFTER_SECONDS)
        return { ...head, status: 'PENDING' }
      }
      return { ...head, status: 'COMPLETED', ...statsOf(JSON.parse(bytes.toString()) as Profile) }
    },
  })
}

function statsOf({ rows, columns, pairs }: Profile) {
  return {
    rowCount: rows,
    columnCount: columns.length,
    columns: columns.map((column) => columnStats(column, rows)),
    correlations: pairs
      .filter(({ pearson }) => pearson !== null)
      .map(({ columns: [a, b], pearson, spearman }) => ({ columns: [a, b], pearson, spearman })),
  }
}

function columnStats(column: ColumnProfile, rows: number) {
  const { name, type, semantic, nulls, distinct, numbers, top_values } = column
  return {
    ...{ name, type, semantic, count: rows - nulls, nullCount: nulls },
    distinctCount: distinct.count,
    ...(numbers && numberStats(type, numbers)),
    ...(top_values && {
      topValues: top_values.map(({ value, rows: count }) => ({ value, count })),
    }),
  }
}

/** Dates and times as such; their deviation in days or seconds. */
function numberStats(type: ColumnProfile['type'], numbers: NumberProfile) {
  const { min, max, mean, deviation, quantiles, histogram } = numbers
  const shown = (value: number): number | string =>
    isTemporal(type) ? timeValue(type, Math.floor(value)) : value
  return {
    ...{ min: shown(min), max: shown(max), mean: shown(mean), stdDev: deviation },
    median: shown(quantiles[QUANTILE_SHARES.indexOf(0.5)] as number),
    histogram: { edges: histogram.edges.map(shown), shares: histogram.shares },
  }
}
