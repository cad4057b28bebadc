// The environment, read once and made into a frozen settings object for the coordinator and parts processes.

import { readFileSync } from 'node:fs'
import { AppError } from '#engine/errors.ts'
import { strangeSettings } from '#engine/setting-names.ts'
import { logLevelOf } from '#proto/log-level.ts'
import { type ConnectionSettings, connectionSettingsOf } from './connections/settings.ts'
import { type DatasetSettings, datasetSettingsOf } from './datasets/settings.ts'
import { parseApiKey } from './identity/api-keys.ts'
import { type WorkSettings, workSettingsOf } from './jobs/settings.ts'
import { type ProviderSettings, providerSettingsOf } from './scaling/providers/settings.ts'
import { POOLS, type Policy, type Pool, policyOf } from './scaling/settings.ts'
import type { StoreSettings } from './storage/open-store.ts'

export type Config = {
  name: string
  logLevel: string
  /** A sentence for each setting of the environment that nothing reads. */
  strange: readonly string[]
  /** How long a stopping coordinator still answers calls, for balancers to see that it is not ready. */
  drainMs: number
  databaseUrl: string
  temporal: { address: string; namespace: string; uiUrl: string | null }
  http: { host: string; port: number; publicUrl: string }
  fleet: { host: string; port: number; addresses: string[] }
  parts: { host: string; port: number; url: string; maxBytes: number }
  store: StoreSettings
  masterKey: Buffer
  admin: { email: string; password: string; apiKey: string } | null
  arweave: { url: string; wallet: string } | null
  ipfs: { listen: string[]; gateways: string[] }
  kubo: { url: string } | null
  pinata: { jwt: string; url: string; gateway: string } | null
  allowPrivateHosts: boolean
  connections: ConnectionSettings
  work: WorkSettings
  datasets: DatasetSettings
  defaultArweaveBudgetWinston: string
}

/** Of the scheduler: it stores nothing and serves nobody, so that it needs far less. */
export type SchedulerConfig = Pick<
  Config,
  'name' | 'logLevel' | 'strange' | 'databaseUrl' | 'temporal' | 'allowPrivateHosts'
> & {
  health: { host: string; port: number }
  /** Pools are there only with a provider. */
  scaling: { policy: Policy; providers: Readonly<Partial<Record<Pool, ProviderSettings>>> }
  secrets: Pick<ConnectionSettings, 'secretsDir' | 'variable'>
  /** Jobs that ended longer ago are deleted; null: none. */
  jobRetentionDays: number | null
}

type Env = Record<string, string | undefined>

/** Throws AppError invalid_request that names every variable that is missing or wrong. */
export function readConfig(env: Env = process.env): Config {
  const problems: string[] = []
  const { need, port } = readersOf(env, problems)
  const config: Config = {
    name: env['SYNDATA_NAME'] ?? 'coordinator',
    logLevel: logLevelOf(env, problems),
    strange: strangeSettings(env),
    drainMs: 1_000 * secondsOf(env, 'SYNDATA_DRAIN_SECONDS', problems),
    databaseUrl: need('DATABASE_URL'),
    temporal: temporalOf(env, need),
    http: httpOf(env, port),
    fleet: {
      host: env['SYNDATA_FLEET_HOST'] ?? '127.0.0.1',
      port: port('SYNDATA_FLEET_PORT', 7443),
      addresses: listOf(env['SYNDATA_FLEET_ADDRESSES']),
    },
    parts: {
      host: env['SYNDATA_PARTS_HOST'] ?? '127.0.0.1',
      port: port('SYNDATA_PARTS_PORT', 8082),
      url: env['SYNDATA_PARTS_URL'] ?? 'http://127.0.0.1:8082',
      maxBytes: Number(env['SYNDATA_PART_MAX_BYTES'] ?? 256 * 1024 * 1024),
    },
    store: storeOf(need('SYNDATA_STORE'), env, problems),
    masterKey: keyOf(need('SYNDATA_MASTER_KEY'), problems),
    admin: adminOf(env, problems),
    arweave: arweaveOf(env),
    ipfs: {
      listen: listOf(env['SYNDATA_IPFS_LISTEN']),
      gateways: listOf(env['SYNDATA_IPFS_GATEWAYS'] ?? 'https://ipfs.io/ipfs/{cid}'),
    },
    kubo: env['KUBO_RPC_URL'] ? { url: env['KUBO_RPC_URL'] } : null,
    pinata: env['PINATA_JWT']
      ? {
          jwt: env['PINATA_JWT'],
          url: env['PINATA_UPLOAD_URL'] ?? 'https://uploads.pinata.cloud/v3/files',
          gateway: env['PINATA_GATEWAY'] ?? 'https://gateway.pinata.cloud/ipfs/{cid}',
        }
      : null,
    allowPrivateHosts: env['SYNDATA_ALLOW_PRIVATE_HOSTS'] === '1',
    connections: connectionSettingsOf(env, problems),
    work: workSettingsOf(env, problems),
    datasets: datasetSettingsOf(env, problems),
    defaultArweaveBudgetWinston: env['SYNDATA_ARWEAVE_BUDGET_WINSTON'] ?? '0',
  }
  if (problems.length > 0) throw new AppError('invalid_request', `settings: ${problems.join('; ')}`)
  return Object.freeze(config)
}

