// What the OpenAPI document says beyond the routes themselves.

import type { SwaggerOptions } from '@fastify/swagger'
import type { FastifySchema } from 'fastify'
import { ENGINE_VERSION } from '#engine/version.ts'
import { problems } from './schemas.ts'

const DESCRIPTION = `Synthetic data made by a fleet of workers. Times are RFC 3339 in UTC, ids are opaque.
Errors are RFC 9457 problem documents with a stable \`code\`. Every POST that creates something honours \`Idempotency-Key\`.`

const TAGS = [
  { name: 'Jobs', description: 'Generate data, watch it, fetch it' },
  { name: 'Datasets', description: 'Real tables that models learn from' },
  { name: 'Models', description: 'Learn datasets, watch the training, carry models elsewhere' },
  { name: 'Evaluations', description: 'Compare synthetic tables with real ones' },
  { name: 'Connections', description: 'Databases that jobs write into' },
  { name: 'Fleet', description: 'Workers and their enrolment' },
  { name: 'Projects', description: 'Owners of everything' },
  { name: 'Keys', description: 'API keys' },
  { name: 'Aliases', description: 'Calls by the names of earlier interfaces' },
  { name: 'Instance', description: 'Health, figures, metrics' },
]

/** Options for @fastify/swagger-ui: nothing is fetched from elsewhere, and plain HTTP goes on working. */
export const documentPage = {
  routePrefix: '/docs',
  staticCSP:
    "default-src 'self'; base-uri 'self'; frame-ancestors 'self'; img-src 'self' data:; object-src 'none'; script-src 'self'; script-src-attr 'none'; style-src 'self' 'unsafe-inline'",
  uiConfig: { validatorUrl: null },
}

/** Options for @fastify/swagger; `publicUrl` is where callers reach this installation. */
export function documentOptions(publicUrl: string): SwaggerOptions {
  return {
    transform: ({ schema, url }) => ({ schema: withRefusals(schema), url }),
    openapi: {
      openapi: '3.1.0',
      info: { title: 'syndata', description: DESCRIPTION, version: ENGINE_VERSION },
      servers: [{ url: publicUrl }],
      tags: TAGS,
      security: [{ apiKey: [] }, { bearer: [] }],
      components: {
        securitySchemes: {
          apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
          bearer: { type: 'http', scheme: 'bearer' },
        },
      },
    },
  }
}

/** With what the edge refuses before any route is asked: what is not valid, and bodies beyond its limit. */
function withRefusals(schema: FastifySchema): FastifySchema {
  const { querystring, headers, body, response } = schema
  if (response === undefined) return schema
  const checked = [querystring, headers, body].some((part) => part !== undefined)
  const refusals = { ...(checked && problems(400)), ...(body !== undefined && problems(413)) }
  return { ...schema, response: { ...refusals, ...response } }
}
