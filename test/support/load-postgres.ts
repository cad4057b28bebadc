// A real PostgreSQL as the target of loads, and what tests ask of it.

import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import pg from 'pg'
import type { ConnectionOptions, OpenedServer } from '#coordinator/connections/connection.ts'
import { createPostgresTarget } from '#coordinator/load/postgres.ts'
import type { LoadJob, Target } from '#coordinator/load/target.ts'
import type { ResolvedConfig, Scalar } from '#engine/config/types.ts'
import { OPTIONS, rowsOf, sorted } from './load.ts'
import { testDatabase } from './postgres.ts'

export type PostgresServer = {
  client: pg.Client
  /** Closed with the test. */
  open: (job: LoadJob, options?: Partial<ConnectionOptions>) => Target
  count: (table: string) => Promise<number>
}

/** An empty database to load into; it and its connections end with the test. */
export async function targetServer(t: TestContext): Promise<PostgresServer> {
  const { url } = await testDatabase(t)
  const { pathname, searchParams, username } = new URL(url)
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  const opened: OpenedServer = {
    kind: 'postgresql',
    host: searchParams.get('host') ?? '',
    servername: 'localhost',
    port: 5432,
    database: pathname.slice(1),
    user: username,
    password: undefined,
    tls: 'disable',
    options: OPTIONS,
  }
  const targets: Target[] = []
  t.after(async () => {
    await Promise.allSettled(targets.map((target) => target.close()))
    await client.end()
  })
  return {
    client,
    open(job, options = {}) {
      const target = createPostgresTarget({ ...opened, options: { ...OPTIONS, ...options } }, job)
      targets.push(target)
      return target
    },
    count: async (table) =>
      Number((await client.query(`select count(*) from ${quoted(table)}`)).rows[0].count),
  }
}

export const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

/** A value as PostgreSQL says it in text. */
function told(value: Scalar, type: string): Scalar {
  if (typeof value === 'boolean') return String(value)
  if (typeof value !== 'string') return value
  if (type === 'datetime') return value.replace('T', ' ').replace('Z', '')
  return value.toWellFormed().replaceAll('\0', '\ufffd')
}

/** Every value of the table is the engine's own; tables have no order. */
export async function assertSame(client: pg.Client, config: ResolvedConfig, name: string) {
  const columns = config.tables.find((table) => table.name === name)?.columns ?? []
  const list = columns.map((one, i) => `${quoted(one.name)}::text as c${i}`).join(', ')
  const { rows } = await client.query(`select ${list} from ${quoted(name)}`)
  const found = rows.map((row) =>
    columns.map(({ type }, i) => {
      const value = row[`c${i}`] as string | null
      const numeric = ['int', 'float', 'decimal'].includes(type)
      return numeric && value !== null ? Number(value) : value
    }),
  )
  const expected = rowsOf(config, name).map((row) =>
    row.map((value, i) => told(value, columns[i]?.type ?? '')),
  )
  assert.deepEqual(sorted(found), sorted(expected))
}
