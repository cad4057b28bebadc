// Brings the schema up to date: numbered SQL files, each in its own transaction, under one lock.

import { readdir, readFile } from 'node:fs/promises'
import type { Database, Sql } from './database.ts'

const FOLDER = new URL('./migrations/', import.meta.url)
/** Any constant: replicas that start together queue here. */
const LOCK = 7_304_918

/** Those of this release that the database has not seen, by name. */
export async function missingMigrations(sql: Sql): Promise<string[]> {
  const [table] = await sql.query<{ name: string | null }>(
    `select to_regclass('schema_migrations')::text as name`,
  )
  if (table?.name === null) return migrationNames()
  const rows = await sql.query<{ name: string }>('select name from schema_migrations')
  const applied = new Set(rows.map(({ name }) => name))
  return (await migrationNames()).filter((name) => !applied.has(name))
}

/** Of this release, ascending. */
export const migrationNames = async (): Promise<string[]> =>
  (await readdir(FOLDER)).filter((name) => name.endsWith('.sql')).sort()

/** Runs what is missing and returns the names that ran; safe to call from every replica at once. */
export async function migrate(database: Database): Promise<string[]> {
  const ran: string[] = []
  for (const name of await missingMigrations(database)) {
    const sql = await readFile(new URL(name, FOLDER), 'utf8')
    if (await database.transaction((tx) => apply(tx, name, sql))) ran.push(name)
  }
  return ran
}

async function apply(tx: Sql, name: string, sql: string): Promise<boolean> {
  await tx.query('select pg_advisory_xact_lock($1)', [LOCK])
  await tx.query(
    'create table if not exists schema_migrations (name text primary key, applied_at timestamptz not null default now())',
  )
  const done = await tx.query('select 1 from schema_migrations where name = $1', [name])
  if (done.length > 0) return false
  await tx.query(sql)
  await tx.query('insert into schema_migrations (name) values ($1)', [name])
  return true
}
