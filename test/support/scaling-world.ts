// A fleet that exists in numbers alone: load comes and is worked off, providers start workers late, broken or never,
// and the policy is asked at every tick as a scheduler asks it.

import type { Action } from '#coordinator/scaling/decision.ts'
import { decide } from '#coordinator/scaling/policy.ts'
import { NEW_POOL, type PoolState } from '#coordinator/scaling/pool-state.ts'
import { POLICY_DEFAULTS, type Policy } from '#coordinator/scaling/settings.ts'
import type { Figures, Instance, PoolSignals, WorkerSignal } from '#coordinator/scaling/signals.ts'
import { whenNotStopped, whenRefused } from '#coordinator/scaling/verify.ts'

/** Leases that one worker makes in a second. */
const RATE = 1
/** Loads are written down this often. */
const REPORT_MS = 5_000

export type Region = {
  /** From being asked to being connected; Infinity: it never comes. */
  startMs: number
  /** The provider gives none at all. */
  dead?: boolean
  /** It connects, and is gone again a second later, for ever. */
  crashing?: boolean
  /** The provider will not stop what runs. */
  sticky?: boolean
}

export type World = {
  /** Leases per second that arrive at this time. */
  load: (ms: number) => number
  regions: Record<string, Region>
  policy?: Partial<Policy>
  /** Of the memory of each worker. */
  memory?: number
  min?: number
  max?: number
  floors?: Record<string, number>
  begin?: number
  /** What the clock of whoever decides says at this time. */
  clock?: (ms: number) => number
  /** Whether the provider answers at this time. */
  answers?: (ms: number) => boolean
  /** Whether whoever decided dies before anything of it is done. */
  dies?: (ms: number) => boolean
  /** Leases that never end; and trainings, by a worker's number. */
  stuck?: (worker: number) => boolean
  trains?: (worker: number) => boolean
  durationMs: number
  /** Numbers only, as some providers have them. */
  nameless?: boolean
}

export type Event = { ms: number; action: string; count: number; reason: string; total: number }

export type Outcome = {
  events: Event[]
  /** At every tick. */
  sizes: { ms: number; total: number; active: number }[]
  state: PoolState
  figures: Figures
  /** Workers that were stopped with work on them. */
  harmed: number
}

type Simulated = WorkerSignal & { joinsMs: number; crashing: boolean; no: number }

export function simulate(world: World): Outcome {
  const { tickMs } = { ...POLICY_DEFAULTS, ...world.policy }
  const policy = policyFor(world)
  const fleet = createFleet(world)
  for (let i = 0; i < (world.begin ?? 0); i++) fleet.start(fleet.regionNo(i), -1e6)
  const outcome: Outcome = {
    ...{ events: [], sizes: [], state: NEW_POOL, harmed: 0 },
    figures: decide(fleet.signals(0), NEW_POOL, policy).figures,
  }
  for (let ms = 0; ms <= world.durationMs; ms += tickMs) {
    fleet.live(ms, tickMs)
    const signals = fleet.signals(ms)
    const decided = decide(signals, outcome.state, policy)
    outcome.state = decided.state
    outcome.figures = decided.figures
    const { total, active } = decided.figures
    outcome.sizes.push({ ms, total, active })
    for (const { action, reason, places } of decided.told) {
      const count = Object.values(places).reduce((sum, n) => sum + n, 0)
      outcome.events.push({ ms, action, count, reason, total })
    }
    if (world.dies?.(ms)) continue
    for (const action of decided.actions)
      outcome.state = fleet.act(action, { ms, state: outcome.state })
  }
  outcome.harmed = fleet.harmed()
  return outcome
}

function policyFor({ policy, regions, floors = {}, min = 3, max = 15 }: World): Policy {
  const listed = Object.keys(regions).map((region) => ({ region, floor: floors[region] ?? 0 }))
  return { ...POLICY_DEFAULTS, ...policy, pools: { cpu: { min, max, regions: listed } } }
}

