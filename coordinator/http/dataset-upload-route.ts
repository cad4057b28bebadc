// Uploads of real tables.

import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Database } from '#coordinator/database/database.ts'
import { createDataset, type NewDataset } from '#coordinator/datasets/create-dataset.ts'
import type { DatasetRow } from '#coordinator/datasets/dataset-row.ts'
import type { DatasetSettings } from '#coordinator/datasets/settings.ts'
import type { UploadReaders } from '#coordinator/datasets/upload-readers.ts'
import { requireScope } from '#coordinator/identity/principals.ts'
import { quote } from '#engine/config/problem.ts'
import { UploadedView, uploadedView } from './aliases/dataset-aliases.ts'
import { inTheirNames, type Renamed } from './aliases/names.ts'
import type { Authentication } from './authentication.ts'
import { DatasetView, UploadForm, UploadOptions } from './dataset-schemas.ts'
import { datasetView } from './dataset-view.ts'
import { createGate, type Gate } from './gate.ts'
import type { Idempotency } from './idempotency.ts'
import { IdempotencyHeaders, problems } from './schemas.ts'
import type { App } from './types.ts'
import {
  acceptUploads,
  bareName,
  fileDigest,
  readUploadForm,
  receive,
  type UploadedForm,
} from './upload-form.ts'
import { createCheck, fromText, invalidRequest } from './validation.ts'

export type DatasetUploadDeps = {
  auth: Authentication
  idempotency: Idempotency
  database: Database
  uploads: UploadReaders
  datasets: DatasetSettings
}

/** Uploads that wait for others; what they send meanwhile is not read. */
const WAITING_MAX = 100
const WAIT_MS = 45_000

const checkOptions = createCheck(UploadOptions)

/** What an upload is called, and answered with. */
type Door = {
  url: string
  /** Fields by names of an earlier interface. */
  renamed: Renamed
  view: (row: DatasetRow) => object
}

const DOOR: Door = { url: '/api/datasets', renamed: {}, view: datasetView }
const ALIAS: Door = {
  ...{ url: '/api/datasets/upload', renamed: { projectId: 'project_id' } },
  view: uploadedView,
}

/** In a room of its own: nothing else takes forms. */
export async function datasetUploadRoute(app: App, deps: DatasetUploadDeps): Promise<void> {
  await app.register(async (forms: App) => {
    await acceptUploads(forms)
    const { uploadsMax: max } = deps.datasets
    const busy = `${max} uploads are being read, and others wait; try again shortly.`
    const gate = createGate({ max, waitingMax: WAITING_MAX, waitMs: WAIT_MS, busy })
    forms.route({
      ...routeOf(DOOR, gate, deps),
      schema: {
        operationId: 'datasets.create',
        tags: ['Datasets'],
        summary: 'Upload a table: its types and meanings are inferred while it arrives',
        description:
          'CSV (any delimiter, quotes and encoding), JSON, JSON lines, Parquet or Arrow; text also inside gzip or zstd. Options stand in the query, or in fields ahead of the file; name and project_id also behind it. A body of another type, such as text/csv, is the file itself.',
        querystring: UploadOptions,
        ...SCHEMA,
        response: { 201: DatasetView, ...REFUSALS },
      },
    })
    forms.route({
      ...routeOf(ALIAS, gate, deps),
      schema: {
        operationId: 'aliases.upload',
        tags: ['Aliases'],
        summary: 'Upload a table; use POST /api/datasets',
        deprecated: true,
        ...SCHEMA,
        response: { 201: UploadedView, ...REFUSALS },
      },
    })
  })
}

const REFUSALS = problems(400, 401, 403, 404, 409, 413, 422, 503)
const SCHEMA = {
  consumes: ['multipart/form-data'],
  headers: IdempotencyHeaders,
  body: UploadForm,
}

function routeOf(door: Door, gate: Gate, deps: DatasetUploadDeps) {
  return {
    method: 'POST' as const,
    url: door.url,
    config: { streamsBody: true },
    // The form is read and checked piece by piece.
    validatorCompiler: () => () => true,
    handler: (request: FastifyRequest, reply: FastifyReply) =>
      receive(request, reply, gate, (signal) =>
        inTheirNames(door.renamed, () => upload(request, reply, { ...deps, door, signal })),
      ),
  }
}

async function upload(
  request: FastifyRequest,
  reply: FastifyReply,
  { door, signal, ...deps }: DatasetUploadDeps & { door: Door; signal: AbortSignal },
) {
  const principal = deps.auth.principalOf(request)
  requireScope(principal, 'jobs:write')
  const said = { query: request.query ?? {}, length: request.headers['content-length'] ?? null }
  const answer = await deps.idempotency.reply(
    request,
    reply,
    async (settle) => {
      const form = await readUploadForm(request, signal)
      const made = readOptions(request, form, door.renamed)
      const settings = deps.datasets
      const row = await createDataset(
        { ...deps, settings },
        principal,
        made,
        { bytes: form.bytes, signal },
        async (sql, stored) => settle?.(sql, createdOf(stored, door)),
      )
      return createdOf(row, door)
    },
    {
      body: said,
      async isSame(first) {
        const form = await readUploadForm(request, signal)
        const { sha256, name } = first as { sha256?: string; name?: string }
        const digest = await fileDigest(form)
        return digest === sha256 && readOptions(request, form, door.renamed).name() === name
      },
    },
  )
  return await reply.send(answer)
}

function createdOf(row: DatasetRow, { view }: Door) {
  const location = `/api/datasets/${row.id}`
  return { status: 201, body: view(row), location, resourceId: row.id }
}

/** Throws AppError `invalid_request` that names every bad option; one that does not exist is a warning of the dataset. */
function readOptions(
  request: FastifyRequest,
  { fields, fileName }: UploadedForm,
  renamed: Renamed,
): NewDataset {
  const given = (): object => {
    const said = Object.entries({ ...(request.query as object), ...fields })
    return Object.fromEntries(said.map(([name, value]) => [renamed[name] ?? name, value]))
  }
  const optionsOf = (): UploadOptions => {
    const options = fromText(UploadOptions, given())
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
    warnings: ignoredFields(given()),
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
  const bare = bareName(fileName)
  const name = bare.replace(/(\.(gz|zst|csv|tsv|txt|jsonl?|ndjson|parquet|arrow|feather))+$/i, '')
  return name.slice(0, 200) || 'dataset'
}
