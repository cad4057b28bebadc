// What an operator lets the fleet's size do: limits, thresholds and waits. Read from the environment, off unless limits
// are set.

import { REGIONS } from '../jobs/regions.ts'

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

type Env = Record<string, string | undefined>

const WORKERS_MAX = 1_000
const SECONDS_MAX = 86_400

export const POLICY_DEFAULTS: Policy = {
  pools: {},
  up: { cpu: 0.8, memory: 0.85, queue: 5 },
  down: { cpu: 0.4, memory: 0.5, queue: 2 },
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

/** Without any pool when no limits are set; what is wrong goes into `problems`. */
export function policyOf(env: Env, problems: string[]): Policy {
  const number = (name: string, fallback: number, min: number, max: number): number => {
    const text = env[name]
    const value = text ? Number(text) : fallback
    if (value >= min && value <= max) return value
    problems.push(`${name} must be a number from ${min} to ${max}`)
    return fallback
  }
  const seconds = (name: string, fallbackMs: number, min = 0): number =>
    1_000 * number(`SYNDATA_SCALING_${name}_SECONDS`, fallbackMs / 1_000, min, SECONDS_MAX)
  const share = (name: string, fallback: number): number =>
    number(`SYNDATA_SCALING_${name}_PERCENT`, 100 * fallback, 0, 100) / 100
  const thresholds = (way: 'UP' | 'DOWN', defaults: Thresholds): Thresholds => ({
    cpu: share(`${way}_CPU`, defaults.cpu),
    memory: share(`${way}_MEMORY`, defaults.memory),
    queue: number(`SYNDATA_SCALING_${way}_QUEUE`, defaults.queue, 0, 1e6),
  })
  const d = POLICY_DEFAULTS
  const policy: Policy = {
    pools: poolsOf(env, problems),
    up: thresholds('UP', d.up),
    down: thresholds('DOWN', d.down),
    step: Math.floor(number('SYNDATA_SCALING_STEP', d.step, 1, 100)),
    tickMs: seconds('TICK', d.tickMs, 0.2),
    upAfterMs: seconds('UP_AFTER', d.upAfterMs),
    downAfterMs: seconds('DOWN_AFTER', d.downAfterMs),
    verifyMs: seconds('VERIFY', d.verifyMs, 1),
    coolDownMs: seconds('COOL_DOWN', d.coolDownMs),
    drainMs: seconds('DRAIN', d.drainMs, 1),
    startMs: seconds('START', d.startMs, 1),
    backOffMs: seconds('BACK_OFF', d.backOffMs, 1),
    backOffMaxMs: d.backOffMaxMs,
  }
  for (const what of ['cpu', 'memory', 'queue'] as const)
    if (policy.down[what] >= policy.up[what])
      problems.push(`SYNDATA_SCALING_DOWN_* of ${what} must be below SYNDATA_SCALING_UP_*`)
  return policy
}

function poolsOf(env: Env, problems: string[]): Policy['pools'] {
  const pools: Partial<Record<Pool, PoolSettings>> = {}
  for (const pool of POOLS) {
    const found = poolOf(pool === 'cpu' ? 'SYNDATA_SCALING' : 'SYNDATA_SCALING_GPU', env, problems)
    if (found) pools[pool] = found
  }
  return pools
}

function poolOf(prefix: string, env: Env, problems: string[]): PoolSettings | null {
  const [least, most] = [env[`${prefix}_MIN`], env[`${prefix}_MAX`]]
  if (!least && !most) return null
  const regions = regionsOf(`${prefix}_REGIONS`, env, problems)
  const [min, max] = [Number(least || 3), Number(most || 15)]
  if (![min, max].every((n) => Number.isInteger(n) && n >= 0 && n <= WORKERS_MAX) || min > max)
    problems.push(`${prefix}_MIN and ${prefix}_MAX must be whole, 0 to ${WORKERS_MAX}, in order`)
  if (regions.reduce((sum, { floor }) => sum + floor, 0) > max)
    problems.push(`${prefix}_REGIONS keep more workers than ${prefix}_MAX allows`)
  return { min, max, regions }
}

/** `us-west=3,us-east`: a region without a number keeps none. All regions when nothing is set. */
function regionsOf(name: string, env: Env, problems: string[]): PoolSettings['regions'] {
  const text = env[name]
  if (!text) return REGIONS.map((region) => ({ region, floor: 0 }))
  return text.split(',').flatMap((entry) => {
    const [region = '', floor = '0'] = entry.split('=').map((part) => part.trim())
    if ((REGIONS as readonly string[]).includes(region) && /^\d{1,4}$/.test(floor))
      return [{ region, floor: Number(floor) }]
    problems.push(`${name} has ${entry}: write region=number of ${REGIONS.join(', ')}`)
    return []
  })
}
