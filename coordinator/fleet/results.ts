// Takes what workers report of chunks: checked against the plan and the store, written to the ledger, settled.

import { codeOf, ERRORS } from '#engine/errors.ts'
import type { ChunkDone, ChunkFailed } from '#proto/gen/syndata/v1/fleet_pb.ts'
import { isId } from '../identity/new-id.ts'
import type { Outcome } from '../ledger/commit.ts'
import { recordFailure } from '../ledger/failures.ts'
import { findLease } from '../ledger/leases.ts'
import { isOfOtherClass } from '../ledger/runtime-classes.ts'
import { applyToChunk, type Lease } from './lease.ts'
import type { LeaseBook } from './lease-book.ts'
import type { ConnectedWorker } from './registry.ts'

const MESSAGE_LENGTH_MAX = 2_000
const INT4_MAX = 2 ** 31 - 1
const TALLY_MAX = 2n ** 40n

/** Resolves when the result is durable or not wanted; rejects when the database did not take it. */
export async function takeChunkDone(
  book: LeaseBook,
  worker: ConnectedWorker,
  done: ChunkDone,
): Promise<Outcome> {
  const lease = await book.find(done.leaseId, worker)
  const reason = lease ? mismatchOf(lease, done) : await strangeness(book, done.leaseId)
  if (reason !== null) refuse(book, worker, { result: done, lease, reason })
  if (!lease || reason !== null) return 'unwanted'
  return settling(book, { lease, worker, chunk: done.chunk }, async () => {
    const result = resultOf(worker, done)
    if (!(await book.deps.isStored(result))) {
      applyToChunk(lease, done.chunk, 'lost')
      reportChunk(book, worker, { done, what: 'reported a part that is not stored for' })
      refuse(book, worker, { result: done, lease, reason: 'the part is not stored' })
      return 'unwanted'
    }
    const outcome = await book.deps.committer.commit(result)
    if (outcome !== 'unwanted') applyToChunk(lease, done.chunk, 'committed')
    if (outcome === 'committed') worker.chunksTaken++
    if (outcome === 'repeated') book.deps.repeated(worker.id, result)
    if (outcome === 'differs' && !(await mayDiffer(book, lease, result))) {
      reportChunk(book, worker, { done, what: 'made other bytes for' })
      refuse(book, worker, { result: done, lease, reason: 'the ledger has other bytes' })
    }
    measure(worker, done)
    return outcome
  })
}

export async function takeChunkFailed(
  book: LeaseBook,
  worker: ConnectedWorker,
  failed: ChunkFailed,
): Promise<void> {
  const { table, chunk } = failed
  const code = codeOf(failed)
  const message = failed.message.replaceAll('\0', '').slice(0, MESSAGE_LENGTH_MAX)
  const lease = await book.find(failed.leaseId, worker)
  const reason = lease ? null : await strangeness(book, failed.leaseId)
  if (reason !== null) refuse(book, worker, { result: failed, lease, reason })
  if (!lease?.chunks.has(chunk)) return
  await settling(book, { lease, worker, chunk }, async () => {
    const { jobId, tableNo } = lease.row
    // A training that its data or options forbid takes long to fail, and fails on every worker.
    const final = lease.spec.kind === 'train' && !ERRORS[code].retryable
    const failure = { jobId, tableNo, chunk, workerId: worker.id, code, message, final }
    const verdict = await recordFailure(
      book.deps.database,
      { ...failure, kind: 'error' },
      book.deps.errorsMax,
    )
    applyToChunk(lease, chunk, verdict === 'dead' ? 'condemned' : 'failed')
    lease.errors.set(chunk, { code, message })
    book.deps.report(jobId, 'warn', `chunk ${chunk} failed on ${worker.name}: ${message}`, {
      table,
      chunk,
      code,
      worker_id: worker.id,
      dead: verdict === 'dead',
    })
  })
}

