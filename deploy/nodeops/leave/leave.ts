// Workers that are to go: told to take nothing new, waited for, and only then ended. Those that still have work when the
// time is over go on as if nothing had been.
import { setTimeout as delay } from 'node:timers/promises'
import { type Bound, TargetError } from '../target.ts'
import type { FleetCalls, FleetWorker } from './fleet-calls.ts'

export type Leaving = Bound & {
  fleet: FleetCalls
  region: string
  limitMs: number
  say: (line: string) => void
}

const LOOK_AGAIN_MS = 250
/** It counts as idle by a report that is later than its drain by this: a lease may have been on its way. */
const SETTLE_MS = 1_500
/** One that has been away for so long has lost its leases to others. */
const AWAY_MS = 15_000
const RESUME_MS = 10_000

/**
 * Drains them, has `end` end those that came to an end, and lets the others go on. Whoever is not ended goes on when `end`
 * or anything else fails, too. Returns those that still had work.
 */
export async function leaveInOrder(
  leaving: Leaving,
  workers: readonly FleetWorker[],
  end: (idle: readonly FleetWorker[]) => Promise<void>,
): Promise<FleetWorker[]> {
  let drained = [...workers]
  try {
    const unfinished = await untilIdle(leaving, workers)
    const busy = workers.filter(({ id }) => unfinished.has(id))
    drained = workers.filter(({ id }) => !unfinished.has(id))
    await resume(leaving, busy)
    await end(drained)
    return busy
  } catch (error) {
    await resume(leaving, drained)
    throw error
  }
}

/** Ids of those that still have work when the limit is over; all are drained. */
async function untilIdle(
  { fleet, region, limitMs, signal, say }: Leaving,
  workers: readonly FleetWorker[],
): Promise<Set<string>> {
  const since = new Map<string, number>()
  for (const { id } of workers) {
    const worker = await fleet.drain(id, { signal })
    if (worker) since.set(id, worker.seenMs)
  }
  if (workers.length > 0) say(`${namesOf(workers)}: drained, waiting for what they have begun`)
  const until = performance.now() + limitMs
  const awaySince = new Map<string, number>()
  for (;;) {
    const found = await fleet.workers(region, { signal })
    const nowMs = performance.now()
    const busy = found.filter((worker) => {
      const drainedMs = since.get(worker.id)
      if (worker.connected) awaySince.delete(worker.id)
      else if (!awaySince.has(worker.id)) awaySince.set(worker.id, nowMs)
      const awayMs = nowMs - (awaySince.get(worker.id) ?? nowMs)
      return drainedMs !== undefined && !isIdle(worker, { drainedMs, awayMs })
    })
    if (busy.length === 0 || performance.now() > until) return new Set(busy.map(({ id }) => id))
    await delay(LOOK_AGAIN_MS, undefined, { signal })
  }
}

/** One that is away may come back with what nobody else has. */
const isIdle = (
  { connected, unfinished, seenMs }: FleetWorker,
  { drainedMs, awayMs }: { drainedMs: number; awayMs: number },
): boolean =>
  connected
    ? unfinished === 0 && seenMs >= drainedMs + SETTLE_MS
    : unfinished === 0 || awayMs >= AWAY_MS

/**
 * Not those that an operator had drained before. Done when the caller's signal has aborted, too: nobody else would have
 * them go on.
 */
export async function resume(
  { fleet, say }: Pick<Leaving, 'fleet' | 'say'>,
  workers: readonly FleetWorker[],
): Promise<void> {
  const signal = AbortSignal.timeout(RESUME_MS)
  for (const { id, name } of workers.filter(({ draining }) => !draining))
    await fleet.resume(id, { signal }).catch(() => {
      say(`${name} stays drained: POST /api/workers/${id}/resume has it go on`)
    })
}

/** Throws TargetError when there are any. */
export function refuseBusy(busy: readonly FleetWorker[], { region, limitMs }: Leaving): void {
  if (busy.length === 0) return
  const seconds = Math.round(limitMs / 1_000)
  throw new TargetError(
    'failed',
    `${namesOf(busy)} of ${region} still had work after ${seconds} s, and go on`,
    'Repeat it later, or give them longer with NODEOPS_DRAIN_SECONDS; 0 ends them by SIGTERM alone.',
  )
}

const namesOf = (workers: readonly FleetWorker[]): string =>
  workers.map(({ name }) => name).join(', ')
