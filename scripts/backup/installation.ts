// The installation that is to be saved: a running stack by its data folder, or any other by the environment of its coordinators.
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { storeOf } from '#coordinator/config.ts'
import type { StoreSettings } from '#coordinator/storage/open-store.ts'
import { StackError } from '../stack/stack-error.ts'
import type { StackFile } from '../stack/stack-file.ts'

export type Installation = {
  databaseUrl: string
  /** Of the development server; null where a cluster keeps its own. */
  temporal: { file: string; version: string } | null
  store: { text: string; settings: StoreSettings }
  masterKey: string
  /** Text by path within the data folder: keys, accounts, identities of workers. */
  secretFiles: Record<string, string>
}

type Env = Record<string, string | undefined>

const SECRET_FILES = [
  'master.key',
  'secrets.json',
  'arweave-wallet.json',
  'fleet.json',
  'environment.json',
  'workers/*/identity.json',
]

export const keyDigest = (masterKey: string): string =>
  createHash('sha256').update(masterKey.trim().toLowerCase()).digest('hex')

/** With a data folder its stack has to run. Throws StackError when something of it cannot be found. */
export function findInstallation(dataDir: string | null, env: Env = process.env): Installation {
  return dataDir === null ? fromEnvironment(env) : fromDataDir(dataDir, env)
}

function fromDataDir(dataDir: string, env: Env): Installation {
  const stackFile = path.join(dataDir, 'stack.json')
  if (!existsSync(stackFile))
    throw new StackError(
      `no stack runs on ${dataDir}`,
      'Start it (npm start): its database is saved while it runs. Or set DATABASE_URL and leave --data-dir out.',
    )
  const { database_url } = JSON.parse(readFileSync(stackFile, 'utf8')) as StackFile
  const read = (name: string): string => readFileSync(path.join(dataDir, name), 'utf8')
  const names = SECRET_FILES.flatMap((pattern) => globSync(pattern, { cwd: dataDir }))
  return {
    databaseUrl: database_url,
    temporal: temporalOf(dataDir),
    store: storeNamed(
      env['SYNDATA_STORE'] ?? `folder:${path.join(path.resolve(dataDir), 'store')}`,
      env,
    ),
    masterKey: read('master.key').trim(),
    secretFiles: Object.fromEntries(names.map((name) => [name, read(name)])),
  }
}

function temporalOf(dataDir: string): Installation['temporal'] {
  const file = path.join(dataDir, 'temporal.db')
  if (!existsSync(file)) return null
  return { file, version: readFileSync(path.join(dataDir, 'temporal.version'), 'utf8').trim() }
}

function fromEnvironment(env: Env): Installation {
  const need = (name: string): string => {
    const value = env[name]
    if (value) return value
    throw new StackError(
      `${name} is not set`,
      'Set what the coordinators have, or give --data-dir of a stack that npm start runs.',
    )
  }
  const masterKey = need('SYNDATA_MASTER_KEY')
  return {
    databaseUrl: need('DATABASE_URL'),
    temporal: null,
    store: storeNamed(need('SYNDATA_STORE'), env),
    masterKey,
    secretFiles: { 'master.key': masterKey },
  }
}

/** Throws StackError when it names no store. */
export function storeNamed(text: string, env: Env = process.env): Installation['store'] {
  const problems: string[] = []
  const settings = storeOf({ ...env, SYNDATA_STORE: text }, problems)
  if (problems.length === 0) return { text, settings }
  throw new StackError(problems.join('; '), 'Correct SYNDATA_STORE.')
}