type Settling = { lease: Lease; worker: ConnectedWorker; chunk: number }

/** The lease cannot end while a result of it is on its way into the ledger. */
async function settling<T>(
  book: LeaseBook,
  { lease, worker, chunk }: Settling,
  work: () => Promise<T>,
): Promise<T> {
  lease.committing++
  lease.fruitless = 0
  try {
    return await work()
  } finally {
    lease.committing--
    lease.holders.get(worker.id)?.delete(chunk)
    book.settle(lease)
  }
}

/** Rows of a model are the same within a class of runtimes alone: the first bytes count, and nobody has lied. */
async function mayDiffer(
  { deps }: LeaseBook,
  { spec, row }: Lease,
  result: ReturnType<typeof resultOf>,
): Promise<boolean> {
  const name = spec.plan.tables[row.tableNo]?.name
  const table = spec.config.tables.find((one) => one.name === name)
  return table?.learned !== undefined && (await isOfOtherClass(deps.database, result))
}

/** Rows are checked against the plan: a worker cannot say that a chunk is longer or shorter than it is. */
function mismatchOf(lease: Lease, done: ChunkDone): string | null {
  const { row, spec } = lease
  const table = spec.plan.tables[done.table]
  if (row.jobId !== done.jobId || row.tableNo !== done.table || !table)
    return 'the lease is for another table'
  if (done.chunk < row.from || done.chunk >= row.to) return 'the chunk is not of the lease'
  const from = done.chunk * table.chunk_rows
  const rows = Math.max(0, Math.min(table.rows - from, table.chunk_rows))
  return done.rows === rows ? null : `the chunk has ${rows} rows, not ${done.rows}`
}

/** A result for a lease that is over is late, no more; one for a lease that lives is somebody else's. */
async function strangeness({ deps }: LeaseBook, leaseId: string): Promise<string | null> {
  if (isId(leaseId) && (await findLease(deps.database, leaseId)) === null) return null
  return 'the lease is not of this worker'
}

type Refusal = { result: ChunkDone | ChunkFailed; lease: Lease | null; reason: string }

/** Recorded; what is missing of the lease goes to others, if there are any. */
function refuse({ deps }: LeaseBook, worker: ConnectedWorker, refusal: Refusal): void {
  const { leaseId, jobId, table, chunk } = refusal.result
  refusal.lease?.failedOn.add(worker.id)
  deps.log.warn({ workerId: worker.id, leaseId, jobId, table, chunk }, refusal.reason)
  deps.resultRefused(worker.id, { leaseId, jobId, table, chunk, reason: refusal.reason })
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
  durationMs: Math.min(done.durationMs, INT4_MAX),
  ...tallyOf(done),
})

/** Shown to users and nothing else: what cannot be is left out. */
function tallyOf({ drawnRows, metRows }: ChunkDone): { drawnRows: number; metRows: number } {
  const possible = metRows <= drawnRows && drawnRows <= TALLY_MAX
  return possible
    ? { drawnRows: Number(drawnRows), metRows: Number(metRows) }
    : { drawnRows: 0, metRows: 0 }
}

/** Exponential average of the rate of one slot. */
function measure(worker: ConnectedWorker, { rows, durationMs }: ChunkDone): void {
  if (rows === 0) return
  const rate = (rows * 1000) / Math.max(1, durationMs)
  const before = worker.rowsPerSecond
  worker.rowsPerSecond = before === null ? rate : before * 0.9 + rate * 0.1
}

function reportChunk(
  { deps }: LeaseBook,
  worker: ConnectedWorker,
  { done, what }: { done: ChunkDone; what: string },
): void {
  const { jobId, table, chunk, cid } = done
  deps.log.warn({ jobId, chunk, cid, workerId: worker.id }, what)
  deps.report(jobId, 'warn', `worker ${worker.name} ${what} chunk ${chunk}`, {
    table,
    chunk,
    cid,
    worker_id: worker.id,
  })
}
