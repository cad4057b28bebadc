// The files of a job: one with ranges, or all as a zip; by key or by signed link.

import type { FastifyReply, FastifyRequest } from 'fastify'
import Type, { type Static } from 'typebox'
import type { Database } from '#coordinator/database/database.ts'
import {
  accessJobByLink,
  type JobAccess,
  readFiles,
  readTableNames,
  type StoredFile,
} from '#coordinator/jobs/job-row.ts'
import { extensionOf } from '#engine/config/output-formats.ts'
import type { GetBlock } from '#engine/dag/traverse.ts'
import { AppError } from '#engine/errors.ts'
import type { Authentication } from './authentication.ts'
import type { DownloadLinks } from './download-links.ts'
import { fileResponse } from './file-response.ts'
import { notMerged, readableJob, tableIndex } from './job-file-routes.ts'
import { mediaTypeOf } from './media-type.ts'
import { fileAnswers, IdParams, problems } from './schemas.ts'
import type { App } from './types.ts'
import { zipResponse } from './zip-response.ts'

const Format = Type.Optional(
  Type.String({ maxLength: 20, description: 'The format that the job has' }),
)

export const FormatQuery = Type.Object({ format: Format }, { additionalProperties: false })

const Query = Type.Object(
  {
    table: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
    format: Format,
    expires: Type.Optional(Type.Integer({ minimum: 0, description: 'Of a signed link' })),
    signature: Type.Optional(Type.String({ maxLength: 100, description: 'Of a signed link' })),
  },
  { additionalProperties: false },
)
type Query = Static<typeof Query>

export type DownloadRouteDeps = {
  auth: Authentication
  database: Database
  /** A verified store: no damaged byte is answered. */
  store: { get: GetBlock }
  links: DownloadLinks
}

/** For the routes that are open: a signed link needs no key. */
export function jobDownloadRoute(app: App, deps: DownloadRouteDeps): void {
  app.route({
    method: ['GET', 'HEAD'],
    url: '/api/jobs/:id/download',
    exposeHeadRoute: false,
    schema: {
      operationId: 'jobs.download',
      tags: ['Jobs'],
      summary: 'A file, with Range; all files as a zip when there are several and none is named',
      params: IdParams,
      querystring: Query,
      response: {
        ...fileAnswers('The file, or a zip of all files, in its own media type', '*/*'),
        ...problems(400, 401, 403, 404, 409, 416),
      },
    },
    handler: async (request, reply) => {
      const { id } = request.params
      const job = await authorised(request, deps, { id, query: request.query })
      const { table, format } = request.query
      return downloadFiles(request, reply, deps, { job, table, format })
    },
  })
}

async function authorised(
  request: FastifyRequest,
  { auth, database, links }: DownloadRouteDeps,
  { id, query }: { id: string; query: Query },
): Promise<JobAccess> {
  const { signature, expires, table } = query
  if (signature === undefined) return readableJob(database, auth.principalOf(request), id)
  links.verify({ jobId: id, table: table ?? '', expires: expires ?? 0, signature })
  return accessJobByLink(database, id)
}

function requireFormat(job: JobAccess, format: string | undefined): void {
  if (format === undefined || format === job.format || format === extensionOf(job)) return
  throw new AppError(
    'unsupported',
    `The job's files are ${extensionOf(job)}; another format needs another job.`,
  )
}

type Asked = { job: JobAccess; table: string | undefined; format: string | undefined }

/** For a caller who may have the files. AppError `unsupported` for another format, `conflict` while they are not there. */
export async function downloadFiles(
  request: FastifyRequest,
  reply: FastifyReply,
  { database, store }: Pick<DownloadRouteDeps, 'database' | 'store'>,
  { job, table, format }: Asked,
): Promise<FastifyReply> {
  requireFormat(job, format)
  const names = await readTableNames(database, job.id)
  const wanted = table === undefined ? names : [names[tableIndex(names, table)]]
  const files = (await readFiles(database, job.id)).filter((file) => wanted.includes(file.table))
  if (files.length < wanted.length) throw notMerged(job)
  const [first] = files
  if (first !== undefined && files.length === 1) {
    const name = `${job.name}-${first.table}.${extensionOf(job)}`
    const contentType = mediaTypeOf(name)
    return fileResponse(request, reply, {
      get: store.get,
      ...first,
      name,
      contentType,
      shared: false,
    })
  }
  return zipResponse(reply, {
    get: store.get,
    name: `${job.name}.zip`,
    entries: files.map((file) => entryOf(job, file)),
    mtime: job.created_at,
  })
}

function entryOf(job: JobAccess, { table, cid, bytes }: StoredFile) {
  // A table may have any name, an entry of a zip may not lead elsewhere.
  return { name: `${table.replaceAll(/[/\\]/g, '_')}.${extensionOf(job)}`, cid, bytes }
}
