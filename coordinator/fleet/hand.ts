// Hands chunks of a lease to a worker: written down first, then the spec if the stream has not carried it, then
// the assignment with its tokens.

import { MAX_PART_BYTES } from '#engine/dag/part.ts'
import { AppError } from '#engine/errors.ts'
import { SPECS_PER_STREAM } from '#proto/limits.ts'
import type { Sql } from '../database/database.ts'
import { recordAssignment } from '../ledger/leases.ts'
import { pinClass } from '../ledger/runtime-classes.ts'
import { signUpload } from '../storage/upload-token.ts'
import { FLEET } from '../workflows/policies.ts'
import type { InputGrants } from './input-grants.ts'
import { assignChunks, type Lease } from './lease.ts'
import type { ConnectedWorker } from './registry.ts'
import type { BeginTraining } from './trainings.ts'

export type HandDeps = {
  sql: Sql
  uploadKey: Buffer
  /** Where workers put parts; empty when they ask for presigned URLs. */
  partsUrl: string
  /** Of rows; files of trainings are as large as parts may be at all. */
  partMaxBytes: number
  grantInputs: InputGrants
  beginTraining: BeginTraining
  /** The assignment could not be written down, or may not be: the worker knows nothing of it. */
  onFailed: (worker: ConnectedWorker, lease: Lease, error: unknown) => void
}

export function createHand(deps: HandDeps) {
  const { sql, uploadKey, partsUrl, partMaxBytes, grantInputs, beginTraining, onFailed } = deps

  function uploadFor(worker: ConnectedWorker, lease: Lease) {
    if (partsUrl === '') return { baseUrl: '', token: '' }
    const token = signUpload(uploadKey, {
      leaseId: lease.row.id,
      workerId: worker.id,
      jobId: lease.row.jobId,
      ...limitsOf(lease, partMaxBytes),
    })
    return { baseUrl: partsUrl, token }
  }

  async function send(worker: ConnectedWorker, lease: Lease, chunks: number[]): Promise<void> {
    const { spec, row } = lease
    const training = await beginTraining(worker, lease)
    if (lease.suspended) throw new AppError('cancelled', 'the job was paused meanwhile')
    const checkpoint = training?.checkpoint
    const inputs = checkpoint ? [...spec.inputs, checkpoint] : spec.inputs
    if (!worker.specs.has(spec.specDigest)) {
      worker.specs.add(spec.specDigest)
      // The worker keeps as many, and drops them in the same order.
      if (worker.specs.size > SPECS_PER_STREAM)
        worker.specs.delete(worker.specs.values().next().value ?? '')
      const body = Buffer.from(spec.body)
      worker.send({ case: 'spec', value: { digest: spec.specDigest, body } })
    }
    worker.send({
      case: 'assign',
      value: {
        leaseId: row.id,
        jobId: row.jobId,
        specDigest: spec.specDigest,
        table: row.tableNo,
        chunks,
        upload: uploadFor(worker, lease),
        memoryLimitBytes: 0n,
        ...grantInputs({ leaseId: row.id, workerId: worker.id }, inputs),
        ...(training && {
          training: {
            checkpointSha256: checkpoint?.sha256 ?? '',
            checkpointNumber: checkpoint?.number ?? 0,
            elapsedMs: BigInt(checkpoint?.elapsedMs ?? 0),
          },
        }),
      },
    })
  }

  /** Rows of a strict job are of the class that its first assignment went to, whichever replica made that. */
  async function keepToClass(worker: ConnectedWorker, lease: Lease): Promise<void> {
    if (!lease.spec.strictClass) return
    const pinned = await pinClass(sql, lease.row.jobId, worker.runtimeClass)
    if (pinned === worker.runtimeClass) return
    throw new AppError('conflict', `the job began in the runtime class ${pinned} meanwhile`)
  }

  /** Resolves when the worker was told, or that failed. */
  return async (worker: ConnectedWorker, lease: Lease, chunks: number[]): Promise<void> => {
    const leaseId = lease.row.id
    worker.leases.add(leaseId)
    if (lease.spec.kind === 'train') worker.trainings.add(leaseId)
    assignChunks(lease, worker.id, chunks)
    if (!lease.row.workerIds.includes(worker.id)) lease.row.workerIds.push(worker.id)
    await keepToClass(worker, lease)
      .then(() => recordAssignment(sql, { leaseId, workerId: worker.id }))
      .then(() => send(worker, lease, chunks))
      .catch((error: unknown) => onFailed(worker, lease, error))
  }
}

/** The sink counts what the lease has put, whoever put it: the rest of a lease needs room for all of it. */
function limitsOf({ row, spec }: Lease, partMaxBytes: number) {
  const training = spec.kind === 'train'
  const seconds = training ? FLEET.trainingTokenSeconds : FLEET.uploadTokenSeconds
  return {
    maxCount: row.to - row.from + (training ? FLEET.checkpointsMax : 0),
    maxBytes: training ? MAX_PART_BYTES : partMaxBytes,
    expiresAt: Math.floor(Date.now() / 1000) + seconds,
  }
}
