// The part of a submission that names a database: whose connection it is, and what is to be done in it.

import type Type from 'typebox'
import type { Static } from 'typebox'
import { type ConnectionRow, readConnection } from '#coordinator/connections/connections.ts'
import type { Sql } from '#coordinator/database/database.ts'
import type { Principal } from '#coordinator/identity/principals.ts'
import type { LOAD_FIELDS } from '#coordinator/load/fields.ts'
import { type LoadSettings, SCHEMA_DEFAULT } from '#coordinator/load/settings.ts'
import { MARKERS } from '#coordinator/load/target.ts'
import { quote } from '#engine/config/problem.ts'
import type { ResolvedConfig } from '#engine/config/types.ts'
import type { Problem } from '#engine/errors.ts'

export type JobConnection = Pick<ConnectionRow, 'id' | 'project_id' | 'kind'>

type Asked = Static<Type.TObject<typeof LOAD_FIELDS>>

const PROJECT_HINT = 'Send the project_id of the connection, or none.'

/**
 * The connection that a body names, if it names one. Throws `not_found` when there is none, or the caller does not see
 * its project.
 */
export async function connectionOf(
  sql: Sql,
  principal: Principal,
  body: unknown,
): Promise<JobConnection | null> {
  const id = (body as { output?: { connection?: unknown } | null } | null)?.output?.connection
  if (typeof id !== 'string' || id === '') return null
  return readConnection(sql, principal, id)
}

/** What does not fit the connection in a body of the right shape. */
export function loadProblems(
  { output = {}, project_id: projectId }: { output?: Asked; project_id?: string },
  connection: JobConnection | null,
): Problem[] {
  const problems: Problem[] = []
  const refuse = (key: string, message: string, hint: string) =>
    problems.push({ path: `/${key}`, message, hint })
  for (const key of ['schema', 'mode'] as const)
    if (output[key] !== undefined && connection === null)
      refuse(`output/${key}`, `${key} needs a connection`, 'Send connection, or leave it out.')
  if (connection === null) return problems
  if (output.schema !== undefined && connection.kind !== 'postgresql')
    refuse(
      'output/schema',
      `schema is for PostgreSQL, not for ${connection.kind}`,
      'Leave schema out: the connection names the database.',
    )
  if (projectId !== undefined && projectId !== connection.project_id)
    refuse('project_id', 'The connection belongs to another project', PROJECT_HINT)
  return problems
}

/** Names of tables that databases take and loading does not. */
export function nameProblems({ tables }: ResolvedConfig): Problem[] {
  return tables
    .filter(({ name }) => name.toLowerCase() === MARKERS)
    .map(({ name }) => ({
      path: '/config',
      message: `No table can be named ${quote(name)}: what is loaded is written down in one of that name`,
      hint: 'Rename it.',
    }))
}

export function loadSettingsOf(
  { mode = 'create', schema }: Asked,
  { id, kind }: JobConnection,
): LoadSettings {
  return {
    connection_id: id,
    kind,
    mode,
    schema: kind === 'postgresql' ? (schema ?? SCHEMA_DEFAULT) : null,
  }
}
