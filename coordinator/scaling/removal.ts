// How far the workers that leave have come, and what to do about each of them next.

import { type Leaving, type LeavingEvent, nextStage } from './leaving.ts'
import type { PoolState } from './pool-state.ts'
import type { Policy } from './settings.ts'
import type { PoolSignals, WorkerSignal } from './signals.ts'

export type RemovalAction =
  | { kind: 'resume'; workers: readonly string[] }
  | { kind: 'stop'; leaving: Leaving }

/** `gone` and `kept`: those that came to an end at this look; `troubled`: kept, and not because they were wanted. */
export type Progress = {
  leaving: Leaving[]
  actions: RemovalAction[]
  gone: Leaving[]
  kept: Leaving[]
  troubled: Leaving[]
}

/** So many refusals of a provider, each after tries of its own, are its last word. */
const REFUSALS_MAX = 3

type Looking = { signals: PoolSignals; policy: Policy; hot: boolean }

export function progressOf(state: PoolState, looking: Looking): Progress {
  const progress: Progress = { leaving: [], actions: [], gone: [], kept: [], troubled: [] }
  for (const before of state.leaving) {
    const { event, why } = eventOf(before, looking)
    const stage = event === null ? before.stage : nextStage(before.stage, event)
    const isNew = stage !== before.stage
    const after = isNew ? { ...before, stage, why, waitedMs: 0 } : before
    if (isNew && stage === 'gone') progress.gone.push(after)
    if (isNew && stage === 'kept') progress.kept.push(after)
    if (isNew && stage === 'kept' && event !== 'wanted') progress.troubled.push(after)
    if (stage === 'stopping') progress.actions.push({ kind: 'stop', leaving: after })
    if (stage === 'gone' || stage === 'kept') finish(after, looking.signals, progress)
    else progress.leaving.push(after)
  }
  return progress
}

/** Nobody stays drained: not those that go on, not the rows of those that are gone, should they come back. */
function finish(leaving: Leaving, signals: PoolSignals, progress: Progress): void {
  const drained = of(leaving, signals).filter(({ state }) => state === 'draining')
  if (drained.length === 0) return
  progress.actions.push({ kind: 'resume', workers: drained.map(({ id }) => id) })
  progress.leaving.push(leaving)
}

const of = ({ workers }: Leaving, signals: PoolSignals): WorkerSignal[] =>
  signals.workers.filter(({ id }) => workers.includes(id))

type Happened = { event: LeavingEvent | null; why: string | null }

function eventOf(leaving: Leaving, looking: Looking): Happened {
  if (leaving.stage === 'stopping') return whileStopping(leaving, looking)
  if (leaving.stage === 'draining') return whileDraining(leaving, looking)
  return { event: null, why: null }
}

function whileDraining(leaving: Leaving, { signals, policy, hot }: Looking): Happened {
  const workers = of(leaving, signals).filter(({ connected }) => connected)
  if (workers.some(({ state }) => state === 'active'))
    return { event: 'wanted', why: 'it was resumed' }
  if (hot) return { event: 'wanted', why: 'load came while it drained' }
  if (of(leaving, signals).every(({ connected, leases }) => !connected && leases === 0))
    return { event: 'left', why: null }
  if (workers.length > 0 && workers.every((worker) => isIdle(worker, leaving, signals)))
    return { event: 'idle', why: null }
  return leaving.waitedMs >= policy.drainMs
    ? { event: 'overdue', why: `it still had work after ${Math.round(policy.drainMs / 1000)} s` }
    : { event: null, why: null }
}

/** Nothing is on it, and it has said so since it was told to take no more. */
const isIdle = (
  { leases, trainings, unacknowledged, seenMs }: WorkerSignal,
  { waitedMs }: Leaving,
  { nowMs }: PoolSignals,
): boolean => leases + trainings + unacknowledged === 0 && nowMs - seenMs < waitedMs

function whileStopping(leaving: Leaving, { signals, policy }: Looking): Happened {
  if (isStopped(leaving, signals)) return { event: 'left', why: null }
  if (leaving.refusals >= REFUSALS_MAX)
    return { event: 'refused', why: leaving.why ?? 'the provider did not stop it' }
  return leaving.waitedMs >= policy.drainMs
    ? { event: 'overdue', why: 'it was told to end and has not' }
    : { event: null, why: null }
}

function isStopped({ region, instance, leave, workers }: Leaving, signals: PoolSignals): boolean {
  if (signals.instances === null) return false
  const here = signals.instances.filter((one) => one.region === region)
  const connected = signals.workers.filter((worker) => worker.connected)
  if (instance === null)
    return (
      here.length <= leave && connected.filter((worker) => worker.region === region).length <= leave
    )
  const isThere = connected.some(({ id }) => workers.includes(id))
  return !isThere && !here.some(({ name }) => name === instance)
}
