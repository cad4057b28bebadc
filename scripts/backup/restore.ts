// Makes an installation out of a backup: into a new data folder for npm start, or into the empty database of any other.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { copyFile, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { migrationNames } from '#coordinator/database/migrate.ts'
import { openStore } from '#coordinator/storage/open-store.ts'
import { StackError } from '../stack/stack-error.ts'
import { readTools } from '../stack/tools.ts'
import { FILES } from './back-up.ts'
import { type Installation, keyDigest, storeNamed } from './installation.ts'
import { type Manifest, readManifest } from './manifest.ts'
import { copyBlocks, missingRoots } from './parts.ts'
import { restoreDatabase, withPrivateDatabase } from './restore-database.ts'
import { PASSPHRASE, unseal } from './sealed-file.ts'

export type RestoreOptions = {
  from: string
  /** A folder that is not there, or empty, for npm start; null: the environment says where everything goes. */
  dataDir: string | null
  passphrase: string | null
  say: (line: string) => void
  env?: Record<string, string | undefined>
}

/** `store`: as SYNDATA_STORE has to name it from now on; null: as it is without it. */
export type Restored = { missing: string[]; store: string | null }

/** Resolves once all of it is there; on failure a new data folder is empty again. Throws StackError. */
export async function restore(options: RestoreOptions): Promise<Restored> {
  const manifest = await readManifest(options.from)
  await refuseNewer(manifest)
  const secrets = await openSecrets(manifest, options)
  const { dataDir } = options
  if (dataDir === null) return restoreElsewhere(manifest, options)
  if (existsSync(dataDir) && readdirSync(dataDir).length > 0)
    throw new StackError(`${dataDir} is not empty`, 'Give a new folder: nothing is overwritten.')
  try {
    return await restoreDataDir(manifest, { ...options, dataDir, secrets })
  } catch (error) {
    await rm(dataDir, { recursive: true, force: true })
    throw error
  }
}

/** Migrations only go forward: a database of a later release is not for this one. */
async function refuseNewer({ migrations, engine_version }: Manifest): Promise<void> {
  const own = new Set(await migrationNames())
  const unknown = migrations.filter((name) => !own.has(name))
  if (unknown.length === 0) return
  throw new StackError(
    `the backup is of a later release (engine ${engine_version}): this one does not know ${unknown.join(', ')}`,
    'Restore with the release that made it, or a later one.',
  )
}

async function openSecrets(
  { secrets }: Manifest,
  { from, passphrase, env = process.env }: RestoreOptions,
): Promise<Record<string, string>> {
  const files =
    secrets.kind === 'sealed' && passphrase !== null
      ? unseal(await readFile(path.join(from, FILES.secrets)), passphrase)
      : { 'master.key': env['SYNDATA_MASTER_KEY'] ?? '' }
  if (keyDigest(files['master.key'] ?? '') === secrets.master_key_sha256) return files
  throw new StackError(
    'the master key of the backup is missing',
    secrets.kind === 'sealed'
      ? `Set ${PASSPHRASE} to the passphrase of the backup, or SYNDATA_MASTER_KEY to the key itself.`
      : 'Set SYNDATA_MASTER_KEY to the key that the installation had: without it nothing that is sealed opens.',
  )
}

/** As nodeops leaves it where a deployment is deleted and its data kept: its next deploy may take the folder. */
const DEPLOYMENT = 'deployment.json'

type Into = RestoreOptions & { dataDir: string; secrets: Record<string, string> }

async function restoreDataDir(manifest: Manifest, options: Into): Promise<Restored> {
  const { from, dataDir, secrets, say } = options
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  for (const [name, text] of Object.entries(secrets)) {
    const file = path.join(dataDir, name)
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(file, text, { mode: 0o600 })
  }
  await withPrivateDatabase({ dataDir, say }, (databaseUrl) =>
    restoreDatabase(path.join(from, FILES.database), { databaseUrl, manifest }),
  )
  say('the database is there')
  await restoreTemporal(manifest, options)
  const own = storeNamed(`folder:${path.join(path.resolve(dataDir), 'store')}`)
  const isCopy = manifest.parts.kind === 'copy'
  const { env = process.env } = options
  const store = isCopy ? own : storeNamed(env['SYNDATA_STORE'] ?? manifest.parts.store, env)
  const missing = await restoreParts(manifest, options, store)
  writeFileSync(path.join(dataDir, DEPLOYMENT), `${JSON.stringify({ exists: false })}\n`)
  return { missing, store: isCopy ? null : store.text }
}

/** The server's file is for the version that made it; without it running jobs are started again, and go on. */
async function restoreTemporal(
  { temporal }: Manifest,
  { from, dataDir, say }: Into,
): Promise<void> {
  if (temporal.kind === 'none') return
  const here = readTools().temporal?.version
  if (here !== temporal.version)
    return say(
      `Temporal's histories are left out: they are of ${temporal.version}, and here is ${here ?? 'none'}`,
    )
  await copyFile(path.join(from, FILES.temporal), path.join(dataDir, 'temporal.db'))
  writeFileSync(path.join(dataDir, 'temporal.version'), `${temporal.version}\n`)
}

async function restoreElsewhere(manifest: Manifest, options: RestoreOptions): Promise<Restored> {
  const { env = process.env, from, say } = options
  const databaseUrl = env['DATABASE_URL']
  if (!databaseUrl)
    throw new StackError(
      'neither --data-dir nor DATABASE_URL says where to',
      'Give --data-dir for an installation of npm start, or set DATABASE_URL to an empty database.',
    )
  const store = storeNamed(env['SYNDATA_STORE'] ?? manifest.parts.store, env)
  await restoreDatabase(path.join(from, FILES.database), { databaseUrl, manifest })
  say('the database is there')
  return { missing: await restoreParts(manifest, options, store), store: store.text }
}

async function restoreParts(
  { parts }: Manifest,
  { from, say }: RestoreOptions,
  { settings, text }: Installation['store'],
): Promise<string[]> {
  if (parts.kind === 'copy') {
    if (settings.kind !== 'folder')
      throw new StackError(
        `${text} is no folder, and the backup holds a copy of one`,
        'Set SYNDATA_STORE to folder:<directory>, or copy its blocks into the bucket by name.',
      )
    const { blocks } = await copyBlocks(path.join(from, FILES.parts), settings.dir)
    say(`${blocks} blocks of parts are copied`)
  }
  const roots = await readFile(path.join(from, FILES.roots), 'utf8')
  const store = await openStore(settings)
  try {
    return await missingRoots(store, roots.split('\n').filter(Boolean))
  } finally {
    await store.close()
  }
}
