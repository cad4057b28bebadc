// Settings of the scheduler: what it is connected with, and all of scaling.

import { httpUrl, list, number, percent, port, seconds, text, whole } from './kinds.ts'
import { REGIONS } from './regions.ts'
import { secretRef } from './secrets.ts'
import { BACKENDS } from './serving.ts'
import type { Setting } from './setting.ts'

const WORKERS_MAX = 1_000
const SECONDS_MAX = 86_400
const DAYS_MAX = 36_500
const QUEUE_MAX = 1e6

/** Of load, where nothing is set; the queue is leases that no worker has. */
export const THRESHOLDS = {
  up: { cpuPercent: 80, memoryPercent: 85, queue: 5 },
  down: { cpuPercent: 40, memoryPercent: 50, queue: 2 },
} as const

/** `us-west=3`: the fewest that a region keeps; without a number it keeps none. */
function readFloor(entry: string): { region: string; floor: number } | null {
  const [region = '', floor = '0'] = entry.split('=').map((part) => part.trim())
  const isOne = (REGIONS as readonly string[]).includes(region) && /^\d{1,4}$/.test(floor)
  return isOne ? { region, floor: Number(floor) } : null
}

function readEnvironment(entry: string): [region: string, id: string] | null {
  const [region, id] = entry.split('=')
  return region && id ? [region, id] : null
}

/** Who adds and stops workers. */
export type ProviderName =
  | { kind: 'local'; socket: string }
  | { kind: 'webhook'; url: string }
  | { kind: 'kubernetes' }
  | { kind: 'createos'; project: string }

const provider: Setting<ProviderName> = {
  allowed: 'local:<socket>, webhook:<URL>, kubernetes or createos:<project id>',
  read: (given) => {
    const [, kind = '', rest = ''] = /^(\w+):?(.*)$/.exec(given) ?? []
    if (kind === 'kubernetes' && rest === '') return { kind }
    if (kind === 'local' && rest) return { kind, socket: rest }
    if (kind === 'createos' && rest) return { kind, project: rest }
    return kind === 'webhook' && isWebhook(rest) ? { kind, url: rest } : null
  },
}

const isWebhook = (url: string): boolean =>
  httpUrl.read(url) !== null && new URL(url).username === ''

/** Of a pool of workers; `name` with the name of the pool before it. */
const poolOf = <Prefix extends string>(prefix: Prefix) => {
  const settings = {
    MIN: whole(0, WORKERS_MAX),
    MAX: whole(0, WORKERS_MAX),
    REGIONS: list(readFloor, `region=number of ${REGIONS.join(', ')}`),
    PROVIDER: provider,
    SECRET: secretRef,
    KUBERNETES_URL: httpUrl,
    KUBERNETES_ACCOUNT: text,
    KUBERNETES_DEPLOYMENT: text,
    CREATEOS_URL: httpUrl,
    CREATEOS_ENVIRONMENTS: list(readEnvironment, 'region=<environment id>,...'),
  }
  const named = Object.entries(settings).map(([name, setting]) => [`${prefix}_${name}`, setting])
  return Object.fromEntries(named) as {
    [Name in keyof typeof settings as `${Prefix}_${Name}`]: (typeof settings)[Name]
  }
}

const duration = (min = 0): Setting<number> => seconds(min, SECONDS_MAX)

export const SCHEDULER = {
  ...BACKENDS,
  ...poolOf('SYNDATA_SCALING'),
  ...poolOf('SYNDATA_SCALING_GPU'),
  SYNDATA_SCHEDULER_HOST: text,
  SYNDATA_SCHEDULER_PORT: port,
  SYNDATA_JOB_RETENTION_DAYS: number(0, DAYS_MAX, 'a number of days, 0 for never,'),
  JOB_CLEANUP_DAYS: number(0, DAYS_MAX, 'a number of days, 0 for never,'),
  SYNDATA_SCALING_UP_CPU_PERCENT: percent,
  SYNDATA_SCALING_UP_MEMORY_PERCENT: percent,
  SYNDATA_SCALING_UP_QUEUE: number(0, QUEUE_MAX),
  SYNDATA_SCALING_DOWN_CPU_PERCENT: percent,
  SYNDATA_SCALING_DOWN_MEMORY_PERCENT: percent,
  SYNDATA_SCALING_DOWN_QUEUE: number(0, QUEUE_MAX),
  SYNDATA_SCALING_STEP: number(1, 100),
  SYNDATA_SCALING_TICK_SECONDS: duration(0.2),
  SYNDATA_SCALING_UP_AFTER_SECONDS: duration(),
  SYNDATA_SCALING_DOWN_AFTER_SECONDS: duration(),
  SYNDATA_SCALING_VERIFY_SECONDS: duration(1),
  SYNDATA_SCALING_COOL_DOWN_SECONDS: duration(),
  SYNDATA_SCALING_DRAIN_SECONDS: duration(1),
  SYNDATA_SCALING_START_SECONDS: duration(1),
  SYNDATA_SCALING_BACK_OFF_SECONDS: duration(1),
}
