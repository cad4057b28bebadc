// Projects of the caller.

import Type from 'typebox'
import type { Database } from '#coordinator/database/database.ts'
import { requireScope } from '#coordinator/identity/principals.ts'
import { createProject, listProjects, type Project } from '#coordinator/identity/projects.ts'
import type { Authentication } from './authentication.ts'
import type { Idempotency } from './idempotency.ts'
import { IdempotencyHeaders, Nullable, problems, Time } from './schemas.ts'
import type { App } from './types.ts'

const ProjectView = Type.Object({
  project_id: Type.String(),
  name: Type.String(),
  role: Nullable(Type.Enum(['owner', 'editor', 'viewer'])),
  is_default: Type.Boolean(),
  allow_community_compute: Type.Boolean(),
  created_at: Time,
})

const NewProject = Type.Object(
  { name: Type.String({ minLength: 1, maxLength: 100 }) },
  { additionalProperties: false },
)

export type ProjectRoutesDeps = {
  auth: Authentication
  idempotency: Idempotency
  database: Database
}

export function projectRoutes(app: App, { auth, idempotency, database }: ProjectRoutesDeps): void {
  app.route({
    method: 'GET',
    url: '/api/projects',
    schema: {
      operationId: 'projects.list',
      tags: ['Projects'],
      summary: 'Projects that the caller sees',
      response: { 200: Type.Object({ projects: Type.Array(ProjectView) }), ...problems(401) },
    },
    handler: async (request) => {
      const projects = await listProjects(database, auth.principalOf(request))
      return { projects: projects.map(projectView) }
    },
  })
  app.route({
    method: 'POST',
    url: '/api/projects',
    schema: {
      operationId: 'projects.create',
      tags: ['Projects'],
      summary: 'Make a project; the caller becomes its owner',
      headers: IdempotencyHeaders,
      body: NewProject,
      response: { 201: ProjectView, ...problems(400, 401, 403, 409, 422) },
    },
    handler: (request, reply) =>
      idempotency.reply(request, reply, async (settle) => {
        const { name } = request.body
        const principal = auth.principalOf(request)
        requireScope(principal, 'jobs:write')
        const project = await createProject(database, principal, name, async (sql, made) =>
          settle?.(sql, createdOf(made)),
        )
        return createdOf(project)
      }),
  })
}

function createdOf(project: Project) {
  return {
    status: 201,
    body: projectView(project),
    location: `/api/projects/${project.id}`,
    resourceId: project.id,
  }
}

function projectView(project: Project) {
  return {
    project_id: project.id,
    name: project.name,
    role: project.role,
    is_default: project.is_default,
    allow_community_compute: project.allow_community_compute,
    created_at: project.created_at.toISOString(),
  }
}
