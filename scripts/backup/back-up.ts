// Saves an installation while it runs. First Temporal, then the database, then the parts: of each the later knows at
// least what the earlier names, and what Temporal has forgotten is started again from the database.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import { createDatabase, type Sql } from '#coordinator/database/database.ts'
import { rootsOf } from '#coordinator/parts/sweeper.ts'
import { openStore } from '#coordinator/storage/open-store.ts'
import { ENGINE_VERSION } from '#engine/version.ts'
import { StackError } from '../stack/stack-error.ts'
import { findInstallation, type Installation, keyDigest } from './installation.ts'
import { digestOf, type Manifest, writeManifest } from './manifest.ts'
import { copyBlocks, missingRoots } from './parts.ts'
import { findPrograms, runProgram } from './postgres-tools.ts'
import { seal } from './sealed-file.ts'

export const FILES = {
  database: 'database.dump',
  temporal: 'temporal.db',
  roots: 'roots.txt',
  secrets: 'secrets.sealed',
  parts: 'parts',
} as const

const ALL_PAGES = 2 ** 31 - 1

export type BackupOptions = {
  /** Of a stack that npm start runs; null: the environment says where everything is. */
  dataDir: string | null
  /** A folder that is not there, or empty. */
  to: string
  parts: 'reference' | 'copy'
  /** Null: the secrets are kept elsewhere. */
  passphrase: string | null
  say: (line: string) => void
}

/** Resolves once the backup is whole. Throws StackError. */
export async function backUp(options: BackupOptions): Promise<Manifest> {
  const { to, say } = options
  const from = findInstallation(options.dataDir)
  if (options.parts === 'copy' && from.store.settings.kind !== 'folder')
    throw new StackError(
      'a bucket is not copied',
      'Use --parts reference, and the bucket’s own versions.',
    )
  if (existsSync(to) && readdirSync(to).length > 0)
    throw new StackError(`${to} is not empty`, 'Give a new folder.')
  mkdirSync(to, { recursive: true, mode: 0o700 })
  const secrets = saveSecrets(from, options)
  const temporal = await saveTemporal(from, to)
  say(temporal.kind === 'file' ? 'Temporal is saved' : 'Temporal keeps its own backups')
  const database = await saveDatabase(from, to)
  say(`the database is saved, with ${database.roots} roots of parts`)
  const parts = await saveParts(from, database.list, options)
  say(
    parts.missing === 0
      ? `all of their parts are in ${from.store.text}`
      : `${parts.missing} roots are not whole in ${from.store.text}`,
  )
  const { migrations, major } = database
  const manifest: Manifest = {
    format: 1,
    made_at: new Date().toISOString(),
    engine_version: ENGINE_VERSION,
    ...{ migrations, postgres: { major }, temporal, secrets },
    parts: { kind: options.parts, store: from.store.text, roots: database.roots, ...parts },
    files: await digests(to),
  }
  await writeManifest(to, manifest)
  return manifest
}

function saveSecrets(
  { masterKey, secretFiles }: Installation,
  { to, passphrase }: BackupOptions,
): Manifest['secrets'] {
  const master_key_sha256 = keyDigest(masterKey)
  if (passphrase === null) return { kind: 'elsewhere', master_key_sha256 }
  writeFileSync(path.join(to, FILES.secrets), seal(secretFiles, passphrase), { mode: 0o600 })
  return { kind: 'sealed', master_key_sha256 }
}

/** In one step, so that no write of the server comes between two pages. */
async function saveTemporal({ temporal }: Installation, to: string): Promise<Manifest['temporal']> {
  if (temporal === null) return { kind: 'none' }
  const source = new DatabaseSync(temporal.file, { readOnly: true, timeout: 10_000 })
  try {
    await backup(source, path.join(to, FILES.temporal), { rate: ALL_PAGES })
  } finally {
    source.close()
  }
  return { kind: 'file', version: temporal.version }
}

type Saved = { migrations: string[]; major: number; roots: number; list: string[] }

/** The dump and the roots are of the same moment. */
async function saveDatabase({ databaseUrl }: Installation, to: string): Promise<Saved> {
  const onError = () => undefined
  const database = createDatabase(databaseUrl, { maxConnections: 1, onError })
  try {
    return await database.transaction(async (sql) => {
      await sql.query('set transaction isolation level repeatable read read only')
      const [{ snapshot, version } = { snapshot: '', version: 0 }] = await sql.query<{
        snapshot: string
        version: number
      }>(
        `select pg_export_snapshot() as snapshot, current_setting('server_version_num')::int as version`,
      )
      const major = Math.floor(version / 10_000)
      const bin = await findPrograms(major)
      const file = path.join(to, FILES.database)
      const args = ['--format=custom', '--no-owner', '--no-privileges', `--snapshot=${snapshot}`]
      await runProgram('pg_dump', { bin, databaseUrl, args: [...args, `--file=${file}`] })
      const list = await allRoots(sql)
      writeFileSync(path.join(to, FILES.roots), list.map((cid) => `${cid}\n`).join(''))
      return { migrations: await migrationsOf(sql), major, roots: list.length, list }
    })
  } finally {
    await database.close()
  }
}

async function allRoots(sql: Sql): Promise<string[]> {
  const roots = new Set<string>()
  for await (const cid of rootsOf(sql)) roots.add(cid)
  return [...roots]
}

async function migrationsOf(sql: Sql): Promise<string[]> {
  const rows = await sql.query<{ name: string }>('select name from schema_migrations order by name')
  return rows.map(({ name }) => name)
}

async function saveParts(
  { store: { settings } }: Installation,
  roots: string[],
  { to, parts }: BackupOptions,
): Promise<{ missing: number }> {
  const copied = { kind: 'folder' as const, dir: path.join(to, FILES.parts) }
  if (parts === 'copy' && settings.kind === 'folder') await copyBlocks(settings.dir, copied.dir)
  const store = await openStore(parts === 'copy' ? copied : settings)
  try {
    return { missing: (await missingRoots(store, roots)).length }
  } finally {
    await store.close()
  }
}

async function digests(dir: string): Promise<Manifest['files']> {
  const names = Object.values(FILES).filter((name) => name !== FILES.parts)
  const there = names.filter((name) => existsSync(path.join(dir, name)))
  return Object.fromEntries(
    await Promise.all(there.map(async (name) => [name, await digestOf(path.join(dir, name))])),
  ) as Manifest['files']
}
