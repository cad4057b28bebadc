// What is particular of leases that train a model: where they go on, what their workers say meanwhile, and that a pause
// does not wait for their end.

import type { Logger } from 'pino'
import { isCid } from '#engine/dag/cid.ts'
import { type Link, MAX_PART_BYTES } from '#engine/dag/part.ts'
import type {
  TrainingCheckpoint,
  TrainingDevice,
  TrainingPreview,
  TrainingProgress,
} from '#proto/gen/syndata/v1/fleet_pb.ts'
import type { Sql } from '../database/database.ts'
import {
  forgetCheckpoint,
  latestCheckpoint,
  recordCheckpoint,
  recordDevice,
  recordPreview,
  recordReport,
  recordTrainer,
  type StoredCheckpoint,
} from '../models/training-records.ts'
import type { Lease } from './lease.ts'
import type { LeaseBook } from './lease-book.ts'
import type { ConnectedWorker } from './registry.ts'

/** Finished epochs that a report may name. */
const HISTORY_MAX = 1_000
const NAME_LENGTH_MAX = 100
const REFUSAL_LENGTH_MAX = 500
const LOSSES_MAX = 20
const CANDIDATES_MAX = 16

type Deps = { sql: Sql; isStored: (link: Link) => Promise<boolean>; log: Logger }

/** Null for a lease that trains nothing. The checkpoint is null when there is none, or it is gone. */
export type BeginTraining = (
  worker: ConnectedWorker,
  lease: Lease,
) => Promise<{ checkpoint: StoredCheckpoint | null } | null>

/** Notes who trains, and finds where the training goes on. */
export function createBeginTraining({ sql, isStored, log }: Deps): BeginTraining {
  return async (worker, { row: { jobId }, spec }) => {
    if (spec.kind !== 'train') return null
    await recordTrainer(sql, jobId, worker.id)
    const checkpoint = await latestCheckpoint(sql, jobId)
    if (checkpoint === null || (await isStored(checkpoint))) return { checkpoint }
    log.warn({ jobId, cid: checkpoint.cid }, 'a checkpoint is gone: the training begins anew')
    await forgetCheckpoint(sql, jobId, checkpoint.number)
    return { checkpoint: null }
  }
}

/** As takeProgress; what was said of this assignment already is not kept again. */
export async function takeDevice(
  book: LeaseBook,
  worker: ConnectedWorker,
  { leaseId, gpu, refusal }: TrainingDevice,
): Promise<void> {
  const lease = await book.find(leaseId, worker)
  if (lease?.spec.kind !== 'train') return
  await recordDevice(book.deps.database, lease.row.jobId, {
    workerId: worker.id,
    gpu: storable(gpu) || null,
    refusal: storable(refusal, REFUSAL_LENGTH_MAX) || null,
  })
}

/** Rejects when the database did not take it; a report of somebody else's training is not taken. */
export async function takeProgress(
  book: LeaseBook,
  worker: ConnectedWorker,
  progress: TrainingProgress,
): Promise<void> {
  const lease = await book.find(progress.leaseId, worker)
  if (lease?.spec.kind !== 'train') return
  const { algorithm, epoch, epochs, step, steps, etaSeconds } = progress
  const eta_seconds = etaSeconds > 0 ? etaSeconds : null
  const name = storable(algorithm)
  const report = { algorithm: name, epoch, epochs, step: Number(step), steps: Number(steps) }
  const history = progress.history.slice(-HISTORY_MAX).map(({ epoch, losses, score, ...rest }) => ({
    ...{ algorithm: storable(rest.algorithm), epoch, score: finite(score) },
    losses: Object.fromEntries(
      Object.entries(losses)
        .slice(0, LOSSES_MAX)
        .map(([key, value]) => [storable(key), finite(value)]),
    ),
  }))
  const candidates = progress.candidates.slice(0, CANDIDATES_MAX).map((tried) => ({
    algorithm: storable(tried.algorithm),
    score: tried.score >= 0 ? finite(tried.score) : null,
  }))
  const { database } = book.deps
  const found = { report: { ...report, eta_seconds, candidates }, history }
  await recordReport(database, lease.row.jobId, found)
}

/** Resolves when it is kept or not wanted; rejects when the database did not take it. */
export async function takeCheckpoint(
  book: LeaseBook,
  worker: ConnectedWorker,
  checkpoint: TrainingCheckpoint,
): Promise<void> {
  const { sha256, number } = checkpoint
  await withStored(book, worker, checkpoint, async (jobId, link) => {
    const elapsedMs = Number(checkpoint.elapsedMs)
    await recordCheckpoint(book.deps.database, jobId, { ...link, sha256, number, elapsedMs })
  })
}

/** As takeCheckpoint. */
export async function takePreview(
  book: LeaseBook,
  worker: ConnectedWorker,
  preview: TrainingPreview,
): Promise<void> {
  const { sha256 } = preview
  const algorithm = storable(preview.algorithm)
  await withStored(book, worker, preview, (jobId, link) =>
    recordPreview(book.deps.database, jobId, { ...link, sha256, algorithm }),
  )
}

type Reported = { leaseId: string; cid: string; bytes: bigint; dagBytes: bigint; sha256: string }

/** Runs `record` for a file of a training of this worker's that is in the store; the lease does not end meanwhile. */
async function withStored(
  book: LeaseBook,
  worker: ConnectedWorker,
  { leaseId, cid, sha256, ...sizes }: Reported,
  record: (jobId: string, link: Link) => Promise<unknown>,
): Promise<void> {
  const lease = await book.find(leaseId, worker)
  if (lease?.spec.kind !== 'train') return
  const link = { cid, bytes: Number(sizes.bytes), dagBytes: Number(sizes.dagBytes) }
  if (!isCid(cid) || !/^[0-9a-f]{64}$/.test(sha256) || link.bytes > MAX_PART_BYTES) return
  lease.committing++
  try {
    if (await book.deps.isStored(link)) await record(lease.row.jobId, link)
  } finally {
    lease.committing--
    book.settle(lease)
  }
}

/** Trainings whose jobs are paused by now end with a checkpoint. `jobId` '': notifications were missed. */
export async function pauseTrainings(book: LeaseBook, jobId: string): Promise<void> {
  const leases = [...book.all()].filter(
    ({ row, spec }) => spec.kind === 'train' && (jobId === '' || row.jobId === jobId),
  )
  if (leases.length === 0) return
  const paused = await book.deps.database.query<{ id: string }>(
    `select id from jobs where status = 'paused' and id = any($1)`,
    [leases.map(({ row }) => row.jobId)],
  )
  const ids = new Set(paused.map(({ id }) => id))
  for (const lease of leases) if (ids.has(lease.row.jobId)) book.suspend(lease)
}

const storable = (text: string, lengthMax = NAME_LENGTH_MAX): string =>
  text.replaceAll('\0', '').slice(0, lengthMax)
const finite = (value: number): number => (Number.isFinite(value) ? value : 0)
