// A real Postgres for tests: one server per test process, a fresh migrated database per call, nothing left behind.

import { execFile, spawn, spawnSync } from 'node:child_process'
import { existsSync, globSync, rmSync } from 'node:fs'
import { chown, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { promisify } from 'node:util'
import pg from 'pg'
import { createDatabase, type Database } from '#coordinator/database/database.ts'
import { migrate } from '#coordinator/database/migrate.ts'

const run = promisify(execFile)
const USER = 'syndata'
const TEMPLATE = 'syndata_template'
const START_TIMEOUT_MS = 30_000

export type TestDatabase = { url: string; database: Database }

let server: Promise<Server> | undefined
let databases = 0

type Server = { urlOf: (name: string) => string; admin: (sql: string) => Promise<void> }

/** An empty database with the present schema; it and its connections end with the test. */
export async function testDatabase(t: TestContext): Promise<TestDatabase> {
  server ??= startServer()
  const { urlOf, admin } = await server
  databases += 1
  const name = `test_${databases}`
  await admin(`create database ${name} template ${TEMPLATE}`)
  const database = open(urlOf(name))
  t.after(async () => {
    await database.close()
    await admin(`drop database ${name} with (force)`)
  })
  return { url: urlOf(name), database }
}

async function startServer(): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'syndata-pg-'))
  const data = join(folder, 'data')
  const bin = binaries()
  const identity = await unprivileged(folder)
  const options = { ...identity, cwd: folder }
  await run(
    join(bin, 'initdb'),
    ['-D', data, '-U', USER, '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale', 'C'],
    options,
  )
  // A socket in our own folder: no port to collide on, nothing for others to reach.
  const settings = ['listen_addresses=', `unix_socket_directories=${folder}`, 'fsync=off']
  const child = spawn(
    join(bin, 'postgres'),
    ['-D', data, ...settings.flatMap((setting) => ['-c', setting])],
    { ...options, stdio: 'ignore' },
  )
  child.unref()
  process.once('exit', () => {
    spawnSync(join(bin, 'pg_ctl'), ['-D', data, '-m', 'immediate', 'stop'], options)
    rmSync(folder, { recursive: true, force: true })
  })
  const urlOf = (name: string) => `postgresql://${USER}@localhost/${name}?host=${folder}`
  const admin = (sql: string) => once(urlOf('postgres'), sql)
  await untilAnswers(admin)
  await prepareTemplate(urlOf(TEMPLATE), admin)
  return { urlOf, admin }
}

async function prepareTemplate(url: string, admin: Server['admin']): Promise<void> {
  await admin(`create database ${TEMPLATE}`)
  const template = open(url)
  await migrate(template)
  await template.close()
}

/** A connection of its own each time: an open pool would keep the test process alive. */
async function once(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

async function untilAnswers(admin: Server['admin']): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS
  for (;;) {
    try {
      return await admin('select 1')
    } catch (error) {
      if (Date.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

function open(url: string): Database {
  return createDatabase(url, { maxConnections: 10, onError: () => undefined })
}

/** Postgres refuses to run as root. */
async function unprivileged(folder: string): Promise<{ uid?: number; gid?: number }> {
  if (process.getuid?.() !== 0) return {}
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, 'nobody'])).stdout)),
  )
  if (uid === undefined || gid === undefined) throw new Error('there is no user nobody')
  await chown(folder, uid, gid)
  return { uid, gid }
}

function binaries(): string {
  const installed = globSync('/usr/lib/postgresql/*/bin').sort().reverse()
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...installed]
  const found = folders.find((folder) => existsSync(join(folder, 'initdb')))
  if (found === undefined) {
    throw new Error(
      'Postgres is not installed: initdb is neither on PATH nor in /usr/lib/postgresql',
    )
  }
  return existsSync(join(found, 'postgres')) ? found : dirname(join(found, 'initdb'))
}
