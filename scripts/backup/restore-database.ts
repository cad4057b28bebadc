// The database of a backup, into a private Postgres of a new data folder or into an empty one of the operator's.
import path from 'node:path'
import { createDatabase } from '#coordinator/database/database.ts'
import { freePort } from '../stack/ports.ts'
import { preparePostgres } from '../stack/postgres.ts'
import { loadSecrets } from '../stack/secrets.ts'
import { StackError } from '../stack/stack-error.ts'
import { createSupervisor } from '../stack/supervisor.ts'
import { postgresOf, readTools } from '../stack/tools.ts'
import type { Manifest } from './manifest.ts'
import { findPrograms, runProgram } from './postgres-tools.ts'

type Target = { databaseUrl: string; manifest: Manifest }

/** Throws StackError when the database is not empty, or its server is older than the one that was saved. */
export async function restoreDatabase(
  dump: string,
  { databaseUrl, manifest }: Target,
): Promise<void> {
  const major = await checkTarget({ databaseUrl, manifest })
  const bin = await findPrograms(major)
  const args = ['--no-owner', '--no-privileges', '--exit-on-error', '--single-transaction', dump]
  await runProgram('pg_restore', { bin, databaseUrl, args })
}

/** The server's major version. */
async function checkTarget({ databaseUrl, manifest }: Target): Promise<number> {
  const database = createDatabase(databaseUrl, { maxConnections: 1, onError: () => undefined })
  try {
    const [row] = await database.query<{ version: number; tables: number }>(
      `select current_setting('server_version_num')::int as version, (select count(*) from pg_catalog.pg_tables
       where schemaname not in ('pg_catalog', 'information_schema'))::int as tables`,
    )
    const major = Math.floor((row?.version ?? 0) / 10_000)
    if (row?.tables !== 0)
      throw new StackError(
        'the database has tables already',
        'Create an empty one and set DATABASE_URL to it: nothing is overwritten.',
      )
    if (major >= manifest.postgres.major) return major
    throw new StackError(
      `the server is Postgres ${major}, and the backup is of Postgres ${manifest.postgres.major}`,
      `Restore on Postgres ${manifest.postgres.major} or later.`,
    )
  } finally {
    await database.close()
  }
}

/** Runs the private Postgres of the data folder while `work` goes on. */
export async function withPrivateDatabase(
  { dataDir, say }: { dataDir: string; say: (line: string) => void },
  work: (databaseUrl: string) => Promise<void>,
): Promise<void> {
  const { spec, url } = await preparePostgres({
    bin: postgresOf(readTools()).bin,
    folder: path.join(dataDir, 'postgres'),
    port: await freePort(),
    password: loadSecrets(dataDir).databasePassword,
    say,
  })
  const supervisor = createSupervisor({ logDir: path.join(dataDir, 'logs'), say })
  try {
    await supervisor.start(spec)
    await work(url)
  } finally {
    await supervisor.stop()
  }
}
