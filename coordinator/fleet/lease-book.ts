// The running leases of this replica, from opening to end. What is decided here is decided on the ledger; what is
// in memory can be lost at any time.

import type { Logger } from 'pino'
import type { Link } from '#engine/dag/part.ts'
import type { Database } from '../database/database.ts'
import { isId } from '../identity/new-id.ts'
import type { ChunkResult, Committer } from '../ledger/commit.ts'
import { deadChunks, forgiveLosses, troublesOf } from '../ledger/failures.ts'
import type { JobSpec, JobSpecs } from '../ledger/job-spec.ts'
import { adoptLease, closeLease, type LeaseRow } from '../ledger/leases.ts'
import { missingChunks } from '../ledger/ledger.ts'
import { classBegun } from '../ledger/runtime-classes.ts'
import { createPending } from '../pending.ts'
import { type Assignments, cut } from './assignments.ts'
import type { Completion, LeaseFailure } from './completion.ts'
import {
  applyToChunk,
  assignChunks,
  chunksIn,
  createLease,
  type Lease,
  outcomeOf,
} from './lease.ts'
import type { ConnectedWorker } from './registry.ts'

export type LeaseDeps = {
  coordinatorId: string
  database: Database
  errorsMax?: number
  committer: Committer
  completion: Completion
  specs: JobSpecs
  assignments: Assignments
  log: Logger
  /** Whether the part is in the store with these sizes. */
  isStored: (link: Link) => Promise<boolean>
  /** Tells the people who watch the job. */
  report: (jobId: string, level: 'info' | 'warn', message: string, data: object) => void
  /** A worker's report was not believed: for the audit log. */
  resultRefused: (workerId: string, details: ResultRefusal) => void
  /** A chunk was made again that the ledger had, in the same bytes. */
  repeated: (workerId: string, chunk: Pick<ChunkResult, 'jobId' | 'tableNo' | 'chunkNo'>) => void
  /** Slots may have become free. */
  onRoom: () => void
  /** Tells a worker that its share of a lease is not wanted any more; `checkpoint`: but what a training has learned. */
  cancel: (workerId: string, leaseId: string, options?: { checkpoint: boolean }) => void
}

export type ResultRefusal = {
  leaseId: string
  jobId: string
  table: number
  chunk: number
  reason: string
}

export class LeaseBook {
  readonly deps: LeaseDeps
  readonly #leases = new Map<string, Lease>()
  /** What Temporal and the database are being told. */
  readonly #telling = createPending()
  #beginning = 0

  constructor(deps: LeaseDeps) {
    this.deps = deps
  }

  get(leaseId: string): Lease | undefined {
    return this.#leases.get(leaseId)
  }

  all(): IterableIterator<Lease> {
    return this.#leases.values()
  }

  /** Leases that are neither in line nor on a worker yet, and will want a slot in a moment. */
  get beginning(): number {
    return this.#beginning
  }

  holds(lease: Lease): boolean {
    return this.#leases.get(lease.row.id) === lease
  }

  /** Starts a lease opened by an activity, or gives the one that runs its new token. */
  open(row: LeaseRow, work: { spec: JobSpec; missing: readonly number[] }): void {
    const running = this.#leases.has(row.id)
    const lease = this.#resume(row, work)
    if (!running) void this.#telling.add(this.#begin(lease))
  }

  /**
   * The lease that this worker still runs after it connected again; null when nobody wants it any more, or it was
   * never this worker's. The worker holds what is missing of it.
   */
  async adopt(leaseId: string, worker: ConnectedWorker): Promise<Lease | null> {
    const lease = await this.find(leaseId, worker)
    if (!lease) return null
    await forgiveLosses(this.deps.database, { ...lease.row, workerId: worker.id })
    this.deps.assignments.drop(lease)
    worker.leases.add(lease.row.id)
    if (lease.spec.kind === 'train') worker.trainings.add(lease.row.id)
    assignChunks(lease, worker.id, [...chunksIn(lease, 'missing'), ...chunksIn(lease, 'leased')])
    return lease
  }

  /** The lease that a result of this worker belongs to, taken over from a replica that is gone if need be. */
  async find(leaseId: string, worker: ConnectedWorker): Promise<Lease | null> {
    const known = this.#leases.get(leaseId)
    if (known) return known.row.workerIds.includes(worker.id) ? known : null
    if (!isId(leaseId)) return null
    const { database, coordinatorId, specs } = this.deps
    const row = await adoptLease(database, { leaseId, workerId: worker.id, coordinatorId })
    if (!row) return null
    const spec = await specs.get(row.jobId)
    const missing = await missingChunks(database, row)
    return this.#resume(row, { spec, missing })
  }

