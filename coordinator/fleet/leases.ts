// The running leases of this replica: everything that can happen to one, from its activity to its end. What is
// decided here is decided on the ledger; what is in memory can be lost at any time.

import type { Logger } from 'pino'
import type { ChunkDone, ChunkFailed } from '#proto/gen/syndata/v1/fleet_pb.ts'
import type { Database } from '../database/database.ts'
import type { Committer, Outcome } from '../ledger/commit.ts'
import { deadChunks, forgiveLosses, recordFailure, suspectChunks } from '../ledger/failures.ts'
import type { JobSpec, JobSpecs } from '../ledger/job-spec.ts'
import { adoptLease, closeLease, findLease, type LeaseRow } from '../ledger/leases.ts'
import { missingChunks } from '../ledger/ledger.ts'
import { FLEET } from '../workflows/policies.ts'
import { type Assignments, cut } from './assignments.ts'
import type { Completion, LeaseFailure } from './completion.ts'
import {
  applyToChunk,
  assignChunks,
  chunksIn,
  createLease,
  type Lease,
  outcomeOf,
  releaseHolder,
} from './lease.ts'
import type { ConnectedWorker } from './registry.ts'

export type LeaseDeps = {
  coordinatorId: string
  database: Database
  committer: Committer
  completion: Completion
  specs: JobSpecs
  assignments: Assignments
  log: Logger
  now: () => number
  /** Tells the people who watch the job. */
  report: (jobId: string, level: 'info' | 'warn', message: string, data: object) => void
  /** Slots may have become free. */
  onRoom: () => void
  onReassigned: (lease: Lease) => void
}

export type Leases = {
  /** Starts a lease opened by an activity, or gives the one that runs its new token. */
  start(row: LeaseRow, work: { spec: JobSpec; missing: readonly number[] }): void
  /** The lease on this worker after it connected again; null when nobody wants it any more. */
  adopt(leaseId: string, worker: ConnectedWorker): Promise<Lease | null>
  chunkDone(worker: ConnectedWorker, done: ChunkDone): Promise<Outcome>
  chunkFailed(worker: ConnectedWorker, failed: ChunkFailed): Promise<void>
  leaseEnded(worker: ConnectedWorker, leaseId: string): void
  workerGone(worker: ConnectedWorker, { lost }: { lost: boolean }): Promise<void>
  workerSuspect(worker: ConnectedWorker): void
  /** Takes the job's leases off their workers. */
  cancelJob(jobId: string, cancel: (workerId: string, leaseId: string) => void): void
  all(): IterableIterator<Lease>
  get(leaseId: string): Lease | undefined
  /** Drops the lease without telling Temporal. */
  forget(lease: Lease): void
  /** Gives the lease back to Temporal for another replica or another time. */
  giveBack(lease: Lease, reason: string): void
}

