// Connections as their project has them: made, listed, read, removed. What leaves here has no secret in it.

import type { Database, Sql } from '#coordinator/database/database.ts'
import { isId, newId } from '#coordinator/identity/new-id.ts'
import {
  isAdmin,
  type Principal,
  type ProjectRole,
  requireRole,
  viewer,
} from '#coordinator/identity/principals.ts'
import { projectForWriting } from '#coordinator/identity/projects.ts'
import type { SealedSecrets } from '#coordinator/identity/sealed-secrets.ts'
import { AppError } from '#engine/errors.ts'
import { type ConnectionOptions, noConnection, type TlsMode } from './connection.ts'
import { sealPassword } from './password.ts'
import type { NewConnection } from './read-connection.ts'

const PER_PROJECT_MAX = 200
const LIST_MAX = 1000
const UNIQUE_VIOLATION = '23505'

export type ConnectionRow = {
  id: string
  project_id: string
  name: string
  kind: 'postgresql' | 'mysql' | 'sqlite'
  host: string | null
  port: number | null
  database: string | null
  username: string | null
  tls: TlsMode | null
  file: string | null
  password: 'sealed' | 'reference' | 'none'
  options: ConnectionOptions
  created_by: string
  created_at: Date
  /** The caller's role in the project; null for an administrator who is not a member. */
  role: ProjectRole | null
}

const COLUMNS = `c.id, c.project_id, c.name, c.kind, c.host, c.port, c.database, c.username, c.tls, c.file,
  case when c.password_sealed is not null then 'sealed' when c.password_ref is not null then 'reference'
    else 'none' end as password, c.options, c.created_by, c.created_at, m.role`

const FROM = `from connections c left join project_members m on m.project_id = c.project_id and m.user_id = $1
  where ($2 or m.user_id is not null)`

/** All that the caller sees, or those of one project, newest first, at most 1000. */
export function listConnections(
  sql: Sql,
  principal: Principal,
  { projectId }: { projectId: string | null },
): Promise<ConnectionRow[]> {
  return sql.query<ConnectionRow>(
    `select ${COLUMNS} ${FROM} and ($3::text is null or c.project_id = $3)
     order by c.created_at desc, c.id limit ${LIST_MAX}`,
    [...viewer(principal), projectId],
  )
}

/** Throws AppError `not_found` when it does not exist or is not the caller's to see. */
export async function readConnection(
  sql: Sql,
  principal: Principal,
  id: string,
  { lock = false }: { lock?: boolean } = {},
): Promise<ConnectionRow> {
  const [row] = isId(id)
    ? await sql.query<ConnectionRow>(
        `select ${COLUMNS} ${FROM} and c.id = $3 ${lock ? 'for update of c' : ''}`,
        [...viewer(principal), id],
      )
    : []
  if (row === undefined) throw noConnection(id)
  return row
}

type Deps = { database: Database; secrets: SealedSecrets }

/**
 * `settle` runs in the transaction that creates. Throws AppError `not_found` and `forbidden` for the project or a
 * reference, `conflict` for a name that is taken or a project that is full.
 */
export async function createConnection(
  { database, secrets }: Deps,
  principal: Principal,
  made: NewConnection,
  settle: (sql: Sql, row: ConnectionRow) => Promise<void>,
): Promise<ConnectionRow> {
  if (made.password !== null && 'ref' in made.password && !isAdmin(principal)) {
    throw new AppError(
      'forbidden',
      'Only an administrator of the installation names a secret by password_ref; send password.',
    )
  }
  const id = newId('con')
  const sealed =
    made.password !== null && 'text' in made.password
      ? await sealPassword(secrets, id, made.password.text)
      : null
  return database.transaction(async (sql) => {
    const project = await projectForWriting(sql, principal, made.projectId)
    await requireRoom(sql, project.id)
    await insert(sql, { id, projectId: project.id, createdBy: principal.userId, sealed, made })
    const row = await readConnection(sql, principal, id)
    await settle(sql, row)
    return row
  })
}

async function requireRoom(sql: Sql, projectId: string): Promise<void> {
  await sql.query('select 1 from projects where id = $1 for no key update', [projectId])
  const [row] = await sql.query<{ count: number }>(
    'select count(*)::int as count from connections where project_id = $1',
    [projectId],
  )
  if ((row?.count ?? 0) < PER_PROJECT_MAX) return
  throw new AppError('conflict', `A project has at most ${PER_PROJECT_MAX} connections.`)
}

type Insert = {
  id: string
  projectId: string
  createdBy: string
  sealed: Buffer | null
  made: NewConnection
}

async function insert(sql: Sql, { id, projectId, createdBy, sealed, made }: Insert): Promise<void> {
  const { name, place, password, options } = made
  const server = place.kind === 'sqlite' ? null : place
  const ref = password !== null && 'ref' in password ? password.ref : null
  const columns = [server?.host, server?.port, server?.database, server?.user, server?.tls]
  const file = place.kind === 'sqlite' ? place.file : null
  try {
    await sql.query(
      `insert into connections (id, project_id, name, kind, host, port, database, username, tls, file,
         password_sealed, password_ref, options, created_by)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
      [
        ...[id, projectId, name, place.kind],
        ...columns.map((value) => value ?? null),
        ...[file, sealed, ref, options, createdBy],
      ],
    )
  } catch (error) {
    if ((error as { code?: unknown }).code !== UNIQUE_VIOLATION) throw error
    throw new AppError('conflict', 'The project has a connection of this name already.')
  }
}

/** Throws `not_found`, `forbidden`, or `conflict` while a job that writes into it is not over. */
export function deleteConnection(
  database: Database,
  principal: Principal,
  id: string,
): Promise<void> {
  return database.transaction(async (sql) => {
    // The lock waits for jobs that are being submitted; later ones find no connection.
    const row = await readConnection(sql, principal, id, { lock: true })
    requireRole(principal, row.role, 'editor')
    const [job] = await sql.query<{ id: string }>(
      `select j.id from job_connections u join jobs j on j.id = u.job_id
       where u.connection_id = $1 and j.status in ('pending', 'generating', 'paused') limit 1`,
      [id],
    )
    if (job !== undefined) {
      throw new AppError('conflict', `The job ${job.id} writes into it; cancel it or wait for it.`)
    }
    await sql.query('delete from connections where id = $1', [id])
  })
}
