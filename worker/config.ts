// The worker's environment, read once. Everything has a default but the token of a machine that is new.

import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { AppError } from '#engine/errors.ts'
import { strangeSettings } from '#settings/names.ts'
import { createSettingReader, type Env } from '#settings/setting.ts'
import { WORKER } from '#settings/worker.ts'

export type Config = {
  /** Null once enrolled. */
  token: string | null
  /** host:port; empty: those of the token. */
  addresses: string[]
  /** What the operator believes; the token decides. */
  region: string | null
  dir: string
  threads: number
  name: string
  /** Of all compute threads together; null: half of the machine's. */
  memoryLimitBytes: number | null
  /** Of private files of leases, kept for the leases to come. */
  inputCacheBytes: number
  /** Of trainings, at least, between two checkpoints. */
  checkpointEveryMs: number
  /** What the chunks that are begun get when it is told to stop. */
  drainMs: number
  /** For the probes of a platform; null: no such port. */
  healthPort: number | null
  logLevel: string
  /** A sentence for each setting of the environment that nothing reads. */
  strange: string[]
}

const MIB = 1024 * 1024
const INPUT_CACHE_MIB = 4096
const CHECKPOINT_SECONDS = 5
/** Those who give no time of their own give ten seconds before they kill: docker, supervisors. */
const DRAIN_SECONDS = 8

/** AppError invalid_request that names every variable with a value that makes no sense. */
export function readConfig(env: Env = process.env): Config {
  const problems: string[] = []
  const { get } = createSettingReader(WORKER, env, problems)
  const memoryMib = get('SYNDATA_MEMORY_LIMIT_MB')
  const config = {
    token: get('SYNDATA_TOKEN') ?? tokenIn(get('SYNDATA_TOKEN_FILE'), problems),
    addresses: get('SYNDATA_COORDINATOR') ?? [],
    region: get('SYNDATA_REGION') ?? null,
    dir: resolve(get('SYNDATA_WORKER_DIR') ?? 'worker-data'),
    threads: get('SYNDATA_THREADS') ?? availableParallelism(),
    name: get('SYNDATA_WORKER_NAME') ?? 'worker',
    memoryLimitBytes: memoryMib === undefined ? null : memoryMib * MIB,
    inputCacheBytes: MIB * (get('SYNDATA_INPUT_CACHE_MB') ?? INPUT_CACHE_MIB),
    checkpointEveryMs: 1_000 * (get('SYNDATA_CHECKPOINT_SECONDS') ?? CHECKPOINT_SECONDS),
    drainMs: 1_000 * (get('SYNDATA_DRAIN_SECONDS') ?? DRAIN_SECONDS),
    healthPort: get('SYNDATA_HEALTH_PORT') ?? null,
    logLevel: get('LOG_LEVEL') ?? 'info',
    strange: strangeSettings(env),
  }
  if (problems.length > 0) throw new AppError('invalid_request', problems.join('; '))
  return Object.freeze(config)
}

/** Platforms hand secrets over as files; one that is not there is a problem, an empty one no token. */
function tokenIn(file: string | undefined, problems: string[]): string | null {
  if (!file) return null
  try {
    return readFileSync(file, 'utf8').trim() || null
  } catch (error) {
    problems.push(`SYNDATA_TOKEN_FILE cannot be read: ${(error as Error).message}`)
    return null
  }
}
