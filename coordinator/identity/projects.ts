// Projects own everything. Whoever is not a member does not see them.

import type { Database, Sql } from '#coordinator/database/database.ts'
import { AppError } from '#engine/errors.ts'
import { newId } from './new-id.ts'
import { isAdmin, type Principal, type ProjectRole, requireRole, viewer } from './principals.ts'

export type Project = {
  id: string
  name: string
  description: string
  created_at: Date
  /** Its data and models may be worked on by workers that are not trusted. */
  allow_community_compute: boolean
  /** All rows of a job that samples a model are drawn in one runtime class. */
  strict_runtime_class: boolean
  /** Null for an administrator who is not a member. */
  role: ProjectRole | null
  is_default: boolean
}

const COLUMNS = `p.id, p.name, p.description, p.created_at, p.allow_community_compute, p.strict_runtime_class, m.role, coalesce(m.is_default, false) as is_default
  from projects p left join project_members m on m.project_id = p.id and m.user_id = $1`

/** All that the caller sees, oldest first. */
export function listProjects(sql: Sql, principal: Principal): Promise<Project[]> {
  return sql.query<Project>(
    `select ${COLUMNS} where p.deleted_at is null and ($2 or m.user_id is not null) order by p.created_at, p.id limit 1000`,
    viewer(principal),
  )
}

/** Throws AppError `not_found` when it does not exist or is not the caller's to see; `lock` keeps it as it is. */
export async function readProject(
  sql: Sql,
  principal: Principal,
  id: string,
  { lock = false }: { lock?: boolean } = {},
): Promise<Project> {
  const [project] = await sql.query<Project>(
    `select ${COLUMNS} where p.id = $3 and p.deleted_at is null and ($2 or m.user_id is not null)
     ${lock ? 'for no key update of p' : ''}`,
    [...viewer(principal), id],
  )
  if (project === undefined) throw noProject()
  return project
}

const noProject = (): AppError => new AppError('not_found', 'There is no such project.')

export type ProjectChanges = Partial<
  Pick<Project, 'name' | 'description' | 'allow_community_compute' | 'strict_runtime_class'>
>

/** Jobs that are submitted from then on follow the settings. Throws `not_found`, or `forbidden` for all but owners. */
export function changeProject(
  database: Database,
  principal: Principal,
  { id, changes }: { id: string; changes: ProjectChanges },
): Promise<Project> {
  return database.transaction(async (sql) => {
    const { role } = await readProject(sql, principal, id, { lock: true })
    requireRole(principal, role, 'owner')
    await sql.query(
      `update projects set name = coalesce($2, name),
         allow_community_compute = coalesce($3, allow_community_compute),
         strict_runtime_class = coalesce($4, strict_runtime_class),
         description = coalesce($5, description) where id = $1`,
      [
        ...[id, changes.name, changes.allow_community_compute, changes.strict_runtime_class],
        changes.description,
      ],
    )
    return readProject(sql, principal, id)
  })
}

/** The caller becomes its owner; it is the default where there was none. */
export function createProject(
  database: Database,
  principal: Principal,
  { name, description = '' }: { name: string; description?: string },
  settle: (sql: Sql, project: Project) => Promise<void>,
): Promise<Project> {
  return database.transaction(async (sql) => {
    const id = newId('prj')
    await sql.query('insert into projects (id, name, description) values ($1, $2, $3)', [
      ...[id, name, description],
    ])
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
         where p.id = $2 and p.deleted_at is null and ($3 or m.user_id is not null)`,
    projectId === null ? [principal.userId] : [principal.userId, projectId, isAdmin(principal)],
  )
  if (project === undefined) {
    throw projectId === null ? new AppError('not_found', 'You have no project yet.') : noProject()
  }
  requireRole(principal, project.role, 'editor')
  return { id: project.id }
}