export function createLeases(deps: LeaseDeps): Leases {
  const { database, completion, assignments, log, now } = deps
  const leases = new Map<string, Lease>()

  function enqueue(lease: Lease, alone: readonly number[], where: 'front' | 'back'): void {
    for (const assignment of cut(lease, alone, now())) assignments.add(assignment, where)
    assignments.pump()
  }

  function forget(lease: Lease): void {
    leases.delete(lease.row.id)
    assignments.drop(lease)
  }

  function end(lease: Lease, tell: () => Promise<void>): void {
    forget(lease)
    void tell()
      .then(() => closeLease(database, lease.row.id))
      .catch((error: unknown) =>
        log.warn({ err: error, leaseId: lease.row.id }, 'lease not closed'),
      )
  }

  const fail = (lease: Lease, failure: LeaseFailure) =>
    end(lease, () => completion.fail(lease.row, failure))

  function settle(lease: Lease): void {
    if (!leases.has(lease.row.id) || assignments.waits(lease)) return
    const outcome = outcomeOf(lease)
    if (outcome === 'done')
      end(lease, () => completion.complete(lease.row, { chunks: lease.chunks.size }))
    if (outcome === 'missing') enqueue(lease, [], 'front')
    if (outcome === 'dead') fail(lease, failureOf(lease, 'dead'))
    if (outcome === 'failed') fail(lease, failureOf(lease, 'failed'))
  }

  function resume(row: LeaseRow, spec: JobSpec, missing: readonly number[]): Lease {
    const known = leases.get(row.id)
    if (known) {
      known.row = row
      return known
    }
    const lease = createLease(row, { spec, missing, nowMs: now() })
    leases.set(row.id, lease)
    return lease
  }

  async function adopt(leaseId: string, worker: ConnectedWorker): Promise<Lease | null> {
    const row = await adoptLease(database, {
      leaseId,
      workerId: worker.id,
      coordinatorId: deps.coordinatorId,
    })
    if (!row) return null
    const spec = await deps.specs.get(row.jobId)
    const lease = resume(row, spec, await missingChunks(database, row))
    await forgiveLosses(database, { ...row, workerId: worker.id })
    hold(lease, worker)
    return lease
  }

  /** The worker has it still: what waits for another worker is taken back. */
  function hold(lease: Lease, worker: ConnectedWorker): void {
    assignments.drop(lease)
    worker.leases.add(lease.row.id)
    assignChunks(lease, worker.id, [...chunksIn(lease, 'missing'), ...chunksIn(lease, 'leased')])
  }

  async function leaseOf(leaseId: string, worker: ConnectedWorker): Promise<Lease | null> {
    const known = leases.get(leaseId)
    if (!known) return adopt(leaseId, worker)
    return known.row.workerIds.includes(worker.id) ? known : null
  }

  return {
    start(row, { spec, missing }) {
      const running = leases.has(row.id)
      const lease = resume(row, spec, missing)
      if (!running) void startWith(lease)
    },
    adopt,

    async chunkDone(worker, done) {
      const lease = await leaseOf(done.leaseId, worker)
      if (!lease || !expects(lease, done)) return 'unwanted'
      lease.committing++
      try {
        const outcome = await deps.committer.commit(resultOf(worker, done))
        if (outcome !== 'unwanted') applyToChunk(lease, done.chunk, 'committed')
        if (outcome === 'differs') reportDifference(deps, worker, done)
        measure(worker, done)
        return outcome
      } finally {
        lease.committing--
        lease.holders.get(worker.id)?.delete(done.chunk)
        settle(lease)
      }
    },

    async chunkFailed(worker, failed) {
      const lease = await leaseOf(failed.leaseId, worker)
      if (!lease || !lease.chunks.has(failed.chunk)) return
      lease.committing++
      try {
        const verdict = await recordFailure(database, failureRow(worker, failed, 'error'))
        applyToChunk(lease, failed.chunk, verdict === 'dead' ? 'condemned' : 'failed')
        lease.errors.set(failed.chunk, { code: failed.code, message: failed.message })
        deps.report(failed.jobId, 'warn', `chunk ${failed.chunk} failed: ${failed.message}`, {
          table: failed.table,
          chunk: failed.chunk,
          code: failed.code,
          worker_id: worker.id,
          dead: verdict === 'dead',
        })
      } finally {
        lease.committing--
        lease.holders.get(worker.id)?.delete(failed.chunk)
        settle(lease)
      }
    },

    leaseEnded(worker, leaseId) {
      worker.leases.delete(leaseId)
      const lease = leases.get(leaseId)
      if (lease) {
        releaseHolder(lease, worker.id)
        settle(lease)
      }
      assignments.pump()
      deps.onRoom()
    },

    async workerGone(worker, { lost }) {
      const held = [...worker.leases]
        .map((id) => leases.get(id))
        .filter((lease) => lease !== undefined)
      worker.leases.clear()
      const orphans = held.map((lease) => ({ lease, chunks: releaseHolder(lease, worker.id) }))
      for (const { lease, chunks } of orphans) {
        if (chunks.length === 0) {
          settle(lease)
          continue
        }
        deps.onReassigned(lease)
        const alone = lost
          ? await recordLoss(deps, { lease, worker, chunk: chunks[0] as number })
          : []
        if (leases.get(lease.row.id) !== lease) continue
        if (chunksIn(lease, 'missing').length > 0 && lease.holders.size === 0)
          enqueue(lease, alone, 'front')
        else settle(lease)
      }
    },

    workerSuspect(worker) {
      for (const id of worker.leases) {
        const lease = leases.get(id)
        const held = lease?.holders.get(worker.id)
        if (!lease || !held || held.size === 0 || lease.holders.size > 1) continue
        const chunks = [...held].sort((a, b) => a - b)
        assignments.add({ lease, chunks, besides: worker.id, queuedMs: now() }, 'front')
      }
      assignments.pump()
    },

    cancelJob(jobId, cancel) {
      for (const lease of [...leases.values()].filter(({ row }) => row.jobId === jobId)) {
        for (const workerId of lease.holders.keys()) cancel(workerId, lease.row.id)
        end(lease, () => Promise.resolve())
      }
    },

    all: () => leases.values(),
    get: (id) => leases.get(id),
    forget,
    giveBack(lease, reason) {
      end(lease, () =>
        completion.fail(lease.row, { type: 'lease_returned', message: reason, retryable: false }),
      )
    },
  }

  async function startWith(lease: Lease): Promise<void> {
    try {
      const range = lease.row
      for (const { chunk, code, message } of await deadChunks(database, range)) {
        applyToChunk(lease, chunk, 'condemned')
        lease.errors.set(chunk, { code, message })
      }
      if (chunksIn(lease, 'missing').length === 0) settle(lease)
      else enqueue(lease, await suspectChunks(database, range), 'back')
    } catch (error) {
      log.warn({ err: error, leaseId: lease.row.id }, 'lease not started')
      fail(lease, {
        type: 'infrastructure',
        message: 'the database did not answer',
        retryable: true,
      })
    }
  }
}

