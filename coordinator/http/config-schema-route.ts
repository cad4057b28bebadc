// The JSON Schema of configs, for editors: open to all, and kept by caches until the release changes.

import { createHash } from 'node:crypto'
import Type from 'typebox'
import { publishedSchema } from '#engine/config/published-schema.ts'
import { matches } from './file-response.ts'
import type { App } from './types.ts'

const MAX_AGE_S = 3600

/** Untyped, as what is sent is text already. */
const RESPONSES: Record<string, object> = {
  200: {
    description: 'The schema',
    content: { 'application/schema+json': { schema: Type.Object({}) } },
  },
  304: Type.Null({ description: 'If-None-Match names the present one' }),
}

export function configSchemaRoute(app: App): void {
  const text = publishedSchema()
  const etag = `"${createHash('sha256').update(text).digest('base64url')}"`
  app.route({
    method: 'GET',
    url: '/config.schema.json',
    schema: {
      operationId: 'configSchema',
      tags: ['Instance'],
      summary: 'JSON Schema (draft 2020-12) of the dataset config, for editors',
      security: [],
      response: RESPONSES,
    },
    handler: (request, reply) => {
      reply.header('etag', etag).header('cache-control', `public, max-age=${MAX_AGE_S}`)
      reply.header('access-control-allow-origin', '*')
      if (matches(request.headers['if-none-match'], etag)) return reply.code(304).send()
      return reply.type('application/schema+json').send(text)
    },
  })
}
