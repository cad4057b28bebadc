// What an operator may set of how jobs are cut and how often their work is tried. Defaults where nothing is set.

import { SERVING } from '#settings/serving.ts'
import { createSettingReader, type Env } from '#settings/setting.ts'
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

/** What is wrong goes into `problems`. */
export function workSettingsOf(env: Env, problems: string[]): WorkSettings {
  const { get } = createSettingReader(SERVING, env, problems)
  const timeoutSeconds = get('SYNDATA_LEASE_TIMEOUT_SECONDS')
  const delaySeconds = get('SYNDATA_RETRY_DELAY_SECONDS')
  const { timeoutMs, retries, delayMs, backoff } = LEASE_DEFAULTS
  const lease: LeasePolicy = {
    timeoutMs: timeoutSeconds === undefined ? timeoutMs : 1_000 * timeoutSeconds,
    retries: get('SYNDATA_RETRIES') ?? retries,
    delayMs: delaySeconds === undefined ? delayMs : 1_000 * delaySeconds,
    backoff: get('SYNDATA_RETRY_BACKOFF') ?? backoff,
  }
  const isUsual = Object.entries(LEASE_DEFAULTS).every(
    ([key, value]) => lease[key as keyof LeasePolicy] === value,
  )
  return {
    chunkRows: get('SYNDATA_CHUNK_ROWS') ?? null,
    lease: isUsual ? null : lease,
    errorsMax: lease.retries + 1,
  }
}
