// The leases of this worker: each waits for its spec, its inputs and a free thread, runs there, and ends when all of its
// chunks are reported. They outlive the stream that brought them.

import { AppError, codeOf } from '#engine/errors.ts'
import type { Assign } from '#proto/gen/syndata/v1/fleet_pb.ts'
import { type ComputeThread, createComputeThread, type ThreadEvents } from './compute-thread.ts'
import type { InputCache, InputFile } from './input-cache.ts'
import { createLeaseInputs } from './lease-inputs.ts'
import type { Outbox, Result } from './outbox.ts'
import { chunkDone, chunkFailed, leaseEnded } from './reports.ts'
import type { Specs } from './specs.ts'
import type { LeaseRun, SpecBody } from './thread-messages.ts'
import type { UploadRequests } from './upload-requests.ts'

export type RunningLease = { leaseId: string; chunksDone: number }

export type Leases = {
  /** More chunks of a lease that runs already follow those it has. */
  assign(assignment: Assign): void
  cancel(leaseId: string): void
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
  onDeath: (error: Error) => void
}

type Options = { threads: number; threadMemoryBytes: number; authority: string }

type Lease = {
  assignment: Assign
  spec: SpecBody | null
  /** Not given to a thread yet. */
  waiting: number[]
  done: number
}

const MIB = 1024 * 1024
const HEAP_MIB_MIN = 64
/** A thread's heap may take half of its memory; the rest is for parts, of which several travel at once. */
const CHUNK_SHARE = 8

export function createLeases(deps: Deps, options: Options): Leases {
  const { specs, outbox, uploads } = deps
  const leases = new Map<string, Lease>()
  const threads = createThreads(options, eventsOf(leases, deps, ended))
  const inputs = createLeaseInputs(deps.inputs, { onReady: pump, onFailed: noInputs })
  let finished: (() => void) | null = null

  const threadOf = (leaseId: string) => threads.find((thread) => thread.leaseId() === leaseId)
  const freeThread = () => threads.find((thread) => thread.leaseId() === null)

  /** Of a lease that the worker leaves unfinished nothing is said: its goodbye tells. */
  function ended(leaseId: string, unwanted: boolean): void {
    const lease = leases.get(leaseId)
    uploads.forget(leaseId)
    if (lease && !finished && (unwanted || lease.waiting.length === 0)) {
      leases.delete(leaseId)
      inputs.end(leaseId)
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
      if (threads.every((thread) => thread.leaseId() === null)) finished()
      return
    }
    for (const [leaseId, lease] of leases) {
      lease.spec ??= specs.get(lease.assignment.specDigest) ?? null
      const files = inputs.filesOf(leaseId)
      if (!lease.spec || !files || lease.waiting.length === 0 || threadOf(leaseId)) continue
      const thread = freeThread()
      if (!thread) return
      const given = { spec: lease.spec, inputs: files, memoryBytes: options.threadMemoryBytes }
      thread.run(runOf(lease, given))
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
      if (lease.waiting.length === 0 && !threadOf(assignment.leaseId)) {
        ended(assignment.leaseId, true)
      } else {
        inputs.begin(assignment)
        pump()
      }
    },
    cancel(leaseId) {
      const lease = leases.get(leaseId)
      if (!lease) return
      lease.waiting = []
      const thread = threadOf(leaseId)
      if (thread) thread.cancel()
      else ended(leaseId, true)
    },
    running: () => [...leases].map(([leaseId, { done }]) => ({ leaseId, chunksDone: done })),
    finish() {
      const { promise, resolve } = Promise.withResolvers<void>()
      finished = resolve
      for (const thread of threads) thread.finish()
      pump()
      return promise
    },
    async close() {
      inputs.close()
      await Promise.all(threads.map((thread) => thread.close()))
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
  { outbox, uploads, onDeath }: Deps,
  ended: (leaseId: string, unwanted: boolean) => void,
): ThreadEvents {
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
  }
}

function createThreads(options: Options, events: ThreadEvents): ComputeThread[] {
  const heapMib = Math.max(HEAP_MIB_MIN, Math.floor(options.threadMemoryBytes / 2 / MIB))
  const settings = { authority: options.authority, heapMib }
  return Array.from({ length: options.threads }, () => createComputeThread(events, settings))
}

type Given = { spec: SpecBody; inputs: readonly InputFile[]; memoryBytes: number }

function runOf({ assignment, waiting }: Lease, { spec, inputs, memoryBytes }: Given): LeaseRun {
  const { leaseId, table, upload, memoryLimitBytes } = assignment
  const own = Math.floor(memoryBytes / CHUNK_SHARE)
  const told = Number(memoryLimitBytes)
  return {
    leaseId,
    spec,
    inputs,
    table,
    chunks: waiting,
    upload: { baseUrl: upload?.baseUrl ?? '', token: upload?.token ?? '' },
    chunkBytesMax: told > 0 ? Math.min(told, own) : own,
    pieceRows: new Map(),
  }
}
