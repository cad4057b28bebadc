// Enrolment tokens: what a machine, or a number of them at a time, needs to join the fleet.

import Type from 'typebox'
import type { Database } from '#coordinator/database/database.ts'
import type { EnrollmentTokens, ListedToken } from '#coordinator/identity/enrollment-tokens.ts'
import { requireScope } from '#coordinator/identity/principals.ts'
import { REGIONS } from '#settings/regions.ts'
import type { Authentication } from './authentication.ts'
import type { Idempotency } from './idempotency.ts'
import { IdempotencyHeaders, IdParams, Nullable, problems, Time } from './schemas.ts'
import type { App } from './types.ts'

const DAY_S = 86_400
const MACHINES_MAX = 1_000
const Trust = Type.Enum(['trusted', 'community'])

const TokenView = Type.Object({
  token_id: Type.String(),
  region: Type.String(),
  trust: Trust,
  machines: Nullable(Type.Integer(), 'How many machines at a time; null: one machine, once'),
  state: Type.Enum(['unused', 'open', 'used', 'expired', 'revoked']),
  worker_id: Nullable(Type.String(), 'The worker that enrolled with it last'),
  created_by: Type.String(),
  created_at: Time,
  expires_at: Time,
})

const NewToken = Type.Object(
  {
    region: Type.Enum([...REGIONS]),
    trust: Type.Optional(
      Type.Enum(['trusted', 'community'], {
        default: 'community',
        description:
          'Only trusted workers see real data and private models; community is the default.',
      }),
    ),
    expires_in_seconds: Type.Optional(
      Type.Integer({ minimum: 60, maximum: 366 * DAY_S, default: DAY_S }),
    ),
    machines: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: MACHINES_MAX,
        description:
          'Admits this many machines at a time, again and again until it expires: for groups that a platform starts and stops. Without it the token is good once.',
      }),
    ),
  },
  { additionalProperties: false },
)

const CreatedToken = Type.Object({
  token_id: Type.String(),
  token: Type.String({ description: 'Shown this once' }),
  region: Type.String(),
  trust: Trust,
  machines: Nullable(Type.Integer()),
  expires_at: Time,
})

export type EnrollmentRoutesDeps = {
  auth: Authentication
  idempotency: Idempotency
  database: Database
  enrollmentTokens: EnrollmentTokens
  /** host:port of the fleet gateways, for workers to try. */
  fleetAddresses: string[]
}

export function enrollmentRoutes(app: App, deps: EnrollmentRoutesDeps): void {
  issueRoute(app, deps)
  const { auth, enrollmentTokens } = deps
  app.route({
    method: 'GET',
    url: '/api/enrollment-tokens',
    schema: {
      operationId: 'enrollmentTokens.list',
      tags: ['Fleet'],
      summary: 'The newest 500 enrolment tokens',
      response: { 200: Type.Object({ tokens: Type.Array(TokenView) }), ...problems(401, 403) },
    },
    handler: async (request) => {
      requireScope(auth.principalOf(request), 'fleet')
      return { tokens: (await enrollmentTokens.list()).map(tokenView) }
    },
  })
  app.route({
    method: 'DELETE',
    url: '/api/enrollment-tokens/:id',
    schema: {
      operationId: 'enrollmentTokens.revoke',
      tags: ['Fleet'],
      summary: 'Revoke a token; a worker that used it stays',
      params: IdParams,
      response: { 204: Type.Null(), ...problems(401, 403, 404) },
    },
    handler: async (request, reply) => {
      const principal = auth.principalOf(request)
      requireScope(principal, 'fleet')
      await enrollmentTokens.revoke(request.params.id, { revokedBy: principal.userId })
      return reply.code(204).send(null)
    },
  })
}

function issueRoute(app: App, deps: EnrollmentRoutesDeps): void {
  const { auth, idempotency, database, enrollmentTokens, fleetAddresses } = deps
  app.route({
    method: 'POST',
    url: '/api/enrollment-tokens',
    schema: {
      operationId: 'enrollmentTokens.create',
      tags: ['Fleet'],
      summary: 'A token that makes a machine, or a group of them, workers of a region',
      headers: IdempotencyHeaders,
      body: NewToken,
      response: { 201: CreatedToken, ...problems(400, 401, 403, 409, 422) },
    },
    handler: (request, reply) => {
      const principal = auth.principalOf(request)
      requireScope(principal, 'fleet')
      return idempotency.reply(request, reply, async (settle) => {
        const { region, trust = 'community', expires_in_seconds = DAY_S } = request.body
        const machines = request.body.machines ?? null
        const issued = await enrollmentTokens.issue({
          region,
          trust,
          ttlSeconds: expires_in_seconds,
          machines,
          createdBy: principal.userId,
          addresses: fleetAddresses,
        })
        const created = {
          status: 201,
          body: {
            token_id: issued.id,
            token: issued.token,
            region: issued.region,
            trust,
            machines,
            expires_at: issued.expiresAt.toISOString(),
          },
          location: `/api/enrollment-tokens/${issued.id}`,
          resourceId: issued.id,
          secret: true,
        }
        await settle?.(database, created)
        return created
      })
    },
  })
}

function tokenView({ id, created_at, expires_at, ...rest }: ListedToken) {
  return {
    token_id: id,
    ...rest,
    created_at: created_at.toISOString(),
    expires_at: expires_at.toISOString(),
  }
}
