// Models as files: fetched from here, brought in from elsewhere.

import type { FastifyReply, FastifyRequest } from 'fastify'
import Type, { type Static } from 'typebox'
import { requireScope } from '#coordinator/identity/principals.ts'
import { type ImportDeps, importModel } from '#coordinator/models/import-model.ts'
import { type ModelRow, readModel } from '#coordinator/models/model-row.ts'
import { modelView } from '#coordinator/models/model-view.ts'
import type { BlockStore } from '#coordinator/storage/block-store.ts'
import { AppError } from '#engine/errors.ts'
import type { Authentication } from './authentication.ts'
import { fileResponse } from './file-response.ts'
import { createGate, type Gate } from './gate.ts'
import type { Idempotency } from './idempotency.ts'
import { ModelView } from './model-schemas.ts'
import { fileAnswers, IdempotencyHeaders, IdParams, problems } from './schemas.ts'
import type { App } from './types.ts'
import {
  acceptUploads,
  bareName,
  fileDigest,
  readUploadForm,
  receive,
  type UploadedForm,
} from './upload-form.ts'
import { createCheck, invalidRequest } from './validation.ts'

const EXTENSION = '.safetensors'
/** Each is in memory twice; those that wait are not read. */
const IMPORTS = {
  ...{ max: 2, waitingMax: 50, waitMs: 45_000 },
  busy: '2 models are being brought in, and others wait; try again shortly.',
}

type ModelFileRoutesDeps = ImportDeps & {
  auth: Authentication
  idempotency: Idempotency
  store: BlockStore
}

export async function modelFileRoutes(app: App, deps: ModelFileRoutesDeps): Promise<void> {
  fileRoute(app, deps)
  await app.register(async (forms: App) => {
    await acceptUploads(forms)
    importRoute(forms, deps, createGate(IMPORTS))
  })
}

function fileRoute(app: App, { auth, database, store }: ModelFileRoutesDeps): void {
  app.route({
    method: 'GET',
    url: '/api/models/:id/file',
    schema: {
      operationId: 'models.file',
      tags: ['Models'],
      summary: 'The model as one portable file, without the data that it learned',
      params: IdParams,
      querystring: Type.Object({ preview: Type.Optional(Type.Boolean()) }),
      response: {
        ...fileAnswers('Tensors in the safetensors layout'),
        ...problems(401, 403, 404, 409, 416),
      },
    },
    handler: async (request, reply) => {
      const principal = auth.principalOf(request)
      const { model } = await readModel(database, principal, request.params.id)
      requireScope(principal, 'jobs:read')
      const { file_cid: cid, file_bytes: bytes, file_sha256: sha256 } = model
      const file = request.query.preview ? model.preview : { cid, bytes, sha256 }
      if (!file?.cid || !file.sha256)
        throw new AppError('conflict', 'The model has no such file yet.')
      return fileResponse(request, reply, {
        ...{ get: store.get, cid: file.cid, bytes: Number(file.bytes), shared: false },
        ...{ name: `${model.name}${EXTENSION}`, contentType: 'application/octet-stream' },
        etag: file.sha256,
      })
    },
  })
}

const ImportOptions = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    project_id: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  },
  { additionalProperties: false },
)
const checkOptions = createCheck(ImportOptions)

function importRoute(app: App, deps: ModelFileRoutesDeps, gate: Gate): void {
  app.route({
    method: 'POST',
    url: '/api/models/import',
    config: { streamsBody: true },
    schema: {
      operationId: 'models.import',
      tags: ['Models'],
      summary: 'Bring in a model file, of this installation or another',
      description:
        'Fields name and project_id stand in the query or in the form. A body of another type, such as application/octet-stream, is the file itself.',
      consumes: ['multipart/form-data'],
      headers: IdempotencyHeaders,
      querystring: ImportOptions,
      body: Type.Object({ file: Type.String({ format: 'binary' }) }),
      response: { 201: ModelView, ...problems(400, 401, 403, 404, 409, 413, 422, 503) },
    },
    // The form is read piece by piece.
    validatorCompiler: () => () => true,
    handler: (request, reply) =>
      receive(request, reply, gate, (signal) => bringIn(request, reply, { ...deps, signal })),
  })
}

async function bringIn(
  request: FastifyRequest,
  reply: FastifyReply,
  { signal, ...deps }: ModelFileRoutesDeps & { signal: AbortSignal },
) {
  const principal = deps.auth.principalOf(request)
  requireScope(principal, 'jobs:write')
  const body = { query: request.query ?? {}, length: request.headers['content-length'] ?? null }
  const create = async (settle: Parameters<Parameters<Idempotency['reply']>[2]>[0]) => {
    const made = await readImport(request, signal)
    const row = await importModel(deps, principal, made, async (sql, stored) =>
      settle?.(sql, createdOf(stored)),
    )
    return createdOf(row)
  }
  const isSame = async (first: ReturnType<typeof modelView>): Promise<boolean> => {
    const form = await readUploadForm(request, signal)
    return (
      (await fileDigest(form)) === first.file?.sha256 && describe(request, form).name === first.name
    )
  }
  return await reply.send(await deps.idempotency.reply(request, reply, create, { body, isSame }))
}

async function readImport(request: FastifyRequest, signal: AbortSignal) {
  const form = await readUploadForm(request, signal)
  return { described: () => describe(request, form), bytes: form.bytes, signal }
}

/** What the form says of the model. AppError `invalid_request`. */
function describe(request: FastifyRequest, { fields, fileName }: UploadedForm) {
  const options = { ...(request.query as object), ...fields }
  const problems = checkOptions(options, '')
  if (problems.length > 0) throw invalidRequest(problems)
  const { name, project_id } = options as Static<typeof ImportOptions>
  return { projectId: project_id ?? null, name: name ?? nameOf(fileName) }
}

function nameOf(fileName: string): string {
  const bare = bareName(fileName)
  const name = bare.endsWith(EXTENSION) ? bare.slice(0, -EXTENSION.length) : bare
  return name.slice(0, 200) || 'model'
}

function createdOf({ model, training }: ModelRow) {
  const body = modelView(model, training)
  return { status: 201, body, location: `/api/models/${model.id}`, resourceId: model.id }
}
