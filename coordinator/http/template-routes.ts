// Ready configs to start from, by name. They are part of the release, so anyone may read them.

import Type from 'typebox'
import { templates } from '#coordinator/jobs/templates.ts'
import { AppError } from '#engine/errors.ts'
import { problems } from './schemas.ts'
import type { App } from './types.ts'

const Summary = Type.Object({
  name: Type.String(),
  description: Type.String(),
  tables: Type.Array(Type.String()),
})

const TemplateView = Type.Object({
  ...Summary.properties,
  config: Type.String({ description: 'YAML, as POST /api/jobs takes it in config' }),
})

export function templateRoutes(app: App): void {
  app.route({
    method: 'GET',
    url: '/api/templates',
    schema: {
      operationId: 'templates.list',
      tags: ['Jobs'],
      summary: 'Ready configs by name',
      security: [],
      response: { 200: Type.Object({ templates: Type.Array(Summary) }) },
    },
    handler: async () => ({
      templates: [...templates().values()].map(({ config: _config, ...summary }) => summary),
    }),
  })
  app.route({
    method: 'GET',
    url: '/api/templates/:name',
    schema: {
      operationId: 'templates.get',
      tags: ['Jobs'],
      summary: 'One ready config, as YAML',
      security: [],
      params: Type.Object({ name: Type.String({ minLength: 1, maxLength: 100 }) }),
      response: { 200: TemplateView, ...problems(404) },
    },
    handler: async (request) => {
      const found = templates().get(request.params.name)
      if (found) return found
      const names = [...templates().keys()].join(', ')
      throw new AppError('not_found', `There is no such template; there are ${names}.`)
    },
  })
}
