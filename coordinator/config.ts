// The environment, read once and made into a frozen settings object for the coordinator and parts processes.

import { readFileSync } from 'node:fs'
import { AppError } from '#engine/errors.ts'
import { strangeSettings } from '#settings/names.ts'
import { SCHEDULER } from '#settings/scheduler.ts'
import { type BACKENDS, SERVING } from '#settings/serving.ts'
import { createSettingReader, type Env, type SettingReader } from '#settings/setting.ts'
import { type ConnectionSettings, connectionSettingsOf } from './connections/settings.ts'
import { type DatasetSettings, datasetSettingsOf } from './datasets/settings.ts'
import { type WorkSettings, workSettingsOf } from './jobs/settings.ts'
import { type MeasureSettings, measureSettingsOf } from './measurements/settings.ts'
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
  measuring: MeasureSettings
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

type Serving = SettingReader<typeof SERVING>

/** Throws AppError invalid_request that names every variable that is missing or wrong. */
export function readConfig(env: Env = process.env): Config {
  const problems: string[] = []
  const settings = createSettingReader(SERVING, env, problems)
  const { get, need } = settings
  const config: Config = {
    name: get('SYNDATA_NAME') ?? 'coordinator',
    logLevel: get('LOG_LEVEL') ?? 'info',
    strange: strangeSettings(env),
    drainMs: 1_000 * (get('SYNDATA_DRAIN_SECONDS') ?? 0),
    databaseUrl: need('DATABASE_URL') ?? '',
    temporal: temporalOf(settings),
    http: httpOf(settings),
    fleet: {
      host: get('SYNDATA_FLEET_HOST') ?? '127.0.0.1',
      port: get('SYNDATA_FLEET_PORT') ?? 7443,
      addresses: get('SYNDATA_FLEET_ADDRESSES') ?? [],
    },
    parts: {
      host: get('SYNDATA_PARTS_HOST') ?? '127.0.0.1',
      port: get('SYNDATA_PARTS_PORT') ?? 8082,
      url: get('SYNDATA_PARTS_URL') ?? 'http://127.0.0.1:8082',
      maxBytes: get('SYNDATA_PART_MAX_BYTES') ?? 256 * 1024 * 1024,
    },
    store: storeOf(env, problems),
    masterKey: Buffer.from(need('SYNDATA_MASTER_KEY') ?? '', 'hex'),
    admin: adminOf(settings, problems),
    ...publishingOf(settings),
    allowPrivateHosts: get('SYNDATA_ALLOW_PRIVATE_HOSTS') ?? false,
    connections: connectionSettingsOf(env, problems),
    work: workSettingsOf(env, problems),
    datasets: datasetSettingsOf(env, problems),
    measuring: measureSettingsOf(env, problems),
    defaultArweaveBudgetWinston: get('SYNDATA_ARWEAVE_BUDGET_WINSTON') ?? '0',
  }
  if (problems.length > 0) throw new AppError('invalid_request', `settings: ${problems.join('; ')}`)
  return Object.freeze(config)
}

/** As readConfig. */
export function readSchedulerConfig(env: Env = process.env): SchedulerConfig {
  const problems: string[] = []
  const settings = createSettingReader(SCHEDULER, env, problems)
  const { get, need } = settings
  const policy = policyOf(env, problems)
  const named = POOLS.map((pool) => [pool, providerSettingsOf(pool, env, problems)] as const)
  const providers = Object.fromEntries(named.filter(([pool, one]) => policy.pools[pool] && one))
  for (const pool of POOLS)
    if (policy.pools[pool] && !providers[pool])
      problems.push(`limits of the ${pool} pool are set, and SYNDATA_SCALING_PROVIDER is not`)
  const { secretsDir, variable } = connectionSettingsOf(env, problems)
  const config: SchedulerConfig = {
    name: get('SYNDATA_NAME') ?? 'scheduler',
    logLevel: get('LOG_LEVEL') ?? 'info',
    strange: strangeSettings(env),
    databaseUrl: need('DATABASE_URL') ?? '',
    temporal: temporalOf(settings),
    allowPrivateHosts: get('SYNDATA_ALLOW_PRIVATE_HOSTS') ?? false,
    health: {
      host: get('SYNDATA_SCHEDULER_HOST') ?? '127.0.0.1',
      port: get('SYNDATA_SCHEDULER_PORT') ?? 8083,
    },
    scaling: { policy, providers },
    secrets: { secretsDir, variable },
    jobRetentionDays: get('SYNDATA_JOB_RETENTION_DAYS') || get('JOB_CLEANUP_DAYS') || null,
  }
  if (problems.length > 0) throw new AppError('invalid_request', `settings: ${problems.join('; ')}`)
  return Object.freeze(config)
}

