// Takes what workers report of chunks: checked against the plan and the store, written to the ledger, settled.

import type { ChunkDone, ChunkFailed } from '#proto/gen/syndata/v1/fleet_pb.ts'
import type { Outcome } from '../ledger/commit.ts'
import { recordFailure } from '../ledger/failures.ts'
import { applyToChunk, type Lease } from './lease.ts'
import type { LeaseBook } from './lease-book.ts'
import type { ConnectedWorker } from './registry.ts'

/** Resolves when the result is durable or not wanted; rejects when the database did not take it. */
export async function takeChunkDone(
  book: LeaseBook,
  worker: ConnectedWorker,
  done: ChunkDone,
): Promise<Outcome> {
  const lease = await book.find(done.leaseId, worker)
  if (!lease || !expects(lease, done)) return 'unwanted'
  return settling(book, { lease, worker, chunk: done.chunk }, async () => {
    const result = resultOf(worker, done)
    if (!(await book.deps.isStored(result))) {
      applyToChunk(lease, done.chunk, 'lost')
      reportChunk(book, worker, { done, what: 'reported a part that is not stored for' })
      return 'unwanted'
    }
    const outcome = await book.deps.committer.commit(result)
    if (outcome !== 'unwanted') applyToChunk(lease, done.chunk, 'committed')
    if (outcome === 'differs') reportChunk(book, worker, { done, what: 'made other bytes for' })
    measure(worker, done)
    return outcome
  })
}

export async function takeChunkFailed(
  book: LeaseBook,
  worker: ConnectedWorker,
  failed: ChunkFailed,
): Promise<void> {
  const { table, chunk, code, message } = failed
  const lease = await book.find(failed.leaseId, worker)
  if (!lease?.chunks.has(chunk)) return
  await settling(book, { lease, worker, chunk }, async () => {
    const { jobId, tableNo } = lease.row
    const failure = { jobId, tableNo, chunk, workerId: worker.id, code, message }
    const verdict = await recordFailure(book.deps.database, { ...failure, kind: 'error' })
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
  try {
    return await work()
  } finally {
    lease.committing--
    lease.holders.get(worker.id)?.delete(chunk)
    book.settle(lease)
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
