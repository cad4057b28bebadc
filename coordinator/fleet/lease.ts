// One running lease in memory: the state of its chunks and who was asked for which.

import { type ChunkEvent, type ChunkState, nextChunkState } from '../ledger/chunk-state.ts'
import type { JobSpec } from '../ledger/job-spec.ts'
import type { LeaseRow } from '../ledger/leases.ts'

export type Lease = {
  /** Changes when a later attempt brings a new token. */
  row: LeaseRow
  readonly spec: JobSpec
  readonly startedMs: number
  lastHeartbeatMs: number
  readonly chunks: Map<number, ChunkState>
  /** Workers that run it now, each with the chunks it has not reported yet. */
  readonly holders: Map<string, Set<number>>
  /** Results on their way into the ledger. */
  committing: number
  /** Its worker was told to stop: what is missing goes back to Temporal, which waits until the job goes on. */
  suspended: boolean
  /** Assignments that ended with chunks left out, since the last result. */
  fruitless: number
  readonly errors: Map<number, { code: string; message: string }>
  /** Workers that failed on a chunk of it before: others are asked first. */
  readonly failedOn: Set<string>
  /** Of rows of a model: in which others of the job were made. */
  runtimeClass: string | null
}

export function createLease(
  row: LeaseRow,
  { spec, missing, nowMs }: { spec: JobSpec; missing: readonly number[]; nowMs: number },
): Lease {
  return {
    row,
    spec,
    startedMs: nowMs,
    lastHeartbeatMs: 0,
    chunks: new Map(missing.map((chunk) => [chunk, 'missing'])),
    holders: new Map(),
    committing: 0,
    suspended: false,
    fruitless: 0,
    errors: new Map(),
    failedOn: new Set(),
    runtimeClass: null,
  }
}

export function applyToChunk(lease: Lease, chunk: number, event: ChunkEvent): void {
  const state = lease.chunks.get(chunk)
  if (state) lease.chunks.set(chunk, nextChunkState(state, event))
}

export function assignChunks(lease: Lease, workerId: string, chunks: readonly number[]): void {
  lease.holders.set(workerId, new Set(chunks))
  for (const chunk of chunks) applyToChunk(lease, chunk, 'assigned')
}

/** Takes a worker off the lease. Returns the chunks that nobody makes any more, ascending. */
export function releaseHolder(lease: Lease, workerId: string): number[] {
  const held = lease.holders.get(workerId) ?? new Set()
  lease.holders.delete(workerId)
  const orphaned = [...held].filter(
    (chunk) => lease.chunks.get(chunk) === 'leased' && !isHeld(lease, chunk),
  )
  for (const chunk of orphaned) applyToChunk(lease, chunk, 'lost')
  return orphaned.sort((a, b) => a - b)
}

const isHeld = (lease: Lease, chunk: number): boolean =>
  [...lease.holders.values()].some((chunks) => chunks.has(chunk))

export const chunksIn = (lease: Lease, state: ChunkState): number[] =>
  [...lease.chunks].filter(([, now]) => now === state).map(([chunk]) => chunk)

/** done: all committed · dead, failed: those that are not · missing: to be assigned again · busy: wait. */
export type LeaseOutcome = 'done' | 'dead' | 'failed' | 'missing' | 'busy'

export function outcomeOf(lease: Lease): LeaseOutcome {
  const states = new Set(lease.chunks.values())
  if (lease.committing > 0) return 'busy'
  if (states.size === 0 || (states.size === 1 && states.has('committed'))) return 'done'
  if (lease.holders.size > 0) return 'busy'
  if (states.has('missing') || states.has('leased')) return 'missing'
  return states.has('dead') ? 'dead' : 'failed'
}
