// What happens to leases when a worker ends one, falls silent, leaves, or when their job is cancelled.

import { recordFailure } from '../ledger/failures.ts'
import { applyToChunk, chunksIn, type Lease, releaseHolder } from './lease.ts'
import type { LeaseBook } from './lease-book.ts'
import type { ConnectedWorker } from './registry.ts'

/** The worker's slot is free; chunks that it left out go to others. */
export function leaseEnded(book: LeaseBook, worker: ConnectedWorker, leaseId: string): void {
  worker.leases.delete(leaseId)
  worker.trainings.delete(leaseId)
  const lease = book.get(leaseId)
  if (lease) endHolding(book, lease, worker)
  book.deps.assignments.pump()
  book.deps.onRoom()
}

/** Assignments in a row that may end without a result before the lease waits for its next attempt. */
const FRUITLESS_MAX = 3

function endHolding(book: LeaseBook, lease: Lease, worker: ConnectedWorker): void {
  const left = lease.holders.get(worker.id)?.size ?? 0
  releaseHolder(lease, worker.id)
  if (left > 0) lease.fruitless++
  if (lease.fruitless >= FRUITLESS_MAX && lease.committing === 0)
    book.putOff(lease, 'workers end this lease without a result')
  else book.settle(lease)
}

/**
 * Its leases go to the front of the line at once, inside the same attempt. When it was lost and did not leave, the
 * chunk that it was making gets a mark: three marks condemn a chunk.
 */
export async function workerGone(
  book: LeaseBook,
  worker: ConnectedWorker,
  { lost }: { lost: boolean },
): Promise<void> {
  const held = [...worker.leases].flatMap((id) => book.get(id) ?? [])
  worker.leases.clear()
  for (const lease of held) {
    const chunks = releaseHolder(lease, worker.id)
    const first = chunks[0]
    if (first === undefined) {
      book.settle(lease)
      continue
    }
    countReassigned(book, lease)
    const alone = lost ? await recordLoss(book, { lease, worker, chunk: first }) : []
    if (!book.holds(lease)) continue
    const orphaned = lease.holders.size === 0 && chunksIn(lease, 'missing').length > 0
    if (orphaned && !lease.suspended) book.enqueue(lease, alone, 'front')
    else book.settle(lease)
  }
}

/** A copy of its work may start elsewhere when there is room; the first result wins. A training is not begun twice. */
export function workerSuspect(book: LeaseBook, worker: ConnectedWorker): void {
  const { assignments } = book.deps
  for (const id of worker.leases) {
    const lease = book.get(id)
    const held = lease?.holders.get(worker.id)
    if (!lease || !held || held.size === 0 || lease.holders.size > 1) continue
    if (lease.spec.kind === 'train') continue
    const chunks = [...held].sort((a, b) => a - b)
    assignments.add({ lease, chunks, besides: worker.id, queuedMs: performance.now() }, 'front')
  }
  assignments.pump()
}

/** Takes the job's leases off their workers. */
export function cancelLeases(book: LeaseBook, jobId: string): void {
  for (const lease of [...book.all()].filter(({ row }) => row.jobId === jobId))
    book.end(lease, () => Promise.resolve())
}

function countReassigned({ deps }: LeaseBook, lease: Lease): void {
  deps.database
    .query('update jobs set reassigned = reassigned + 1 where id = $1', [lease.row.jobId])
    .catch((error: unknown) => deps.log.warn({ err: error }, 'reassignment not counted'))
}

/** Returns the chunks to be tried alone; a database that is away costs the mark, not the lease. */
async function recordLoss(
  { deps }: LeaseBook,
  { lease, worker, chunk }: { lease: Lease; worker: ConnectedWorker; chunk: number },
): Promise<number[]> {
  const { jobId, tableNo } = lease.row
  const message = `worker ${worker.name} vanished while making it`
  const failure = { jobId, tableNo, chunk, workerId: worker.id, code: 'worker_lost', message }
  try {
    const verdict = await recordFailure(deps.database, { ...failure, kind: 'lost' }, deps.errorsMax)
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