  /** Puts what is missing in line for workers; `alone`: chunks that get an assignment of their own. */
  enqueue(lease: Lease, alone: readonly number[], where: 'front' | 'back'): void {
    const { assignments } = this.deps
    if (!this.holds(lease)) return
    for (const assignment of cut(lease, alone, performance.now()))
      assignments.add(assignment, where)
    assignments.pump()
  }

  /** Ends the lease, or goes on with it, as its chunks stand. */
  settle(lease: Lease): void {
    const { assignments, completion } = this.deps
    if (!this.holds(lease)) return
    const outcome = outcomeOf(lease)
    if (outcome === 'missing' && assignments.waits(lease)) return
    if (outcome === 'missing' && lease.suspended) this.giveBack(lease, 'the job is paused')
    else if (outcome === 'missing') {
      for (const chunk of chunksIn(lease, 'leased')) applyToChunk(lease, chunk, 'lost')
      this.enqueue(lease, [], 'front')
    } else if (outcome === 'dead' || outcome === 'failed')
      this.#fail(lease, failureOf(lease, outcome))
    if (outcome === 'done')
      this.end(lease, () => completion.complete(lease.row, { chunks: lease.chunks.size }))
  }

  /** Has its workers stop, with a checkpoint; one that no worker has goes back at once. */
  suspend(lease: Lease): void {
    if (lease.suspended) return
    lease.suspended = true
    this.deps.assignments.drop(lease)
    for (const workerId of lease.holders.keys())
      this.deps.cancel(workerId, lease.row.id, { checkpoint: true })
    this.settle(lease)
  }

  /** Drops the lease without telling Temporal: it does not wait for it any more. */
  forget(lease: Lease): void {
    this.#leases.delete(lease.row.id)
    this.deps.assignments.drop(lease)
  }

  /** Gives the lease back to Temporal for another replica or another time. */
  giveBack(lease: Lease, message: string): void {
    this.#fail(lease, { type: 'lease_returned', message, retryable: false })
  }

  /** Leaves what is missing of the lease to its next attempt, after Temporal's pause. */
  putOff(lease: Lease, message: string): void {
    this.#fail(lease, { type: 'infrastructure', message, retryable: true })
  }

  /** The row goes once Temporal knows: until then a replica that takes over can tell it. */
  end(lease: Lease, tell: () => Promise<void>): void {
    this.forget(lease)
    // A second holder, from an adoption or beside a silent worker, need not finish what is done.
    for (const [workerId, left] of lease.holders)
      if (left.size > 0) this.deps.cancel(workerId, lease.row.id)
    const told = tell()
      .then(() => closeLease(this.deps.database, lease.row.id))
      .catch((error: unknown) =>
        this.deps.log.warn({ err: error, leaseId: lease.row.id }, 'lease not closed'),
      )
    void this.#telling.add(told)
  }

  /** Resolves when no lease is beginning, and the end of those that are over is told. */
  idle(): Promise<void> {
    return this.#telling.idle()
  }

  #fail(lease: Lease, failure: LeaseFailure): void {
    this.end(lease, () => this.deps.completion.fail(lease.row, failure))
  }

  #resume(row: LeaseRow, { spec, missing }: { spec: JobSpec; missing: readonly number[] }): Lease {
    const known = this.#leases.get(row.id)
    if (known) {
      known.row = row
      return known
    }
    const lease = createLease(row, { spec, missing, nowMs: performance.now() })
    this.#leases.set(row.id, lease)
    return lease
  }

  async #begin(lease: Lease): Promise<void> {
    const { database, log } = this.deps
    this.#beginning++
    try {
      for (const { chunk, code, message } of await deadChunks(database, lease.row)) {
        applyToChunk(lease, chunk, 'condemned')
        lease.errors.set(chunk, { code, message })
      }
      if (chunksIn(lease, 'missing').length === 0) this.settle(lease)
      else {
        lease.runtimeClass = await classBegun(database, lease.spec)
        const { alone, failedOn } = await troublesOf(database, lease.row)
        for (const workerId of failedOn) lease.failedOn.add(workerId)
        this.enqueue(lease, alone, 'back')
      }
    } catch (error) {
      log.warn({ err: error, leaseId: lease.row.id }, 'lease not begun')
      this.putOff(lease, 'the database did not answer')
    } finally {
      this.#beginning--
    }
  }
}

function failureOf(lease: Lease, state: 'dead' | 'failed'): LeaseFailure {
  const chunks = chunksIn(lease, state).sort((a, b) => a - b)
  const chunk = chunks[0] as number
  const error = lease.errors.get(chunk) ?? { code: 'generation_failed', message: 'unknown' }
  const table = lease.spec.plan.tables[lease.row.tableNo]?.name ?? ''
  const message = JSON.stringify({ ...error, table, chunk, chunks: chunks.length })
  return state === 'dead'
    ? { type: 'poison_chunk', message, retryable: false }
    : { type: 'chunk_failed', message, retryable: true }
}
