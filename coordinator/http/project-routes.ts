// Projects of the caller: made, shown, changed, deleted. Their members are in member-routes.ts.

import Type from 'typebox'
import type { Database } from '#coordinator/database/database.ts'
import { deleteProject } from '#coordinator/identity/delete-project.ts'
import { requireScope } from '#coordinator/identity/principals.ts'
import {
  changeProject,
  createProject,
  listProjects,
  type Project,
  readProject,
} from '#coordinator/identity/projects.ts'
import type { Authentication } from './authentication.ts'
import type { Idempotency } from './idempotency.ts'
import { IdempotencyHeaders, IdParams, Nullable, problems, Time } from './schemas.ts'
import type { App } from './types.ts'

const Name = Type.String({ minLength: 1, maxLength: 100 })
const Description = Type.String({ maxLength: 2_000 })

const ProjectView = Type.Object({
  project_id: Type.String(),
  name: Type.String(),
  description: Type.String(),
  role: Nullable(Type.Enum(['owner', 'editor', 'viewer'])),
  is_default: Type.Boolean(),
  allow_community_compute: Type.Boolean(),
  strict_runtime_class: Type.Boolean(),
  created_at: Time,
})

const NewProject = Type.Object(
  { name: Name, description: Type.Optional(Description) },
  { additionalProperties: false },
)

const Changes = Type.Object(
  {
    name: Type.Optional(Name),
    description: Type.Optional(Description),
    allow_community_compute: Type.Optional(
      Type.Boolean({
        description:
          'Workers that are not trusted may learn its datasets and sample its models; false by default',
      }),
    ),
    strict_runtime_class: Type.Optional(
      Type.Boolean({
        description:
          'All rows of a job that samples a model are drawn by workers of one runtime class (version of onnxruntime, processor), so that the same model and seed give the same bytes again; a job waits while there is none',
      }),
    ),
  },
  { additionalProperties: false },
)

export type ProjectRoutesDeps = {
  auth: Authentication
  idempotency: Idempotency
  database: Database
}

export function projectRoutes(app: App, deps: ProjectRoutesDeps): void {
  listRoute(app, deps)
  createRoute(app, deps)
  getRoute(app, deps)
  changeRoute(app, deps)
  deleteRoute(app, deps)
}

function listRoute(app: App, { auth, database }: ProjectRoutesDeps): void {
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
}

function createRoute(app: App, { auth, idempotency, database }: ProjectRoutesDeps): void {
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
        const principal = auth.principalOf(request)
        requireScope(principal, 'jobs:write')
        const project = await createProject(database, principal, request.body, async (sql, made) =>
          settle?.(sql, createdOf(made)),
        )
        return createdOf(project)
      }),
  })
}

function getRoute(app: App, { auth, database }: ProjectRoutesDeps): void {
  app.route({
    method: 'GET',
    url: '/api/projects/:id',
    schema: {
      operationId: 'projects.get',
      tags: ['Projects'],
      summary: 'A project and its settings',
      params: IdParams,
      response: { 200: ProjectView, ...problems(401, 404) },
    },
    handler: async (request) =>
      projectView(await readProject(database, auth.principalOf(request), request.params.id)),
  })
}

function changeRoute(app: App, { auth, database }: ProjectRoutesDeps): void {
  app.route({
    method: 'PATCH',
    url: '/api/projects/:id',
    schema: {
      operationId: 'projects.change',
      tags: ['Projects'],
      summary:
        'Change its name, description or settings; jobs that are submitted from then on follow them',
      params: IdParams,
      body: Changes,
      response: { 200: ProjectView, ...problems(400, 401, 403, 404) },
    },
    handler: async (request) => {
      const principal = auth.principalOf(request)
      requireScope(principal, 'jobs:write')
      const asked = { id: request.params.id, changes: request.body }
      return projectView(await changeProject(database, principal, asked))
    },
  })
}

function deleteRoute(app: App, { auth, database }: ProjectRoutesDeps): void {
  app.route({
    method: 'DELETE',
    url: '/api/projects/:id',
    schema: {
      operationId: 'projects.delete',
      tags: ['Projects'],
      summary: 'Delete a project with its datasets, models, connections and jobs',
      description: 'Refused while a job runs in it, and for a project that is somebody’s default.',
      params: IdParams,
      response: { 204: Type.Null(), ...problems(401, 403, 404, 409) },
    },
    handler: async (request, reply) => {
      const principal = auth.principalOf(request)
      requireScope(principal, 'jobs:write')
      await deleteProject(database, principal, request.params.id)
      return reply.code(204).send(null)
    },
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
    description: project.description,
    role: project.role,
    is_default: project.is_default,
    allow_community_compute: project.allow_community_compute,
    strict_runtime_class: project.strict_runtime_class,
    created_at: project.created_at.toISOString(),
  }
}
