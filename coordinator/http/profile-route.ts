// Profiles of datasets: made at the first request, in the background, and kept.

import Type from 'typebox'
import type { Database } from '#coordinator/database/database.ts'
import { readDataset } from '#coordinator/datasets/dataset-row.ts'
import { requireScope } from '#coordinator/identity/principals.ts'
import { type ProfilePart, readProfile } from '#coordinator/measurements/profile-row.ts'
import type { Authentication } from './authentication.ts'
import { IdParams, problems } from './schemas.ts'
import type { App } from './types.ts'

const RETRY_AFTER_SECONDS = 1

const CONFIG = { part: 'config', type: 'application/yaml; charset=utf-8' } as const
const FORMS: Record<'json' | 'html' | 'config' | 'yaml', { part: ProfilePart; type: string }> = {
  json: { part: 'document', type: 'application/json; charset=utf-8' },
  html: { part: 'page', type: 'text/html; charset=utf-8' },
  config: CONFIG,
  yaml: CONFIG,
}

/** Nothing of a measured page loads or runs. */
export const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"

const Waiting = Type.Object(
  {
    status: Type.Enum(['pending']),
    progress: Type.Number({
      minimum: 0,
      maximum: 1,
      description: 'Share of the file that is read, every few seconds; 0 before it is begun',
    }),
  },
  { description: 'It is made; ask again after Retry-After' },
)

export function profileRoute(
  app: App,
  { auth, database }: { auth: Authentication; database: Database },
): void {
  app.route({
    method: 'GET',
    url: '/api/datasets/:id/profile',
    schema: {
      operationId: 'datasets.profile',
      tags: ['Datasets'],
      summary: 'What is in a dataset: columns, pairs, keys, patterns, quality',
      description:
        'Without personal values and ids. As JSON, as a page for people, or as a generation config in YAML that imitates the dataset (config, or yaml).',
      params: IdParams,
      querystring: Type.Object({
        format: Type.Optional(Type.Enum(['json', 'html', 'config', 'yaml'], { default: 'json' })),
      }),
      response: {
        200: {
          description: 'The profile',
          content: {
            'application/json': { schema: Type.Object({}, { additionalProperties: true }) },
            'text/html': { schema: Type.String() },
            'application/yaml': { schema: Type.String() },
          },
        },
        202: Waiting,
        ...problems(400, 401, 403, 404),
      },
    },
    handler: async (request, reply) => {
      const principal = auth.principalOf(request)
      const dataset = await readDataset(database, principal, request.params.id)
      requireScope(principal, 'jobs:read')
      const { part, type } = FORMS[request.query.format ?? 'json']
      const { bytes, progress } = await readProfile(database, dataset, part)
      if (bytes === null)
        return reply
          .code(202)
          .header('retry-after', RETRY_AFTER_SECONDS)
          .send({ status: 'pending', progress })
      if (part === 'page') reply.header('content-security-policy', PAGE_POLICY)
      return reply.header('content-type', type).send(bytes)
    },
  })
}