/** Rows are checked against the plan: a worker cannot say that a chunk is longer or shorter than it is. */
function expects(lease: Lease, done: ChunkDone): boolean {
  const { row, spec } = lease
  const table = spec.plan.tables[done.table]
  if (row.jobId !== done.jobId || row.tableNo !== done.table || !table) return false
  if (done.chunk < row.from || done.chunk >= row.to) return false
  const from = done.chunk * table.chunk_rows
  return done.rows === Math.max(0, Math.min(table.rows - from, table.chunk_rows))
}

const resultOf = (worker: ConnectedWorker, done: ChunkDone) => ({
  jobId: done.jobId,
  tableNo: done.table,
  chunkNo: done.chunk,
  cid: done.cid,
  bytes: Number(done.bytes),
  dagBytes: Number(done.dagBytes),
  rows: done.rows,
  workerId: worker.id,
  region: worker.region,
  leaseId: done.leaseId,
  durationMs: done.durationMs,
})

const failureRow = (worker: ConnectedWorker, failed: ChunkFailed, kind: 'error' | 'lost') => ({
  jobId: failed.jobId,
  tableNo: failed.table,
  chunk: failed.chunk,
  kind,
  workerId: worker.id,
  code: failed.code,
  message: failed.message,
})

/** Exponential average of the rate of one slot. */
function measure(worker: ConnectedWorker, { rows, durationMs }: ChunkDone): void {
  if (rows === 0) return
  const rate = (rows * 1000) / Math.max(1, durationMs)
  worker.rowsPerSecond =
    worker.rowsPerSecond === null ? rate : worker.rowsPerSecond * 0.9 + rate * 0.1
}

function reportDifference(deps: LeaseDeps, worker: ConnectedWorker, done: ChunkDone): void {
  deps.log.warn({ jobId: done.jobId, chunk: done.chunk, workerId: worker.id }, 'different bytes')
  deps.report(
    done.jobId,
    'warn',
    `worker ${worker.name} made other bytes for chunk ${done.chunk}`,
    {
      table: done.table,
      chunk: done.chunk,
      cid: done.cid,
      worker_id: worker.id,
    },
  )
}

function failureOf(lease: Lease, state: 'dead' | 'failed'): LeaseFailure {
  const chunks = chunksIn(lease, state).sort((a, b) => a - b)
  const chunk = chunks[0] as number
  const error = lease.errors.get(chunk) ?? { code: 'generation_failed', message: 'unknown' }
  const table = lease.spec.plan.tables[lease.row.tableNo]?.name ?? ''
  const detail = { ...error, table, chunk, chunks: chunks.length }
  return state === 'dead'
    ? { type: 'poison_chunk', message: JSON.stringify(detail), retryable: false }
    : { type: 'chunk_failed', message: JSON.stringify(detail), retryable: true }
}

/** Counts the loss of the chunk that was being made; returns the chunks to be tried alone. */
async function recordLoss(
  deps: LeaseDeps,
  { lease, worker, chunk }: { lease: Lease; worker: ConnectedWorker; chunk: number },
): Promise<number[]> {
  try {
    const { jobId, tableNo } = lease.row
    const message = `worker ${worker.name} vanished while making it`
    const failure = { jobId, tableNo, chunk, workerId: worker.id, message }
    const verdict = await recordFailure(deps.database, {
      ...failure,
      kind: 'lost',
      code: 'worker_lost',
    })
    if (verdict === 'dead') {
      applyToChunk(lease, chunk, 'condemned')
      lease.errors.set(chunk, { code: 'worker_lost', message })
    }
    return verdict === 'alone' ? [chunk] : []
  } catch (error) {
    deps.log.warn({ err: error, leaseId: lease.row.id }, 'loss not recorded')
    return []
  }
}