const temporalOf = ({ get, need }: SettingReader<typeof BACKENDS>): Config['temporal'] => ({
  address: need('TEMPORAL_ADDRESS') ?? '',
  namespace: get('TEMPORAL_NAMESPACE') ?? 'syndata',
  uiUrl: get('TEMPORAL_UI_URL') ?? null,
})

function httpOf({ get }: Serving): Config['http'] {
  const host = get('SYNDATA_HTTP_HOST') ?? '127.0.0.1'
  const port = get('SYNDATA_HTTP_PORT') ?? 8080
  return { host, port, publicUrl: get('SYNDATA_PUBLIC_URL') ?? `http://${host}:${port}` }
}

/** The store that SYNDATA_STORE names; what is wrong with it is added to `problems`. */
export function storeOf(env: Env, problems: string[]): StoreSettings {
  const { get, need } = createSettingReader(SERVING, env, problems)
  const store = need('SYNDATA_STORE') ?? { kind: 'folder', dir: '' }
  if (store.kind === 'folder') return store
  return {
    ...store,
    endpoint: get('S3_ENDPOINT') ?? 'https://s3.amazonaws.com',
    region: get('S3_REGION') ?? 'us-east-1',
    accessKeyId: get('S3_ACCESS_KEY_ID') ?? '',
    secretAccessKey: get('S3_SECRET_ACCESS_KEY') ?? '',
  }
}

function adminOf({ get }: Serving, problems: string[]): Config['admin'] {
  const names = ['SYNDATA_ADMIN_EMAIL', 'SYNDATA_ADMIN_PASSWORD', 'SYNDATA_ADMIN_API_KEY'] as const
  const told = problems.length
  const [email, password, apiKey] = names.map(get)
  if (email && password && apiKey) return { email, password, apiKey }
  if ((email || password || apiKey) && problems.length === told)
    problems.push(
      `${names.slice(0, 2).join(', ')} and ${names[2]} go together: set all of them or none`,
    )
  return null
}

function publishingOf({ get }: Serving): Pick<Config, 'arweave' | 'ipfs' | 'kubo' | 'pinata'> {
  const [kubo, jwt] = [get('KUBO_RPC_URL'), get('PINATA_JWT')]
  const [arweave, wallet] = [get('ARWEAVE_URL'), get('ARWEAVE_WALLET_FILE')]
  return {
    arweave: arweave && wallet ? { url: arweave, wallet: readFileSync(wallet, 'utf8') } : null,
    ipfs: {
      listen: get('SYNDATA_IPFS_LISTEN') ?? [],
      gateways: get('SYNDATA_IPFS_GATEWAYS') ?? ['https://ipfs.io/ipfs/{cid}'],
    },
    kubo: kubo ? { url: kubo } : null,
    pinata: jwt
      ? {
          jwt,
          url: get('PINATA_UPLOAD_URL') ?? 'https://uploads.pinata.cloud/v3/files',
          gateway: get('PINATA_GATEWAY') ?? 'https://gateway.pinata.cloud/ipfs/{cid}',
        }
      : null,
  }
}
