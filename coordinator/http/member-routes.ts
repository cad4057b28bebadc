// Members of projects and their roles.

import Type from 'typebox'
import type { Database } from '#coordinator/database/database.ts'
import {
  addMember,
  changeMember,
  listMembers,
  type Member,
  removeMember,
} from '#coordinator/identity/members.ts'
import { requireScope } from '#coordinator/identity/principals.ts'
import { AppError } from '#engine/errors.ts'
import type { Authentication } from './authentication.ts'
import type { Idempotency } from './idempotency.ts'
import { IdempotencyHeaders, IdParams, problems } from './schemas.ts'
import type { App } from './types.ts'

const Role = Type.Enum(['owner', 'editor', 'viewer'])
const UserId = Type.String({ minLength: 1, maxLength: 100 })

const MemberView = Type.Object({
  user_id: Type.String(),
  email: Type.String(),
  username: Type.String(),
  role: Role,
})

const MemberParams = Type.Object({ ...IdParams.properties, user_id: UserId })

const NewMember = Type.Object(
  {
    user_id: Type.Optional(UserId),
    email: Type.Optional(Type.String({ minLength: 3, maxLength: 320 })),
    username: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    role: Role,
  },
  { additionalProperties: false, description: 'user_id, email or username, and a role' },
)

type MemberRoutesDeps = { auth: Authentication; idempotency: Idempotency; database: Database }

export function memberRoutes(app: App, deps: MemberRoutesDeps): void {
  listRoute(app, deps)
  addRoute(app, deps)
  changeRoute(app, deps)
  removeRoute(app, deps)
}

function listRoute(app: App, { auth, database }: MemberRoutesDeps): void {
  app.route({
    method: 'GET',
    url: '/api/projects/:id/members',
    schema: {
      operationId: 'projects.members.list',
      tags: ['Projects'],
      summary: 'Members of a project, owners first',
      params: IdParams,
      response: { 200: Type.Object({ members: Type.Array(MemberView) }), ...problems(401, 404) },
    },
    handler: async (request) => ({
      members: await listMembers(database, auth.principalOf(request), request.params.id),
    }),
  })
}

function addRoute(app: App, { auth, database, idempotency }: MemberRoutesDeps): void {
  app.route({
    method: 'POST',
    url: '/api/projects/:id/members',
    schema: {
      operationId: 'projects.members.add',
      tags: ['Projects'],
      summary: 'Add a user to a project',
      params: IdParams,
      headers: IdempotencyHeaders,
      body: NewMember,
      response: { 201: MemberView, ...problems(400, 401, 403, 404, 409, 422) },
    },
    handler: (request, reply) =>
      idempotency.reply(request, reply, async (settle) => {
        const principal = auth.principalOf(request)
        requireScope(principal, 'jobs:write')
        const { role, ...user } = request.body
        if (Object.keys(user).length !== 1)
          throw new AppError('invalid_request', 'Name the user by user_id, email or username.')
        const { id: projectId } = request.params
        const made = await addMember(
          database,
          principal,
          { projectId, user, role },
          async (sql, member) => settle?.(sql, createdOf(projectId, member)),
        )
        return createdOf(projectId, made)
      }),
  })
}

function createdOf(projectId: string, member: Member) {
  const location = `/api/projects/${projectId}/members/${member.user_id}`
  return { status: 201, body: member, location, resourceId: member.user_id }
}

function changeRoute(app: App, { auth, database }: MemberRoutesDeps): void {
  app.route({
    method: 'PATCH',
    url: '/api/projects/:id/members/:user_id',
    schema: {
      operationId: 'projects.members.change',
      tags: ['Projects'],
      summary: 'Change the role of a member',
      params: MemberParams,
      body: Type.Object({ role: Role }, { additionalProperties: false }),
      response: { 200: MemberView, ...problems(400, 401, 403, 404, 409) },
    },
    handler: (request) => {
      const principal = auth.principalOf(request)
      requireScope(principal, 'jobs:write')
      const { id: projectId, user_id: userId } = request.params
      return changeMember(database, principal, { projectId, userId, role: request.body.role })
    },
  })
}

function removeRoute(app: App, { auth, database }: MemberRoutesDeps): void {
  app.route({
    method: 'DELETE',
    url: '/api/projects/:id/members/:user_id',
    schema: {
      operationId: 'projects.members.remove',
      tags: ['Projects'],
      summary: 'Remove a member; everyone may remove themselves',
      params: MemberParams,
      response: { 204: Type.Null(), ...problems(401, 403, 404, 409) },
    },
    handler: async (request, reply) => {
      const principal = auth.principalOf(request)
      requireScope(principal, 'jobs:write')
      const { id: projectId, user_id: userId } = request.params
      await removeMember(database, principal, { projectId, userId })
      return reply.code(204).send(null)
    },
  })
}
