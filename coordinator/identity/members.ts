// Who belongs to a project, and as what. A project has an owner at any time.

import type { Database, Sql } from '#coordinator/database/database.ts'
import { AppError } from '#engine/errors.ts'
import { type Principal, type ProjectRole, requireRole } from './principals.ts'
import { readProject } from './projects.ts'

export type Member = { user_id: string; email: string; username: string; role: ProjectRole }

/** One of them. */
export type UserName = { user_id?: string; email?: string; username?: string }

const SELECT = `select u.id as user_id, u.email, u.username, m.role
  from project_members m join users u on u.id = m.user_id where m.project_id = $1`

/** Owners first. Throws `not_found` for a project that the caller does not see. */
export async function listMembers(
  sql: Sql,
  principal: Principal,
  projectId: string,
): Promise<Member[]> {
  const { id } = await readProject(sql, principal, projectId)
  return sql.query<Member>(
    `${SELECT} order by array_position(array['owner', 'editor', 'viewer'], m.role), u.username`,
    [id],
  )
}

type NewMember = { user: UserName; role: ProjectRole }

/**
 * `settle` runs in the transaction that adds. Throws `not_found` for the project or the user, `forbidden` for all but
 * owners, `conflict` for a member.
 */
export function addMember(
  database: Database,
  principal: Principal,
  { projectId, user, role }: NewMember & { projectId: string },
  settle: (sql: Sql, member: Member) => Promise<void>,
): Promise<Member> {
  return database.transaction(async (sql) => {
    await lockAsOwner(sql, principal, projectId)
    const [found] = await sql.query<{ id: string }>(
      'select id from users where id = $1 or lower(email) = lower($2) or username = $3 limit 1',
      [user.user_id, user.email, user.username],
    )
    if (found === undefined) throw new AppError('not_found', 'There is no such user.')
    const added = await sql.query(
      `insert into project_members (project_id, user_id, role) values ($1, $2, $3)
       on conflict do nothing returning user_id`,
      [projectId, found.id, role],
    )
    if (added.length === 0)
      throw new AppError('conflict', `${found.id} is a member already; PATCH changes the role.`)
    const member = await readMember(sql, projectId, found.id)
    await settle(sql, member)
    return member
  })
}

type Named = { projectId: string; userId: string }

/** Throws `not_found`, `forbidden` for all but owners, `conflict` where no owner would be left. */
export function changeMember(
  database: Database,
  principal: Principal,
  { projectId, userId, role }: Named & { role: ProjectRole },
): Promise<Member> {
  return database.transaction(async (sql) => {
    await lockAsOwner(sql, principal, projectId)
    await readMember(sql, projectId, userId)
    await sql.query('update project_members set role = $3 where project_id = $1 and user_id = $2', [
      ...[projectId, userId, role],
    ])
    await requireOwner(sql, projectId)
    return readMember(sql, projectId, userId)
  })
}

/** Everyone may leave; else as `changeMember`, and `conflict` for a user whose default project it is. */
export function removeMember(
  database: Database,
  principal: Principal,
  { projectId, userId }: Named,
): Promise<void> {
  return database.transaction(async (sql) => {
    if (userId === principal.userId) await readProject(sql, principal, projectId, { lock: true })
    else await lockAsOwner(sql, principal, projectId)
    await readMember(sql, projectId, userId)
    const gone = await sql.query(
      'delete from project_members where project_id = $1 and user_id = $2 and not is_default returning 1',
      [projectId, userId],
    )
    if (gone.length === 0)
      throw new AppError('conflict', 'It is the default project of this member.')
    await requireOwner(sql, projectId)
  })
}

async function lockAsOwner(sql: Sql, principal: Principal, projectId: string): Promise<void> {
  const { role } = await readProject(sql, principal, projectId, { lock: true })
  requireRole(principal, role, 'owner')
}

async function readMember(sql: Sql, projectId: string, userId: string): Promise<Member> {
  const [member] = await sql.query<Member>(`${SELECT} and m.user_id = $2`, [projectId, userId])
  if (member === undefined) throw new AppError('not_found', 'The project has no such member.')
  return member
}

async function requireOwner(sql: Sql, projectId: string): Promise<void> {
  const owners = await sql.query(
    `select 1 from project_members where project_id = $1 and role = 'owner' limit 1`,
    [projectId],
  )
  if (owners.length === 0)
    throw new AppError('conflict', 'A project has an owner: make somebody else one first.')
}
