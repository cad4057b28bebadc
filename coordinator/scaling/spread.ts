// Where workers that are added go, and which ones leave.

import type { Leaving } from './leaving.ts'
import { countsOf, idsLeaving, isLeftAlone, type Places, type PoolState } from './pool-state.ts'
import type { PoolSettings } from './settings.ts'
import { isFresh, type PoolSignals, type WorkerSignal } from './signals.ts'

type Pooled = { signals: PoolSignals; state: PoolState; pool: PoolSettings }

/**
 * At most `count` workers by region: those that keep more than they have first, then those with a queue of their own,
 * then the emptiest. Regions that are left alone get none.
 */
export function placesFor(count: number, { signals, state, pool }: Pooled): Places {
  const counts = countsOf(signals, idsLeaving(state))
  const wished = new Set((signals.queues ?? []).flatMap(({ regions }) => regions))
  const open = pool.regions.filter(({ region }) => !isLeftAlone(state, region))
  const places: Record<string, number> = {}
  const rank = ({ region, floor }: { region: string; floor: number }): [number, number, number] => {
    const here = (counts[region] ?? 0) + (places[region] ?? 0)
    return [here < floor ? 0 : 1, wished.has(region) && here === 0 ? 0 : 1, here]
  }
  for (let added = 0; added < count; added++) {
    const ranked = open.map((one) => ({ region: one.region, rank: rank(one) }))
    const [best] = ranked.sort((a, b) => compared(a.rank, b.rank))
    if (best) places[best.region] = (places[best.region] ?? 0) + 1
  }
  return places
}

const compared = (a: readonly number[], b: readonly number[]): number =>
  a.map((value, i) => value - (b[i] ?? 0)).find((difference) => difference !== 0) ?? 0

/** Whether nothing would be lost with it, had it time to end what it has. */
const mayLeave = (worker: WorkerSignal, nowMs: number): boolean =>
  worker.connected &&
  worker.state === 'active' &&
  worker.trainings === 0 &&
  worker.unacknowledged === 0 &&
  isFresh(worker, nowMs)

const order = (a: WorkerSignal, b: WorkerSignal): number =>
  a.leases - b.leases || b.connectedMs - a.connectedMs || a.id.localeCompare(b.id)

/**
 * At most `count` workers that the provider runs: the least loaded first, of those the newest. Never one that trains,
 * holds results that nobody has, or is not heard; never below what a region keeps.
 */
export function chooseLeaving(count: number, pooled: Pooled): Leaving[] {
  const { signals, state, pool } = pooled
  const counts = countsOf(signals, idsLeaving(state))
  const floors = new Map(pool.regions.map(({ region, floor }) => [region, floor]))
  const chosen: Leaving[] = []
  let left = count
  const candidates = signals.workers.filter((worker) => mayLeave(worker, signals.nowMs))
  for (const worker of candidates.sort(order)) {
    const { region } = worker
    const spare = Math.min(left, (counts[region] ?? 0) - (floors.get(region) ?? 0))
    if (spare <= 0 || isLeftAlone(state, region)) continue
    const leaving = leavingOf(worker, spare, { pooled, chosen })
    if (!leaving) continue
    chosen.push(leaving)
    left -= leaving.count
    counts[region] = (counts[region] ?? 0) - leaving.count
  }
  return chosen
}

type Choosing = { pooled: Pooled; chosen: readonly Leaving[] }

const BEGUN = { stage: 'draining', waitedMs: 0, refusals: 0, why: null } as const

/** Null for a worker that the provider does not run, or cannot stop without others that may not leave. */
function leavingOf(worker: WorkerSignal, spare: number, choosing: Choosing): Leaving | null {
  const { signals } = choosing.pooled
  const { region } = worker
  const here = (signals.instances ?? []).filter((instance) => instance.region === region)
  const [named, ...doubles] = here.filter(({ name }) => name === worker.name)
  const twins = signals.workers.filter(
    (other) => other.connected && other.region === region && other.name === worker.name,
  )
  if (named && doubles.length === 0 && twins.length === 1) {
    const before = choosing.chosen.filter((one) => one.region === region).length
    const leave = here.length - before - 1
    return { ...BEGUN, region, instance: worker.name, count: 1, workers: [worker.id], leave }
  }
  return here.some(({ name }) => name === null) ? ofRegion(region, spare, choosing) : null
}

/** Nobody can say which of them the provider stops: all of them end what they have, the rest goes on. */
function ofRegion(region: string, spare: number, { pooled, chosen }: Choosing): Leaving | null {
  const { signals } = pooled
  const workers = signals.workers.filter((worker) => worker.connected && worker.region === region)
  const nameless = (signals.instances ?? []).filter(
    (instance) => instance.region === region && instance.name === null,
  )
  const isChosen = chosen.some((one) => one.region === region)
  const may = workers.every((worker) => mayLeave(worker, signals.nowMs))
  const count = Math.min(spare, nameless.length)
  if (isChosen || !may || count === 0) return null
  return {
    ...BEGUN,
    region,
    instance: null,
    count,
    workers: workers.map(({ id }) => id),
    leave: nameless.length - count,
  }
}
