// The leases of this worker: each waits for its spec, its inputs and a free thread, runs there, and ends when all of its
// chunks are reported. They outlive the stream that brought them.

import { AppError, codeOf } from '#engine/errors.ts'
import type { Assign } from '#proto/gen/syndata/v1/fleet_pb.ts'
import type { InputCache } from './input-cache.ts'
import { createLeaseInputs } from './lease-inputs.ts'
import type { Outbox, Result } from './outbox.ts'
import { chunkDone, chunkFailed, leaseEnded } from './reports.ts'
import { createSlots, type SlotEvents, type SlotOptions } from './slots.ts'
import type { Specs } from './specs.ts'
import type { SpecBody } from './thread-messages.ts'
import type { TrainingReports } from './train/training-reports.ts'
import type { UploadRequests } from './upload-requests.ts'

export type RunningLease = { leaseId: string; chunksDone: number }

export type Leases = {
  /** More chunks of a lease that runs already follow those it has. */
  assign(assignment: Assign): void
  /** `checkpoint`: a training ends with one. */
  cancel(leaseId: string, options?: { checkpoint: boolean }): void
  /** Starts what can be started: to be called when a spec came. */
  pump(): void
  running(): RunningLease[]
  /** Starts nothing more; resolves when the chunks that are begun are reported. */
  finish(): Promise<void>
  close(): Promise<void>
}

type Deps = {
  specs: Specs
  outbox: Outbox
  uploads: UploadRequests
  inputs: InputCache
  trainings: TrainingReports
  onDeath: (error: Error) => void
}

type Lease = {
  assignment: Assign
  spec: SpecBody | null
  /** Not given to a thread yet. */
  waiting: number[]
  done: number
}

export function createLeases(deps: Deps, options: SlotOptions): Leases {
  const { specs, outbox, uploads } = deps
  const leases = new Map<string, Lease>()
  const slots = createSlots(eventsOf(leases, deps, ended), options)
  const inputs = createLeaseInputs(deps.inputs, { onReady: pump, onFailed: noInputs })
  let finished: (() => void) | null = null

  /** Of a lease that the worker leaves unfinished nothing is said: its goodbye tells. */
  function ended(leaseId: string, unwanted: boolean): void {
    const lease = leases.get(leaseId)
    uploads.forget(leaseId)
    if (lease && !finished && (unwanted || lease.waiting.length === 0)) {
      leases.delete(leaseId)
      inputs.end(leaseId)
      deps.trainings.forget(leaseId)
      outbox.add(leaseEnded(leaseId))
    }
    pump()
  }

  /** A right that is gone ends the lease, as for uploads: another assignment brings another. */
  function noInputs(leaseId: string, error: unknown): void {
    const lease = leases.get(leaseId)
    const refused = codeOf(error) === 'forbidden'
    if (lease && !refused) for (const result of failures(lease, error)) outbox.add(result)
    ended(leaseId, true)
  }

  function pump(): void {
    if (finished) {
      if (slots.areIdle()) finished()
      return
    }
    for (const [leaseId, lease] of leases) {
      lease.spec ??= specs.get(lease.assignment.specDigest) ?? null
      const files = inputs.filesOf(leaseId)
      if (!lease.spec || !files || lease.waiting.length === 0 || slots.has(leaseId)) continue
      if (!slots.isOneFree()) return
      slots.run({ ...lease, spec: lease.spec, inputs: files })
      lease.waiting = []
    }
  }

  return {
    pump,
    assign(assignment) {
      if (finished) return
      const { waiting = [], done = 0, spec = null } = leases.get(assignment.leaseId) ?? {}
      const lease = { assignment, spec, waiting: [...waiting, ...assignment.chunks], done }
      leases.set(assignment.leaseId, lease)
      if (lease.waiting.length === 0 && !slots.has(assignment.leaseId)) {
        ended(assignment.leaseId, true)
      } else {
        inputs.begin(assignment)
        pump()
      }
    },
    cancel(leaseId, { checkpoint } = { checkpoint: false }) {
      const lease = leases.get(leaseId)
      if (!lease) return
      lease.waiting = []
      if (slots.has(leaseId)) slots.cancel(leaseId, { checkpoint })
      else ended(leaseId, true)
    },
    running: () => [...leases].map(([leaseId, { done }]) => ({ leaseId, chunksDone: done })),
    finish() {
      const { promise, resolve } = Promise.withResolvers<void>()
      finished = resolve
      slots.finish()
      pump()
      return promise
    },
    async close() {
      inputs.close()
      await slots.close()
    },
  }
}

/** Of every chunk that waits. */
function failures({ assignment, waiting }: Lease, error: unknown): Result[] {
  const code = codeOf(error)
  const message = error instanceof AppError ? error.message : String(error)
  return waiting.map((chunk) => chunkFailed(assignment, { chunk, code, message }))
}

/** What threads say, passed on to the coordinator. */
function eventsOf(
  leases: ReadonlyMap<string, Lease>,
  { outbox, uploads, trainings, onDeath }: Deps,
  ended: (leaseId: string, unwanted: boolean) => void,
): SlotEvents {
  return {
    onMade(leaseId, made) {
      const lease = leases.get(leaseId)
      if (!lease) return
      lease.done++
      outbox.add(chunkDone(lease.assignment, made))
    },
    onFailed(leaseId, failure) {
      const lease = leases.get(leaseId)
      if (lease) outbox.add(chunkFailed(lease.assignment, failure))
    },
    onSign: (leaseId, { blocks, answer }) => uploads.ask(leaseId, blocks, answer),
    onEnded: (leaseId, { stale }) => ended(leaseId, stale),
    onDeath,
    ...trainings,
  }
}
