// The worker's environment, read once. Everything has a default but the token of a machine that is new.

import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { AppError } from '#engine/errors.ts'
import { strangeSettings } from '#engine/setting-names.ts'
import { isAddress } from '#proto/enrollment-token.ts'
import { logLevelOf } from '#proto/log-level.ts'

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

type Env = Record<string, string | undefined>

const MIB = 1024 * 1024
const THREADS_MAX = 256
const INPUT_CACHE_MIB = 4096
const CHECKPOINT_SECONDS = 5
/** Those who give no time of their own give ten seconds before they kill: docker, supervisors. */
const DRAIN_SECONDS = 8

/** AppError invalid_request that names every variable with a value that makes no sense. */
export function readConfig(env: Env = process.env): Config {
  const problems: string[] = []
  const integer = (name: string, min: number, max: number): number | null => {
    const text = env[name]
    if (!text) return null
    const value = Number(text)
    if (Number.isInteger(value) && value >= min && value <= max) return value
    problems.push(`${name} must be a whole number from ${min} to ${max}`)
    return null
  }
  const addresses = (env['SYNDATA_COORDINATOR'] ?? '').split(',').filter(Boolean)
  if (!addresses.every(isAddress)) problems.push('SYNDATA_COORDINATOR must be host:port,host:port')
  const memoryMib = integer('SYNDATA_MEMORY_LIMIT_MB', 16, 16 * MIB)
  const inputCacheMib = integer('SYNDATA_INPUT_CACHE_MB', 0, 16 * MIB) ?? INPUT_CACHE_MIB
  const checkpointSeconds = integer('SYNDATA_CHECKPOINT_SECONDS', 0, 3_600) ?? CHECKPOINT_SECONDS
  const config = {
    token: env['SYNDATA_TOKEN'] || tokenIn(env['SYNDATA_TOKEN_FILE'], problems),
    addresses,
    region: env['SYNDATA_REGION'] || null,
    dir: resolve(env['SYNDATA_WORKER_DIR'] ?? 'worker-data'),
    threads: integer('SYNDATA_THREADS', 1, THREADS_MAX) ?? availableParallelism(),
    name: env['SYNDATA_WORKER_NAME'] || 'worker',
    memoryLimitBytes: memoryMib === null ? null : memoryMib * MIB,
    inputCacheBytes: inputCacheMib * MIB,
    checkpointEveryMs: 1_000 * checkpointSeconds,
    drainMs: 1_000 * (integer('SYNDATA_DRAIN_SECONDS', 0, 3_600) ?? DRAIN_SECONDS),
    healthPort: integer('SYNDATA_HEALTH_PORT', 1, 65_535),
    logLevel: logLevelOf(env, problems),
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
