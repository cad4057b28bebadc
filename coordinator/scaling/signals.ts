// What a decision about a pool's size stands on, as one look found it, and the figures that follow from it.

import type { Policy, Pool, PoolSettings } from './settings.ts'

export type WorkerSignal = {
  id: string
  name: string
  region: string
  pool: Pool
  connected: boolean
  state: 'active' | 'draining'
  /** Of what it may use, 0 to 1; null before it has said. */
  cpu: number | null
  memory: number | null
  /** Leases that name it. */
  leases: number
  trainings: number
  /** Results that no coordinator has acknowledged yet. */
  unacknowledged: number
  connectedMs: number
  seenMs: number
}

/** Leases without a worker, in Temporal or here; `regions` empty: any region would do. */
export type QueueSignal = { pool: Pool; regions: readonly string[]; waiting: number }

/** What a provider runs or is starting: `name` is the worker's; null where a provider knows numbers only. */
export type Instance = { name: string | null; region: string }

export type PoolSignals = {
  pool: Pool
  workers: readonly WorkerSignal[]
  /** Null when Temporal did not answer. */
  queues: readonly QueueSignal[] | null
  /** Null when the provider did not answer. */
  instances: readonly Instance[] | null
  /** Whether a coordinator is there that workers can connect to. */
  reachable: boolean
  nowMs: number
}

export type Figures = {
  /** Means over workers that have said; null when none has. */
  cpu: number | null
  memory: number | null
  /** Leases without a worker; null when nobody knows. */
  queue: number | null
  /** Connected and taking work. */
  active: number
  /** Started by the provider, and not connected. */
  pending: number
  /** All that exist, leaving and drained ones too: what the upper limit counts. */
  total: number
  trainings: number
  /** Whether the provider did. */
  answers: boolean
}

/** Reports older than this say nothing. */
const FRESH_MS = 15_000

export const isFresh = (worker: WorkerSignal, nowMs: number): boolean =>
  nowMs - worker.seenMs < FRESH_MS

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length

const isNumber = (value: number | null): value is number => value !== null

/** Instances that no connected worker answers for, by their region. */
export function pendingOf({ workers, instances }: PoolSignals): Instance[] {
  const connected = workers.filter((worker) => worker.connected)
  const names = new Set(connected.map(({ name, region }) => `${region}/${name}`))
  const named = (instances ?? []).filter(({ name }) => name !== null)
  const pending = named.filter(({ name, region }) => !names.has(`${region}/${name}`))
  const nameless = (instances ?? []).filter(({ name }) => name === null)
  for (const region of new Set(nameless.map((instance) => instance.region))) {
    const here = connected.filter((worker) => worker.region === region).length
    pending.push(...nameless.filter((instance) => instance.region === region).slice(here))
  }
  return pending
}

/** `leaving`: workers that are on their way out. */
export function figuresOf(signals: PoolSignals, leaving: ReadonlySet<string>): Figures {
  const connected = signals.workers.filter((worker) => worker.connected)
  const active = connected.filter(({ id, state }) => state === 'active' && !leaving.has(id))
  const heard = active.filter((worker) => isFresh(worker, signals.nowMs))
  const pending = pendingOf(signals).length
  return {
    cpu: mean(heard.map(({ cpu }) => cpu).filter(isNumber)),
    memory: mean(heard.map(({ memory }) => memory).filter(isNumber)),
    queue: signals.queues?.reduce((sum, { waiting }) => sum + waiting, 0) ?? null,
    active: active.length,
    pending,
    total: connected.length + pending,
    trainings: signals.workers.reduce((sum, { trainings }) => sum + Math.min(1, trainings), 0),
    answers: signals.instances !== null,
  }
}

const percent = (share: number): string => `${Math.round(100 * share)} %`

/** Why there should be more workers; null when nothing says so. */
export function whyUp({ cpu, memory, queue }: Figures, { up }: Policy): string | null {
  if (queue !== null && queue > up.queue) return `${queue} leases wait, over ${up.queue}`
  if (cpu !== null && cpu > up.cpu) return `CPU at ${percent(cpu)}, over ${percent(up.cpu)}`
  if (memory !== null && memory > up.memory)
    return `memory at ${percent(memory)}, over ${percent(up.memory)}`
  return null
}

/** Why there could be fewer; null when anything speaks against it, or nobody has said anything. */
export function whyDown({ cpu, memory, queue }: Figures, { down }: Policy): string | null {
  if (cpu === null || memory === null || queue === null) return null
  if (cpu >= down.cpu || memory >= down.memory || queue >= down.queue) return null
  return `CPU at ${percent(cpu)}, memory at ${percent(memory)}, ${queue} leases wait`
}

/** Regions that leases wait for, and none of theirs has a worker, nor one on its way. */
export function unserved(signals: PoolSignals, regions: PoolSettings['regions']): string[] {
  const served = new Set([
    ...signals.workers.filter(({ connected }) => connected).map(({ region }) => region),
    ...pendingOf(signals).map(({ region }) => region),
  ])
  const ours = new Set(regions.map(({ region }) => region))
  const wished = (signals.queues ?? [])
    .filter(({ waiting }) => waiting > 0)
    .map((queue) => (queue.regions.length > 0 ? queue.regions : [...ours]))
    .filter((set) => !set.some((region) => served.has(region)))
  return [...new Set(wished.flat())].filter((region) => ours.has(region))
}
