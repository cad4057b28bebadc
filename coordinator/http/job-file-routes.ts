// What a job made: preview, manifest, and links to its files.

import Type from 'typebox'
import type { Database } from '#coordinator/database/database.ts'
import { type Principal, requireScope } from '#coordinator/identity/principals.ts'
import { accessJob, type JobAccess, readFiles, readTableNames } from '#coordinator/jobs/job-row.ts'
import { isOver } from '#coordinator/jobs/job-state.ts'
import type { ViewSettings } from '#coordinator/jobs/job-view.ts'
import { PREVIEW_ROWS_MAX, previewJob } from '#coordinator/jobs/preview.ts'
import type { JobSpecs } from '#coordinator/ledger/job-spec.ts'
import type { OpenedModels } from '#coordinator/models/opened-models.ts'
import { nameHint, quote } from '#engine/config/problem.ts'
import type { GetBlock } from '#engine/dag/traverse.ts'
import { AppError } from '#engine/errors.ts'
import type { Authentication } from './authentication.ts'
import type { DownloadLinks } from './download-links.ts'
import { fileResponse } from './file-response.ts'
import { findPath } from './gateway-path.ts'
import { mediaTypeOf } from './media-type.ts'
import { IdParams, problems, Time } from './schemas.ts'
import type { App } from './types.ts'
import { invalidRequest } from './validation.ts'

const TableName = Type.String({ minLength: 1, maxLength: 128 })

const PreviewView = Type.Object({
  table: Type.String(),
  columns: Type.Array(Type.Object({ name: Type.String(), type: Type.String() })),
  rows: Type.Array(Type.Array(Type.Unknown()), { description: 'Values in the order of columns' }),
})

const LinkView = Type.Object({ url: Type.String(), table: Type.String(), expires_at: Time })

export type JobFileRoutesDeps = {
  auth: Authentication
  database: Database
  specs: JobSpecs
  models: OpenedModels
  /** A verified store: no damaged byte is answered. */
  store: { get: GetBlock }
  links: DownloadLinks
  settings: ViewSettings
}

export function jobFileRoutes(app: App, deps: JobFileRoutesDeps): void {
  previewRoute(app, deps)
  manifestRoute(app, deps)
  linkRoute(app, deps)
}

/** Throws `not_found` or `forbidden`. */
export async function readableJob(
  database: Database,
  principal: Principal,
  jobId: string,
): Promise<JobAccess> {
  const job = await accessJob(database, principal, jobId)
  requireScope(principal, 'jobs:read')
  return job
}

export function notMerged({ status }: JobAccess): AppError {
  const why = isOver(status) ? 'it has no files' : 'its files are not merged yet'
  return new AppError('conflict', `The job is ${status}; ${why}.`)
}

/** The index of the table asked for; the first when none is. Throws `invalid_request` that names those there are. */
export function tableIndex(names: readonly string[], asked: string | undefined): number {
  if (asked === undefined) return 0
  const index = names.indexOf(asked)
  if (index >= 0) return index
  const message = `The job has no table ${quote(asked)}`
  throw invalidRequest([{ path: '/table', message, hint: nameHint(asked, names) }])
}

function previewRoute(app: App, { auth, database, specs, models }: JobFileRoutesDeps): void {
  app.route({
    method: 'GET',
    url: '/api/jobs/:id/preview',
    schema: {
      operationId: 'jobs.preview',
      tags: ['Jobs'],
      summary: 'First rows of the chunks that are done, also while the job runs',
      params: IdParams,
      querystring: Type.Object(
        {
          table: Type.Optional(TableName),
          rows: Type.Optional(Type.Integer({ minimum: 1, maximum: PREVIEW_ROWS_MAX, default: 10 })),
        },
        { additionalProperties: false },
      ),
      response: { 200: PreviewView, ...problems(400, 401, 403, 404, 409) },
    },
    handler: async (request) => {
      const job = await readableJob(database, auth.principalOf(request), request.params.id)
      if (job.kind === 'train')
        throw new AppError('conflict', 'The job trains a model; it has no rows to show.')
      const { table, rows = 10 } = request.query
      const spec = await specs.get(job.id)
      const names = spec.plan.tables.map(({ name }) => name)
      const asked = { jobId: job.id, tableNo: tableIndex(names, table), rows }
      return previewJob({ sql: database, models }, spec, asked)
    },
  })
}

function manifestRoute(app: App, { auth, database, store }: JobFileRoutesDeps): void {
  app.route({
    method: 'GET',
    url: '/api/jobs/:id/manifest',
    schema: {
      operationId: 'jobs.manifest',
      tags: ['Jobs'],
      summary: 'What anyone needs to make the files again and compare them',
      params: IdParams,
      response: {
        200: Type.Object({}, { additionalProperties: true }),
        ...problems(401, 403, 404, 409),
      },
    },
    handler: async (request, reply) => {
      const job = await readableJob(database, auth.principalOf(request), request.params.id)
      if (job.manifest_cid === null) {
        throw new AppError('conflict', `The job is ${job.status}; its manifest is not written yet.`)
      }
      const { cid, bytes } = await findPath(store.get, job.manifest_cid, [])
      const name = 'manifest.json'
      const contentType = mediaTypeOf(name)
      return fileResponse(request, reply, {
        get: store.get,
        cid,
        bytes,
        name,
        contentType,
        shared: false,
      })
    },
  })
}

function linkRoute(app: App, { auth, database, links, settings }: JobFileRoutesDeps): void {
  app.route({
    method: 'POST',
    url: '/api/jobs/:id/download-link',
    schema: {
      operationId: 'jobs.downloadLink',
      tags: ['Jobs'],
      summary: 'A URL for one file that works without a key for five minutes',
      params: IdParams,
      body: Type.Object({ table: Type.Optional(TableName) }, { additionalProperties: false }),
      response: { 201: LinkView, ...problems(400, 401, 403, 404, 409) },
    },
    handler: async (request, reply) => {
      const job = await readableJob(database, auth.principalOf(request), request.params.id)
      const names = await readTableNames(database, job.id)
      const asked = request.body?.table
      if (asked === undefined && names.length > 1) {
        const hint = nameHint('', names)
        throw invalidRequest([{ path: '/table', message: 'The job has several tables', hint }])
      }
      const table = names[tableIndex(names, asked)] as string
      const files = await readFiles(database, job.id)
      if (!files.some((file) => file.table === table)) throw notMerged(job)
      const { expires, signature } = links.sign({ jobId: job.id, table })
      const query = new URLSearchParams({ table, expires: String(expires), signature }).toString()
      return reply.code(201).send({
        url: `${settings.publicUrl}/api/jobs/${job.id}/download?${query}`,
        table,
        expires_at: new Date(expires * 1000).toISOString(),
      })
    },
  })
}
