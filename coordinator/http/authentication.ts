// Finds out who calls, once per request, from X-API-Key or Authorization: Bearer.

import type { FastifyRequest } from 'fastify'
import type { ApiKeys } from '#coordinator/identity/api-keys.ts'
import type { Principal } from '#coordinator/identity/principals.ts'
import { AppError } from '#engine/errors.ts'

type Hook = (request: FastifyRequest) => Promise<void>

export type Authentication = {
  /** Hook for routes that need a login: throws `unauthorized`. */
  required: Hook
  /** Hook for open routes: wrong credentials are refused, none are fine. */
  optional: Hook
  /** Throws `unauthorized` when nobody is logged in. */
  principalOf(request: FastifyRequest): Principal
  principalIfAny(request: FastifyRequest): Principal | null
}

export function createAuthentication(keys: ApiKeys): Authentication {
  const principals = new WeakMap<FastifyRequest, Principal>()
  const optional: Hook = async (request) => {
    const credential = credentialOf(request)
    if (credential === null) return
    const principal = await keys.authenticate(credential)
    if (principal === null) {
      throw new AppError('unauthorized', 'The API key is unknown or revoked.')
    }
    principals.set(request, principal)
  }
  const principalOf = (request: FastifyRequest): Principal => {
    const principal = principals.get(request)
    if (principal !== undefined) return principal
    throw new AppError('unauthorized', 'This call needs credentials.')
  }
  return {
    optional,
    async required(request) {
      await optional(request)
      principalOf(request)
    },
    principalOf,
    principalIfAny: (request) => principals.get(request) ?? null,
  }
}

function credentialOf(request: FastifyRequest): string | null {
  const key = request.headers['x-api-key']
  if (typeof key === 'string') return key
  const [scheme = '', token] = (request.headers.authorization ?? '').split(' ')
  return scheme.toLowerCase() === 'bearer' && token !== undefined ? token : null
}
