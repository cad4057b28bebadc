// What an operator may set of how jobs are cut and how often their work is tried. Defaults where nothing is set.

import type { LeasePolicy } from '../workflows/job-plan.ts'
import { LEASE_DEFAULTS } from '../workflows/policies.ts'

export type WorkSettings = {
  /** Of jobs that do not say; null: the config language's own default. */
  chunkRows: number | null
  /** Null: `LEASE` of the policies as it is. */
  lease: LeasePolicy | null
  /** Errors after which a chunk is given up. */
  errorsMax: number
}

type Env = Record<string, string | undefined>

const CHUNK_ROWS_MAX = 1_000_000

/** What is wrong goes into `problems`. */
export function workSettingsOf(env: Env, problems: string[]): WorkSettings {
  const number = (name: string, { min, max }: { min: number; max: number }): number | null => {
    const text = env[name]
    if (!text) return null
    const value = Number(text)
    if (value >= min && value <= max) return value
    problems.push(`${name} must be a number from ${min} to ${max}`)
    return null
  }
  const whole = (name: string, bounds: { min: number; max: number }): number | null => {
    const value = number(name, bounds)
    if (value === null || Number.isInteger(value)) return value
    problems.push(`${name} must be a whole number`)
    return null
  }
  const chunkRows = whole('SYNDATA_CHUNK_ROWS', { min: 1, max: CHUNK_ROWS_MAX })
  const timeoutSeconds = number('SYNDATA_LEASE_TIMEOUT_SECONDS', { min: 1, max: 3_600 })
  const retries = whole('SYNDATA_RETRIES', { min: 0, max: 100 })
  const delaySeconds = number('SYNDATA_RETRY_DELAY_SECONDS', { min: 0.1, max: 3_600 })
  const backoff = number('SYNDATA_RETRY_BACKOFF', { min: 1, max: 10 })
  const { timeoutMs, retries: usualRetries, delayMs } = LEASE_DEFAULTS
  const lease: LeasePolicy = {
    timeoutMs: timeoutSeconds === null ? timeoutMs : 1_000 * timeoutSeconds,
    retries: retries ?? usualRetries,
    delayMs: delaySeconds === null ? delayMs : 1_000 * delaySeconds,
    backoff: backoff ?? LEASE_DEFAULTS.backoff,
  }
  const isUsual = Object.entries(LEASE_DEFAULTS).every(
    ([key, value]) => lease[key as keyof LeasePolicy] === value,
  )
  return { chunkRows, lease: isUsual ? null : lease, errorsMax: lease.retries + 1 }
}
