// What happens around every request: credentials of refusals and changes into the audit log, times into the metrics.

import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Audit } from '#coordinator/identity/audit.ts'
import type { Metrics } from '#coordinator/metrics.ts'
import type { Authentication } from './authentication.ts'
import type { App } from './types.ts'

const REFUSALS = new Set([401, 403])
const READS = new Set(['GET', 'HEAD', 'OPTIONS'])

export function observeRequests(
  app: App,
  { auth, audit, metrics }: { auth: Authentication; audit: Audit; metrics: Metrics },
): void {
  app.addHook('onResponse', async (request, reply) => {
    metrics.observeRequest({
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      seconds: reply.elapsedTime / 1000,
    })
    recordCall(request, reply, { auth, audit })
  })
}

function recordCall(
  request: FastifyRequest,
  reply: FastifyReply,
  { auth, audit }: { auth: Authentication; audit: Audit },
): void {
  const refused = REFUSALS.has(reply.statusCode)
  const changed = !READS.has(request.method) && reply.statusCode < 400
  if (!refused && !changed) return
  const principal = auth.principalIfAny(request)
  const location = reply.getHeader('location')
  audit.record({
    principal: principal?.userId ?? 'anonymous',
    action: actionOf(request),
    resource: typeof location === 'string' ? location : pathOf(request),
    outcome: refused ? 'refused' : 'allowed',
    details: {
      request_id: request.id,
      status: reply.statusCode,
      ip: request.ip,
      ...(principal === null ? {} : { key: principal.keyId }),
    },
  })
}

function actionOf(request: FastifyRequest): string {
  const schema = request.routeOptions.schema as { operationId?: string } | undefined
  return schema?.operationId ?? `${request.method} ${request.routeOptions.url ?? 'unknown route'}`
}

/** Without the query string: it may hold a signature. */
function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? ''
}
