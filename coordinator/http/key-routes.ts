// API keys of the caller: shown once, stored hashed.

import Type from 'typebox'
import type { Database } from '#coordinator/database/database.ts'
import type { ApiKey, ApiKeys } from '#coordinator/identity/api-keys.ts'
import { SCOPES } from '#coordinator/identity/scopes.ts'
import { AppError } from '#engine/errors.ts'
import type { Authentication } from './authentication.ts'
import type { Idempotency } from './idempotency.ts'
import { IdempotencyHeaders, IdParams, Nullable, problems, Time } from './schemas.ts'
import type { App } from './types.ts'

const Key = Type.Object({
  key_id: Type.String(),
  name: Type.String(),
  scopes: Type.Array(Type.Enum([...SCOPES])),
  created_at: Time,
  last_used_at: Nullable(Time),
})

const NewKey = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    scopes: Type.Optional(
      Type.Array(Type.Enum([...SCOPES]), {
        minItems: 1,
        maxItems: SCOPES.length,
        uniqueItems: true,
      }),
    ),
  },
  { additionalProperties: false },
)

const CreatedKey = Type.Object({
  ...Key.properties,
  api_key: Type.String({ description: 'Shown this once' }),
})

export type KeyRoutesDeps = {
  auth: Authentication
  keys: ApiKeys
  idempotency: Idempotency
  database: Database
}

export function keyRoutes(app: App, { auth, keys, idempotency, database }: KeyRoutesDeps): void {
  app.route({
    method: 'GET',
    url: '/api/keys',
    schema: {
      operationId: 'keys.list',
      tags: ['Keys'],
      summary: 'The caller’s API keys',
      response: { 200: Type.Object({ keys: Type.Array(Key) }), ...problems(401) },
    },
    handler: async (request) => {
      const rows = await keys.list(auth.principalOf(request).userId)
      return { keys: rows.map(keyView) }
    },
  })
  app.route({
    method: 'POST',
    url: '/api/keys',
    schema: {
      operationId: 'keys.create',
      tags: ['Keys'],
      summary:
        'Make an API key; without scopes it gets all that reach only into the caller’s projects',
      headers: IdempotencyHeaders,
      body: NewKey,
      response: { 201: CreatedKey, ...problems(400, 401, 403, 409, 422) },
    },
    handler: (request, reply) =>
      idempotency.reply(request, reply, async (settle) => {
        const { name, scopes } = request.body
        const principal = auth.principalOf(request)
        const { key, text } = await keys.create(principal, { name, scopes: scopes ?? null })
        const created = {
          status: 201,
          body: { ...keyView(key), api_key: text },
          location: `/api/keys/${key.id}`,
          resourceId: key.id,
          secret: true,
        }
        await settle?.(database, created)
        return created
      }),
  })
  app.route({
    method: 'DELETE',
    url: '/api/keys/:id',
    schema: {
      operationId: 'keys.revoke',
      tags: ['Keys'],
      summary: 'Revoke an API key; other replicas accept it for one more second at most',
      params: IdParams,
      response: { 204: Type.Null(), ...problems(401, 403, 404) },
    },
    handler: async (request, reply) => {
      const revoked = await keys.revoke(auth.principalOf(request), request.params.id)
      if (!revoked) throw new AppError('not_found', 'You have no such API key.')
      return reply.code(204).send(null)
    },
  })
}

function keyView(key: ApiKey) {
  return {
    key_id: key.id,
    name: key.name,
    scopes: key.scopes,
    created_at: key.created_at.toISOString(),
    last_used_at: key.last_used_at?.toISOString() ?? null,
  }
}
