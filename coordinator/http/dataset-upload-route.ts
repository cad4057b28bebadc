// Uploads of real tables.

import multipart from '@fastify/multipart'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Database } from '#coordinator/database/database.ts'
import { createDataset, type NewDataset } from '#coordinator/datasets/create-dataset.ts'
import type { DatasetSettings } from '#coordinator/datasets/settings.ts'
import type { UploadReaders } from '#coordinator/datasets/upload-readers.ts'
import { requireScope } from '#coordinator/identity/principals.ts'
import { quote } from '#engine/config/problem.ts'
import { AppError } from '#engine/errors.ts'
import type { Authentication } from './authentication.ts'
import { DatasetView, UploadForm, UploadOptions } from './dataset-schemas.ts'
import { datasetView } from './dataset-view.ts'
import type { Idempotency } from './idempotency.ts'
import { IdempotencyHeaders, problems } from './schemas.ts'
import type { App } from './types.ts'
import { readUploadForm, type UploadedForm } from './upload-form.ts'
import { createCheck, fromText, invalidRequest } from './validation.ts'

export type DatasetUploadDeps = {
  auth: Authentication
  idempotency: Idempotency
  database: Database
  uploads: UploadReaders
  datasets: DatasetSettings
}

const checkOptions = createCheck(UploadOptions)

/** In a room of its own: nothing else takes forms. */
export async function datasetUploadRoute(app: App, deps: DatasetUploadDeps): Promise<void> {
  await app.register(async (forms: App) => {
    await forms.register(multipart)
    // A file that is no form is read by the handler too.
    forms.addContentTypeParser('*', (_request, _body, done) => done(null))
    const gate = createGate(deps.datasets.uploadsMax)
    forms.route({
      method: 'POST',
      url: '/api/datasets',
      config: { streamsBody: true },
      schema: {
        operationId: 'datasets.create',
        tags: ['Datasets'],
        summary: 'Upload a table: its types and meanings are inferred while it arrives',
        description:
          'CSV (any delimiter, quotes and encoding), JSON, JSON lines, Parquet or Arrow; text also inside gzip or zstd. Options stand in the query, or in fields ahead of the file; name and project_id also behind it. A body of another type, such as text/csv, is the file itself.',
        consumes: ['multipart/form-data'],
        headers: IdempotencyHeaders,
        querystring: UploadOptions,
        body: UploadForm,
        response: { 201: DatasetView, ...problems(400, 401, 403, 404, 409, 413, 422, 503) },
      },
      // The form is read and checked piece by piece.
      validatorCompiler: () => () => true,
      handler: (request, reply) => gate(() => upload(request, reply, deps)),
    })
  })
}

/** AppError `unavailable` for one too many. */
function createGate(max: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0
  return async (work) => {
    if (running >= max)
      throw new AppError('unavailable', `${max} uploads are being read; try again shortly.`)
    running++
    try {
      return await work()
    } finally {
      running--
    }
  }
}

async function upload(request: FastifyRequest, reply: FastifyReply, deps: DatasetUploadDeps) {
  const principal = deps.auth.principalOf(request)
  requireScope(principal, 'jobs:write')
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  try {
    const said = { query: request.query ?? {}, length: request.headers['content-length'] ?? null }
    const answer = await deps.idempotency.reply(
      request,
      reply,
      async (settle) => {
        const form = await readUploadForm(request, gone.signal)
        const made = readOptions(request, form)
        const settings = deps.datasets
        const row = await createDataset(
          { ...deps, settings },
          principal,
          made,
          { bytes: form.bytes, signal: gone.signal },
          async (sql, stored) => settle?.(sql, createdOf(stored)),
        )
        return createdOf(row)
      },
      { body: said },
    )
    return await reply.send(answer)
  } finally {
    // What the caller still sends is read away, so that the answer reaches it.
    request.raw.unpipe()
    request.raw.resume()
  }
}

function createdOf(row: Parameters<typeof datasetView>[0]) {
  const location = `/api/datasets/${row.id}`
  return { status: 201, body: datasetView(row), location, resourceId: row.id }
}

/** Throws AppError `invalid_request` that names every bad option; one that does not exist is a warning of the dataset. */
function readOptions(request: FastifyRequest, { fields, fileName }: UploadedForm): NewDataset {
  const optionsOf = (): UploadOptions => {
    const options = fromText(UploadOptions, { ...(request.query as object), ...fields })
    const problems = checkOptions(options, '')
    if (problems.length > 0) throw invalidRequest(problems)
    return options as UploadOptions
  }
  const { keep = 'nothing', format, encoding, ...rest } = optionsOf()
  const { delimiter, quote, escape: escaper, header } = rest
  const csv = {
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(quote === undefined ? {} : { quote }),
    ...(escaper === undefined ? {} : { escape: escaper }),
    ...(header === undefined ? {} : { header }),
  }
  return {
    projectId: () => optionsOf().project_id ?? null,
    warnings: ignoredFields({ ...(request.query as object), ...fields }),
    name: () => optionsOf().name ?? nameOf(fileName),
    keep,
    form: {
      ...(format === undefined ? {} : { format }),
      ...(encoding === undefined ? {} : { encoding }),
      csv,
    },
  }
}

function ignoredFields(given: object): string[] {
  return Object.keys(given)
    .filter((name) => !Object.hasOwn(UploadOptions.properties, name))
    .map((name) => `There is no field ${quote(name)}; it has no effect.`)
}

/** `adult.csv.gz` is adult. */
function nameOf(fileName: string): string {
  const bare = fileName
    .replace(/^.*[\\/]/, '')
    .replaceAll('\u0000', '')
    .toWellFormed()
  const name = bare.replace(/(\.(gz|zst|csv|tsv|txt|jsonl?|ndjson|parquet|arrow|feather))+$/i, '')
  return name.slice(0, 200) || 'dataset'
}