/** As readConfig. */
export function readSchedulerConfig(env: Env = process.env): SchedulerConfig {
  const problems: string[] = []
  const { need, port } = readersOf(env, problems)
  const policy = policyOf(env, problems)
  const named = POOLS.map((pool) => [pool, providerSettingsOf(pool, env, problems)] as const)
  const providers = Object.fromEntries(named.filter(([pool, one]) => policy.pools[pool] && one))
  for (const pool of POOLS)
    if (policy.pools[pool] && !providers[pool])
      problems.push(`limits of the ${pool} pool are set, and SYNDATA_SCALING_PROVIDER is not`)
  const { secretsDir, variable } = connectionSettingsOf(env, problems)
  const config: SchedulerConfig = {
    name: env['SYNDATA_NAME'] ?? 'scheduler',
    logLevel: logLevelOf(env, problems),
    strange: strangeSettings(env),
    databaseUrl: need('DATABASE_URL'),
    temporal: temporalOf(env, need),
    allowPrivateHosts: env['SYNDATA_ALLOW_PRIVATE_HOSTS'] === '1',
    health: {
      host: env['SYNDATA_SCHEDULER_HOST'] ?? '127.0.0.1',
      port: port('SYNDATA_SCHEDULER_PORT', 8083),
    },
    scaling: { policy, providers },
    secrets: { secretsDir, variable },
    jobRetentionDays: daysOf(env, problems),
  }
  if (problems.length > 0) throw new AppError('invalid_request', `settings: ${problems.join('; ')}`)
  return Object.freeze(config)
}

const DAYS_MAX = 36_500

function daysOf(env: Env, problems: string[]): number | null {
  const text = env['SYNDATA_JOB_RETENTION_DAYS'] || env['JOB_CLEANUP_DAYS']
  if (!text || text === '0') return null
  const days = Number(text)
  if (days > 0 && days <= DAYS_MAX) return days
  problems.push(
    `SYNDATA_JOB_RETENTION_DAYS must be a number of days up to ${DAYS_MAX}, 0 for never`,
  )
  return null
}

function readersOf(env: Env, problems: string[]) {
  const need = (name: string): string => {
    const value = env[name]
    if (!value) problems.push(`${name} is not set`)
    return value ?? ''
  }
  const port = (name: string, fallback: number): number => {
    const value = Number(env[name] ?? fallback)
    if (!Number.isInteger(value) || value < 0 || value > 65_535)
      problems.push(`${name} must be a port, 0 to 65535`)
    return value
  }
  return { need, port }
}

const temporalOf = (env: Env, need: (name: string) => string): Config['temporal'] => ({
  address: need('TEMPORAL_ADDRESS'),
  namespace: env['TEMPORAL_NAMESPACE'] ?? 'syndata',
  uiUrl: env['TEMPORAL_UI_URL'] ?? null,
})

function httpOf(env: Env, port: (name: string, fallback: number) => number): Config['http'] {
  const host = env['SYNDATA_HTTP_HOST'] ?? '127.0.0.1'
  const number = port('SYNDATA_HTTP_PORT', 8080)
  return { host, port: number, publicUrl: env['SYNDATA_PUBLIC_URL'] ?? `http://${host}:${number}` }
}

const DRAIN_SECONDS_MAX = 300

function secondsOf(env: Env, name: string, problems: string[]): number {
  const value = Number(env[name] ?? 0)
  if (!(value >= 0 && value <= DRAIN_SECONDS_MAX))
    problems.push(`${name} must be a number of seconds, 0 to ${DRAIN_SECONDS_MAX}`)
  return value
}

const listOf = (text: string | undefined): string[] =>
  (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean)

/** The store that SYNDATA_STORE names; what is wrong with it is added to `problems`. */
export function storeOf(text: string, env: Env, problems: string[]): StoreSettings {
  if (text.startsWith('s3:')) {
    return {
      kind: 's3',
      endpoint: env['S3_ENDPOINT'] ?? 'https://s3.amazonaws.com',
      bucket: text.slice('s3:'.length),
      region: env['S3_REGION'] ?? 'us-east-1',
      accessKeyId: env['S3_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: env['S3_SECRET_ACCESS_KEY'] ?? '',
    }
  }
  if (text && !text.startsWith('folder:'))
    problems.push('SYNDATA_STORE must be folder:<directory> or s3:<bucket>')
  return { kind: 'folder', dir: text.slice('folder:'.length) }
}

function keyOf(hex: string, problems: string[]): Buffer {
  if (hex && !/^[0-9a-f]{64}$/i.test(hex)) problems.push('SYNDATA_MASTER_KEY must be 64 hex digits')
  return Buffer.from(hex, 'hex')
}

function adminOf(env: Env, problems: string[]): Config['admin'] {
  const email = env['SYNDATA_ADMIN_EMAIL']
  const password = env['SYNDATA_ADMIN_PASSWORD']
  const apiKey = env['SYNDATA_ADMIN_API_KEY']
  if (!email && !password && !apiKey) return null
  if (!email || !password || !apiKey) {
    const all = 'SYNDATA_ADMIN_EMAIL, SYNDATA_ADMIN_PASSWORD and SYNDATA_ADMIN_API_KEY'
    problems.push(`${all} go together: set all of them or none`)
    return null
  }
  if (parseApiKey(apiKey) === null)
    problems.push('SYNDATA_ADMIN_API_KEY must be syn_, 8 hex digits, _ and 43 base64url digits')
  return { email, password, apiKey }
}

function arweaveOf(env: Env): Config['arweave'] {
  const [url, file] = [env['ARWEAVE_URL'], env['ARWEAVE_WALLET_FILE']]
  return url && file ? { url, wallet: readFileSync(file, 'utf8') } : null
}