function createFleet(world: World) {
  const names = Object.keys(world.regions)
  let workers: Simulated[] = []
  const queue = { leases: 0 }
  let [harmed, started] = [0, 0]

  const start = (region: string, ms: number): void => {
    const { startMs, crashing = false } = world.regions[region] ?? { startMs: 0 }
    const no = started++
    workers.push({
      ...{ id: `w${no}`, name: `w${no}`, region, pool: 'cpu', connected: false, state: 'active' },
      ...{ cpu: null, memory: null, leases: 0, unacknowledged: 0, connectedMs: ms, seenMs: ms },
      ...{
        trainings: world.trains?.(no) ? 1 : 0,
        joinsMs: ms < 0 ? ms : ms + startMs,
        no,
        crashing,
      },
    })
  }

  const signals = (ms: number): PoolSignals => {
    const nowMs = world.clock?.(ms) ?? ms
    const shown = workers.map((worker) => ({ ...worker, seenMs: worker.seenMs + nowMs - ms }))
    const instances: Instance[] = workers.map(({ name, region }) => ({
      name: world.nameless ? null : name,
      region,
    }))
    return {
      ...{ pool: 'cpu', workers: shown, nowMs },
      queues: [{ pool: 'cpu', regions: [], waiting: Math.round(queue.leases) }],
      instances: (world.answers?.(ms) ?? true) ? instances : null,
      reachable: true,
    }
  }

  const stop = (name: string | null, region: string): void => {
    const gone = workers.find(
      (one) => one.region === region && (name === null || one.name === name),
    )
    if (gone && (gone.leases > 0 || gone.trainings > 0) && gone.connected) harmed++
    workers = workers.filter((one) => one !== gone)
  }

  const act = (action: Action, { ms, state }: { ms: number; state: PoolState }): PoolState => {
    switch (action.kind) {
      case 'add':
        return Object.entries(action.places).reduce((after, [region, count]) => {
          if (world.regions[region]?.dead) return whenRefused(after, region, 'no machines')
          for (let i = 0; i < count; i++) start(region, ms)
          return after
        }, state)
      case 'drain':
      case 'resume':
        for (const worker of workers)
          if (action.workers.includes(worker.id))
            worker.state = action.kind === 'drain' ? 'draining' : 'active'
        return state
      case 'stop': {
        const { region, instance, leave } = action.leaving
        if (world.regions[region]?.sticky) return whenNotStopped(state, action.leaving, 'not mine')
        if (instance !== null) stop(instance, region)
        else
          while (workers.filter((one) => one.region === region).length > leave) stop(null, region)
        return state
      }
      case 'reclaim':
        stop(action.instance.name, action.instance.region)
        return state
    }
  }
  const regionNo = (i: number): string => names[i % names.length] ?? ''
  const live = (ms: number, tickMs: number) => work(world, workers, queue, { ms, tickMs })
  return { start, live, signals, act, regionNo, harmed: () => harmed }
}

/** One tick: workers come and go, load comes and is worked off, and what they use is written down. */
function work(
  world: World,
  workers: Simulated[],
  queue: { leases: number },
  { ms, tickMs }: { ms: number; tickMs: number },
): void {
  for (const worker of workers) {
    const isUp = ms >= worker.joinsMs && !(worker.crashing && ms - worker.joinsMs > 1_000)
    if (isUp && !worker.connected) worker.connectedMs = ms
    worker.connected = isUp
  }
  const able = workers.filter(({ connected, state }) => connected && state === 'active')
  const capacity = (able.length * RATE * tickMs) / 1000
  const wanted = queue.leases + (world.load(ms) * tickMs) / 1000
  const done = Math.min(wanted, capacity)
  queue.leases = wanted - done
  const share = capacity === 0 ? 0 : done / capacity
  for (const worker of workers.filter(({ connected }) => connected)) {
    const takes = worker.state === 'active' && share > 0.5
    worker.leases = takes || world.stuck?.(worker.no) ? 1 : 0
    if (ms % REPORT_MS >= tickMs && worker.cpu !== null) continue
    Object.assign(worker, { cpu: worker.state === 'active' ? share : 0, seenMs: ms })
    worker.memory = world.memory ?? 0.2
  }
}
