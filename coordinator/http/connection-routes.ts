// Databases that jobs write into. Secrets go in and never come out.

import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import {
  KINDS,
  NewConnectionBody,
  OptionsBody,
  TLS_MODES,
} from '#coordinator/connections/connection-body.ts'
import {
  type ConnectionRow,
  createConnection,
  deleteConnection,
  listConnections,
  readConnection,
} from '#coordinator/connections/connections.ts'
import { withoutSecrets } from '#coordinator/connections/password.ts'
import { readNewConnection } from '#coordinator/connections/read-connection.ts'
import type { ConnectionSettings } from '#coordinator/connections/settings.ts'
import { testConnection } from '#coordinator/connections/test-connection.ts'
import type { Database } from '#coordinator/database/database.ts'
import { requireRole, requireScope } from '#coordinator/identity/principals.ts'
import type { SealedSecrets } from '#coordinator/identity/sealed-secrets.ts'
import type { Authentication } from './authentication.ts'
import type { Idempotency } from './idempotency.ts'
import { IdempotencyHeaders, IdParams, Nullable, problems, Time } from './schemas.ts'
import type { App } from './types.ts'

const Text = Type.String()

const ConnectionView = Type.Object({
  connection_id: Text,
  project_id: Text,
  name: Text,
  kind: Type.Enum([...KINDS]),
  host: Nullable(Text),
  port: Nullable(Type.Integer()),
  database: Nullable(Text),
  user: Nullable(Text),
  tls: Nullable(Type.Enum([...TLS_MODES])),
  file: Nullable(Text, 'Of SQLite'),
  password: Type.Enum(['sealed', 'reference', 'none'], { description: 'How it is kept' }),
  options: Type.Required(OptionsBody),
  created_by: Text,
  created_at: Time,
})

const TestView = Type.Object({
  kind: Type.Enum([...KINDS]),
  server_version: Text,
  milliseconds: Type.Integer(),
})

const ListQuery = Type.Object({
  project_id: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
})

export type ConnectionRoutesDeps = {
  auth: Authentication
  idempotency: Idempotency
  database: Database
  secrets: SealedSecrets
  connections: ConnectionSettings
}

export function connectionRoutes(app: App, deps: ConnectionRoutesDeps): void {
  listRoute(app, deps)
  createRoute(app, deps)
  getRoute(app, deps)
  testRoute(app, deps)
  deleteRoute(app, deps)
}

function listRoute(app: App, { auth, database }: ConnectionRoutesDeps): void {
  app.route({
    method: 'GET',
    url: '/api/connections',
    schema: {
      operationId: 'connections.list',
      tags: ['Connections'],
      summary: 'Connections of the caller’s projects, newest first, at most 1000',
      querystring: ListQuery,
      response: {
        200: Type.Object({ connections: Type.Array(ConnectionView) }),
        ...problems(400, 401, 403),
      },
    },
    handler: async (request) => {
      const principal = auth.principalOf(request)
      requireScope(principal, 'jobs:read')
      const projectId = request.query.project_id ?? null
      const rows = await listConnections(database, principal, { projectId })
      return { connections: rows.map(connectionView) }
    },
  })
}

function createRoute(app: App, deps: ConnectionRoutesDeps): void {
  app.route({
    method: 'POST',
    url: '/api/connections',
    schema: {
      operationId: 'connections.create',
      tags: ['Connections'],
      summary: 'Name a database to write into; its password is sealed at once and never shown',
      headers: IdempotencyHeaders,
      body: NewConnectionBody,
      response: { 201: ConnectionView, ...problems(400, 401, 403, 404, 409, 422) },
    },
    // The handler checks the body, so that one answer names every bad field, and none shows a secret.
    validatorCompiler: () => () => true,
    handler: (request, reply) => create(request, reply, deps),
  })
}

async function create(request: FastifyRequest, reply: FastifyReply, deps: ConnectionRoutesDeps) {
  const principal = deps.auth.principalOf(request)
  requireScope(principal, 'jobs:write')
  const made = readNewConnection(request.body)
  const body = await withoutSecrets(deps.secrets, request.body as object)
  const answer = await deps.idempotency.reply(
    request,
    reply,
    async (settle) => {
      const row = await createConnection(deps, principal, made, async (sql, stored) =>
        settle?.(sql, createdOf(stored)),
      )
      return createdOf(row)
    },
    { body },
  )
  return reply.send(answer)
}

function getRoute(app: App, { auth, database }: ConnectionRoutesDeps): void {
  app.route({
    method: 'GET',
    url: '/api/connections/:id',
    schema: {
      operationId: 'connections.get',
      tags: ['Connections'],
      summary: 'A connection, without its password',
      params: IdParams,
      response: { 200: ConnectionView, ...problems(401, 403, 404) },
    },
    handler: async (request) => {
      const principal = auth.principalOf(request)
      requireScope(principal, 'jobs:read')
      return connectionView(await readConnection(database, principal, request.params.id))
    },
  })
}

function testRoute(app: App, deps: ConnectionRoutesDeps): void {
  const { auth, database: sql, secrets, connections: settings } = deps
  app.route({
    method: 'POST',
    url: '/api/connections/:id/test',
    schema: {
      operationId: 'connections.test',
      tags: ['Connections'],
      summary: 'Connect now: the version of the server, or why it cannot be used',
      params: IdParams,
      response: { 200: TestView, ...problems(400, 401, 403, 404, 424) },
    },
    handler: async (request, reply) => {
      const principal = auth.principalOf(request)
      const row = await readConnection(sql, principal, request.params.id)
      requireScope(principal, 'jobs:write')
      requireRole(principal, row.role, 'editor')
      const gone = new AbortController()
      reply.raw.once('close', () => gone.abort())
      return testConnection({ sql, secrets, settings }, row.id, { signal: gone.signal })
    },
  })
}

function deleteRoute(app: App, { auth, database }: ConnectionRoutesDeps): void {
  app.route({
    method: 'DELETE',
    url: '/api/connections/:id',
    schema: {
      operationId: 'connections.delete',
      tags: ['Connections'],
      summary: 'Forget a connection and its password; refused while a job writes into it',
      params: IdParams,
      response: { 204: Type.Null(), ...problems(401, 403, 404, 409) },
    },
    handler: async (request, reply) => {
      const principal = auth.principalOf(request)
      requireScope(principal, 'jobs:write')
      await deleteConnection(database, principal, request.params.id)
      return reply.code(204).send(null)
    },
  })
}

function createdOf(row: ConnectionRow) {
  const location = `/api/connections/${row.id}`
  return { status: 201, body: connectionView(row), location, resourceId: row.id }
}

function connectionView({ id, username, created_at, role: _role, ...rest }: ConnectionRow) {
  return { connection_id: id, user: username, ...rest, created_at: created_at.toISOString() }
}
