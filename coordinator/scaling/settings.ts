// What an operator lets the fleet's size do: limits, thresholds and waits. Read from the environment, off unless limits
// are set.

import { REGIONS } from '#settings/regions.ts'
import { SCHEDULER, THRESHOLDS } from '#settings/scheduler.ts'
import { createSettingReader, type Env, type SettingReader } from '#settings/setting.ts'

/** Workers without a GPU, and those with one. */
export const POOLS = ['cpu', 'gpu'] as const
export type Pool = (typeof POOLS)[number]

/** Shares are of 0 to 1; the queue is leases that no worker has. */
export type Thresholds = { cpu: number; memory: number; queue: number }

export type PoolSettings = {
  min: number
  max: number
  /** Where workers may be, in order of preference, each with the fewest that it keeps. */
  regions: readonly { region: string; floor: number }[]
}

export type Policy = {
  pools: Readonly<Partial<Record<Pool, PoolSettings>>>
  /** Up when any is passed. */
  up: Thresholds
  /** Down when all are fallen short of. */
  down: Thresholds
  /** Workers that one step adds or removes, at most. */
  step: number
  tickMs: number
  /** How long a load lasts before anything follows from it. */
  upAfterMs: number
  downAfterMs: number
  /** Workers that were added have joined by then, or their region is left alone for a while. */
  verifyMs: number
  /** Between the begin of a step and the next one. */
  coolDownMs: number
  /** A worker that still has work so long after it was told to take no more goes on. */
  drainMs: number
  /** A worker that was started and has not been seen for so long is taken back. */
  startMs: number
  /** How long a region is left alone; doubled at each failure in a row. */
  backOffMs: number
  backOffMaxMs: number
}

export const POLICY_DEFAULTS: Policy = {
  pools: {},
  up: sharesOf(THRESHOLDS.up),
  down: sharesOf(THRESHOLDS.down),
  step: 3,
  tickMs: 2_000,
  upAfterMs: 2_000,
  downAfterMs: 60_000,
  verifyMs: 30_000,
  coolDownMs: 30_000,
  drainMs: 300_000,
  startMs: 300_000,
  backOffMs: 60_000,
  backOffMaxMs: 1_800_000,
}

function sharesOf({
  cpuPercent,
  memoryPercent,
  queue,
}: (typeof THRESHOLDS)['up' | 'down']): Thresholds {
  return { cpu: cpuPercent / 100, memory: memoryPercent / 100, queue }
}

type Reader = SettingReader<typeof SCHEDULER>

/** Without any pool when no limits are set; what is wrong goes into `problems`. */
export function policyOf(env: Env, problems: string[]): Policy {
  const reader = createSettingReader(SCHEDULER, env, problems)
  const d = POLICY_DEFAULTS
  const policy: Policy = {
    ...d,
    ...waitsOf(reader),
    pools: poolsOf(env, reader, problems),
    up: thresholdsOf(reader, 'UP', d.up),
    down: thresholdsOf(reader, 'DOWN', d.down),
    step: Math.floor(reader.get('SYNDATA_SCALING_STEP') ?? d.step),
  }
  for (const what of ['cpu', 'memory', 'queue'] as const)
    if (policy.down[what] >= policy.up[what])
      problems.push(`SYNDATA_SCALING_DOWN_* of ${what} must be below SYNDATA_SCALING_UP_*`)
  return policy
}

function waitsOf({ get }: Reader) {
  const d = POLICY_DEFAULTS
  const ms = (
    name: Parameters<Reader['get']>[0] & `${string}_SECONDS`,
    fallbackMs: number,
  ): number => {
    const given = get(name)
    return typeof given === 'number' ? 1_000 * given : fallbackMs
  }
  return {
    tickMs: ms('SYNDATA_SCALING_TICK_SECONDS', d.tickMs),
    upAfterMs: ms('SYNDATA_SCALING_UP_AFTER_SECONDS', d.upAfterMs),
    downAfterMs: ms('SYNDATA_SCALING_DOWN_AFTER_SECONDS', d.downAfterMs),
    verifyMs: ms('SYNDATA_SCALING_VERIFY_SECONDS', d.verifyMs),
    coolDownMs: ms('SYNDATA_SCALING_COOL_DOWN_SECONDS', d.coolDownMs),
    drainMs: ms('SYNDATA_SCALING_DRAIN_SECONDS', d.drainMs),
    startMs: ms('SYNDATA_SCALING_START_SECONDS', d.startMs),
    backOffMs: ms('SYNDATA_SCALING_BACK_OFF_SECONDS', d.backOffMs),
  }
}

function thresholdsOf({ get }: Reader, way: 'UP' | 'DOWN', defaults: Thresholds): Thresholds {
  const share = (percent: number | undefined, fallback: number): number =>
    percent === undefined ? fallback : percent / 100
  return {
    cpu: share(get(`SYNDATA_SCALING_${way}_CPU_PERCENT`), defaults.cpu),
    memory: share(get(`SYNDATA_SCALING_${way}_MEMORY_PERCENT`), defaults.memory),
    queue: get(`SYNDATA_SCALING_${way}_QUEUE`) ?? defaults.queue,
  }
}

const PREFIXES = { cpu: 'SYNDATA_SCALING', gpu: 'SYNDATA_SCALING_GPU' } as const

function poolsOf(env: Env, reader: Reader, problems: string[]): Policy['pools'] {
  const pools: Partial<Record<Pool, PoolSettings>> = {}
  for (const pool of POOLS) {
    const prefix = PREFIXES[pool]
    if (!env[`${prefix}_MIN`] && !env[`${prefix}_MAX`]) continue
    pools[pool] = poolOf(prefix, reader, problems)
  }
  return pools
}

const LIMITS = { min: 3, max: 15 }

/** All regions when none are named. */
function poolOf(
  prefix: (typeof PREFIXES)[Pool],
  { get }: Reader,
  problems: string[],
): PoolSettings {
  const min = get(`${prefix}_MIN`) ?? LIMITS.min
  const max = get(`${prefix}_MAX`) ?? LIMITS.max
  const named = get(`${prefix}_REGIONS`) ?? []
  const regions = named.length > 0 ? named : REGIONS.map((region) => ({ region, floor: 0 }))
  if (min > max) problems.push(`${prefix}_MIN and ${prefix}_MAX must be in order`)
  if (regions.reduce((sum, { floor }) => sum + floor, 0) > max)
    problems.push(`${prefix}_REGIONS keep more workers than ${prefix}_MAX allows`)
  return { min, max, regions }
}
