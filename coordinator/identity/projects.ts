// Projects own everything. Whoever is not a member does not see them.

import type { Database, Sql } from '#coordinator/database/database.ts'
import { AppError } from '#engine/errors.ts'
import { newId } from './new-id.ts'
import { isAdmin, type Principal, type ProjectRole, requireRole } from './principals.ts'

export type Project = {
  id: string
  name: string
  created_at: Date
  allow_community_compute: boolean
  /** Null for an administrator who is not a member. */
  role: ProjectRole | null
  is_default: boolean
}

const COLUMNS = `p.id, p.name, p.created_at, p.allow_community_compute, m.role, coalesce(m.is_default, false) as is_default
  from projects p left join project_members m on m.project_id = p.id and m.user_id = $1`

/** All that the caller sees, oldest first. */
export function listProjects(sql: Sql, principal: Principal): Promise<Project[]> {
  return sql.query<Project>(
    `select ${COLUMNS} where $2 or m.user_id is not null order by p.created_at, p.id limit 1000`,
    [principal.userId, isAdmin(principal)],
  )
}

/** The caller becomes its owner; it is the default where there was none. */
export function createProject(
  database: Database,
  principal: Principal,
  name: string,
  settle: (sql: Sql, project: Project) => Promise<void>,
): Promise<Project> {
  return database.transaction(async (sql) => {
    const id = newId('prj')
    await sql.query('insert into projects (id, name) values ($1, $2)', [id, name])
    await sql.query(
      `insert into project_members (project_id, user_id, role, is_default)
       values ($1, $2, 'owner', not exists (select 1 from project_members where user_id = $2 and is_default))`,
      [id, principal.userId],
    )
    const [project] = await sql.query<Project>(`select ${COLUMNS} where p.id = $2`, [
      principal.userId,
      id,
    ])
    await settle(sql, project as Project)
    return project as Project
  })
}

/**
 * The project to put something new into: the one asked for, else the caller's default. Throws `not_found` when the
 * caller does not see it, `forbidden` when the caller may only look.
 */
export async function projectForWriting(
  sql: Sql,
  principal: Principal,
  projectId: string | null,
): Promise<{ id: string }> {
  const [project] = await sql.query<{ id: string; role: ProjectRole | null }>(
    projectId === null
      ? 'select project_id as id, role from project_members where user_id = $1 and is_default'
      : `select p.id, m.role from projects p left join project_members m on m.project_id = p.id and m.user_id = $1
         where p.id = $2 and ($3 or m.user_id is not null)`,
    projectId === null ? [principal.userId] : [principal.userId, projectId, isAdmin(principal)],
  )
  if (project === undefined) {
    const detail = projectId === null ? 'You have no project yet.' : 'There is no such project.'
    throw new AppError('not_found', detail)
  }
  requireRole(principal, project.role, 'editor')
  return { id: project.id }
}
