// Leases that wait for a slot, in order, and the pump that hands them to workers as slots come free. Leases
// that lost their worker go to the front.

import { chunksIn, type Lease } from './lease.ts'
import { mismatch, type Need, place } from './placement.ts'
import type { ConnectedWorker, Registry } from './registry.ts'

export type Assignment = {
  lease: Lease
  /** Ascending. Those that are committed or dead by the time of placement are left out. */
  chunks: readonly number[]
  /** A copy beside a worker that fell silent: not needed once that worker speaks again. */
  besides: string | null
  queuedMs: number
}

export type Assignments = {
  add(assignment: Assignment, where: 'front' | 'back'): void
  /** Places what can be placed now. */
  pump(): void
  /** Forgets what waits for this lease. */
  drop(lease: Lease): void
  waits(lease: Lease): boolean
  count(): number
  /** Takes out the leases that no worker here can ever take and that wait since before `queuedBeforeMs`. */
  takeHopeless(queuedBeforeMs: number): Lease[]
}

function needOf(lease: Lease): Need {
  return {
    regions: lease.spec.regions,
    engineVersion: lease.spec.config.engine_version,
    gpu: false,
    trustedOnly: lease.spec.trustedOnly,
    training: lease.spec.kind === 'train',
    except: new Set(lease.holders.keys()),
    avoid: lease.failedOn,
    runtimeClass: lease.runtimeClass,
    strictClass: lease.spec.strictClass,
  }
}

export function createAssignments(
  registry: Registry,
  /** The slot is taken and the chunks are assigned when this is called. */
  hand: (worker: ConnectedWorker, lease: Lease, chunks: number[]) => void,
  /** Nothing of it waits any more, and nobody was asked: others did what it waited for. */
  onNeedless: (lease: Lease) => void,
): Assignments {
  let queue: Assignment[] = []

  function tryPlace({ lease, chunks, besides }: Assignment): 'handed' | 'needless' | 'waits' {
    if (besides && registry.get(besides)?.suspect === false) return 'needless'
    const wanted = chunks.filter((chunk) => {
      const state = lease.chunks.get(chunk)
      return state === 'missing' || (besides !== null && state === 'leased')
    })
    if (wanted.length === 0) return 'needless'
    const placement = place(needOf(lease), registry.views())
    if ('reason' in placement) return 'waits'
    const worker = registry.get(placement.workerId)
    if (!worker) return 'waits'
    hand(worker, lease, wanted)
    return 'handed'
  }

  return {
    add: (assignment, where) =>
      void (where === 'front' ? queue.unshift(assignment) : queue.push(assignment)),
    pump() {
      const waiting = queue
      queue = []
      const needless: Lease[] = []
      const left = waiting.filter((assignment) => {
        const outcome = tryPlace(assignment)
        if (outcome === 'needless') needless.push(assignment.lease)
        return outcome === 'waits'
      })
      queue = [...left, ...queue]
      needless.forEach(onNeedless)
    },
    drop: (lease) => {
      queue = queue.filter((assignment) => assignment.lease !== lease)
    },
    waits: (lease) => queue.some((assignment) => assignment.lease === lease),
    count: () => queue.filter(({ besides }) => besides === null).length,
    takeHopeless(queuedBeforeMs) {
      const workers = registry.views()
      const hopeless = queue
        .filter(({ lease, queuedMs }) => queuedMs < queuedBeforeMs && lease.holders.size === 0)
        .filter(({ lease }) => workers.every((worker) => mismatch(needOf(lease), worker) !== null))
        .map(({ lease }) => lease)
      queue = queue.filter(({ lease }) => !hopeless.includes(lease))
      return [...new Set(hopeless)]
    },
  }
}

/** Cuts what is missing into assignments: chunks that two workers were lost on go each alone. */
export function cut(lease: Lease, alone: readonly number[], nowMs: number): Assignment[] {
  const missing = chunksIn(lease, 'missing')
  const parts = [
    missing.filter((chunk) => !alone.includes(chunk)),
    ...missing.filter((chunk) => alone.includes(chunk)).map((chunk) => [chunk]),
  ]
  return parts
    .filter((chunks) => chunks.length > 0)
    .map((chunks) => ({ lease, chunks, besides: null, queuedMs: nowMs }))
}
