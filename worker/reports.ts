// What is said of a lease's chunks, in the words of the protocol.

import type { Assign } from '#proto/gen/syndata/v1/fleet_pb.ts'
import type { ChunkFailure } from './compute-thread.ts'
import type { Result } from './outbox.ts'
import type { ChunkMade } from './thread-messages.ts'

const refOf = ({ leaseId, jobId, table }: Assign) => ({ leaseId, jobId, table })

export function chunkDone(assignment: Assign, made: ChunkMade): Result {
  const { chunk, cid, rows, durationMs, tally } = made
  const sizes = { bytes: BigInt(made.bytes), dagBytes: BigInt(made.dagBytes) }
  const tallied = { drawnRows: BigInt(tally.drawn), metRows: BigInt(tally.met) }
  const value = { ...refOf(assignment), chunk, cid, rows, durationMs, ...sizes, ...tallied }
  return { case: 'chunkDone', value }
}

export function chunkFailed(assignment: Assign, failure: ChunkFailure): Result {
  const { chunk, code, message } = failure
  return { case: 'chunkFailed', value: { ...refOf(assignment), chunk, code, message } }
}

export const leaseEnded = (leaseId: string): Result => ({ case: 'leaseEnded', value: { leaseId } })
