// Names of all settings that programs read from their environment, so that a misspelt one is told wherever it stands. What
// each means is in README.md and docs/operations.md; test/setting-names.test.ts holds the lists to what the programs read.

import { nearestName } from './config/nearest.ts'

export type Program = 'coordinator' | 'parts' | 'scheduler' | 'worker'

const prefixed = (prefix: string, names: string): string[] =>
  names.split(' ').map((name) => prefix + name)

const SERVING = prefixed(
  'SYNDATA_',
  `NAME DRAIN_SECONDS FLEET_HOST FLEET_PORT FLEET_ADDRESSES PARTS_HOST PARTS_PORT PARTS_URL \
PART_MAX_BYTES STORE MASTER_KEY HTTP_HOST HTTP_PORT PUBLIC_URL ADMIN_EMAIL ADMIN_PASSWORD \
ADMIN_API_KEY IPFS_LISTEN IPFS_GATEWAYS ALLOW_PRIVATE_HOSTS DATABASE_HOSTS SECRETS_DIR SQLITE_DIR \
CHUNK_ROWS LEASE_TIMEOUT_SECONDS RETRIES RETRY_DELAY_SECONDS RETRY_BACKOFF DATASET_MAX_BYTES \
PROJECT_DATASET_BYTES ARWEAVE_BUDGET_WINSTON`,
)

const POOL = `MIN MAX REGIONS PROVIDER SECRET KUBERNETES_URL KUBERNETES_ACCOUNT \
KUBERNETES_DEPLOYMENT CREATEOS_URL CREATEOS_ENVIRONMENTS`

const SCHEDULER = [
  ...prefixed(
    'SYNDATA_',
    `NAME ALLOW_PRIVATE_HOSTS DATABASE_HOSTS SECRETS_DIR SQLITE_DIR SCHEDULER_HOST SCHEDULER_PORT \
JOB_RETENTION_DAYS`,
  ),
  ...prefixed('SYNDATA_SCALING_', POOL),
  ...prefixed('SYNDATA_SCALING_GPU_', POOL),
  ...prefixed(
    'SYNDATA_SCALING_',
    `UP_CPU_PERCENT UP_MEMORY_PERCENT UP_QUEUE DOWN_CPU_PERCENT DOWN_MEMORY_PERCENT DOWN_QUEUE STEP \
TICK_SECONDS UP_AFTER_SECONDS DOWN_AFTER_SECONDS VERIFY_SECONDS COOL_DOWN_SECONDS DRAIN_SECONDS \
START_SECONDS BACK_OFF_SECONDS`,
  ),
]

const WORKER = prefixed(
  'SYNDATA_',
  `TOKEN TOKEN_FILE COORDINATOR REGION WORKER_DIR WORKER_NAME THREADS MEMORY_LIMIT_MB INPUT_CACHE_MB \
CHECKPOINT_SECONDS HEALTH_PORT DRAIN_SECONDS`,
)

/** Of programs that run all the time, without those of OPEN. */
export const SETTING_NAMES: Readonly<Record<Program, readonly string[]>> = {
  coordinator: SERVING,
  parts: SERVING,
  scheduler: SCHEDULER,
  worker: WORKER,
}

/** Of tools, of files beside the programs, and of the stack that starts them: they may stand in the same environment. */
const OF_TOOLS = prefixed(
  'SYNDATA_',
  `URL API_KEY REGIONS TRUST MACHINES TOKENS_DIR TOKENS_SECRET VERSION API_PORTS FLEET_PORTS \
METRICS_KEY BACKUP_PASSPHRASE OFFLINE ROLE`,
)

/** Any name that begins so: secrets that connections and providers name, and what benchmarks are told. */
const OPEN = /^SYNDATA_(SECRET|BENCH)_./
const OPEN_SECRET = /^SYNDATA_SECRET_./

const ALL = [...new Set([...Object.values(SETTING_NAMES).flat(), ...OF_TOOLS])]

/** Whether a program reads it. */
export const isSettingOf = (program: Program, name: string): boolean =>
  SETTING_NAMES[program].includes(name) || (program !== 'worker' && OPEN_SECRET.test(name))

/** Programs that read it. */
export const programsOf = (name: string): Program[] =>
  (Object.keys(SETTING_NAMES) as Program[]).filter((program) => isSettingOf(program, name))

/** Whether it is meant as a setting of ours: another one of the environment is not our business. */
export function isMeantAsSetting(name: string): boolean {
  const [first = ''] = name.split('_')
  return first !== name && (first === 'WORKER' || nearestName(first, ['SYNDATA']) !== null)
}

/** What may have been meant by a name that no program reads; null when none is near. */
export function nearestSetting(name: string, valid: readonly string[] = ALL): string | null {
  const near = nearestName(name, valid)
  if (near !== null || !name.startsWith('WORKER_')) return near
  return nearestName(name.replace(/^WORKER/, 'SYNDATA'), valid)
}

/** A sentence for each name of an environment that begins as a setting does and is none. */
export function strangeSettings(env: Readonly<Record<string, string | undefined>>): string[] {
  const strange = Object.keys(env).filter(
    (name) => name.startsWith('SYNDATA_') && !ALL.includes(name) && !OPEN.test(name),
  )
  return strange.toSorted().map((name) => {
    const near = nearestSetting(name)
    return `nothing reads ${name}${near === null ? '' : `: did you mean ${near}?`}`
  })
}
