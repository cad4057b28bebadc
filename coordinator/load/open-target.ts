// The target of a connection, by its kind.

import type { OpenedConnection } from '#coordinator/connections/connection.ts'
import { createMysqlTarget } from './mysql.ts'
import { createPostgresTarget } from './postgres.ts'
import { createSqliteTarget } from './sqlite.ts'
import type { LoadJob, Target } from './target.ts'

/** The caller closes it. */
export function openTarget(connection: OpenedConnection, job: LoadJob): Target {
  switch (connection.kind) {
    case 'postgresql':
      return createPostgresTarget(connection, job)
    case 'sqlite':
      return createSqliteTarget(connection, job)
    case 'mysql':
      return createMysqlTarget(connection, job)
  }
}
