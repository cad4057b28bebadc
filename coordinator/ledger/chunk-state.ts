// The life of one chunk inside a lease, as a total table. Invariants, each tested by its number:
// 1. A committed chunk stays committed, whatever arrives late, until its part is found missing.
// 2. A dead chunk is revived by a retry of the job alone, or by a result that arrives after all.
// 3. Nothing becomes leased but by `assigned`, and nothing committed but by `committed`.
// 4. Losing the worker puts a leased chunk back to missing and touches no other state.

export const CHUNK_STATES = ['missing', 'leased', 'failed', 'committed', 'dead'] as const
export const CHUNK_EVENTS = [
  'assigned',
  'committed',
  'failed',
  'lost',
  'condemned',
  'revived',
  'part_missing',
] as const

export type ChunkState = (typeof CHUNK_STATES)[number]
export type ChunkEvent = (typeof CHUNK_EVENTS)[number]

/** missing: to be made · leased: a worker has it · failed: waits for the next attempt · dead: given up. */
const NEXT: Record<ChunkState, Record<ChunkEvent, ChunkState>> = {
  missing: {
    assigned: 'leased',
    committed: 'committed',
    failed: 'failed',
    lost: 'missing',
    condemned: 'dead',
    revived: 'missing',
    part_missing: 'missing',
  },
  leased: {
    assigned: 'leased',
    committed: 'committed',
    failed: 'failed',
    lost: 'missing',
    condemned: 'dead',
    revived: 'leased',
    part_missing: 'leased',
  },
  failed: {
    assigned: 'leased',
    committed: 'committed',
    failed: 'failed',
    lost: 'failed',
    condemned: 'dead',
    revived: 'missing',
    part_missing: 'failed',
  },
  committed: {
    assigned: 'committed',
    committed: 'committed',
    failed: 'committed',
    lost: 'committed',
    condemned: 'committed',
    revived: 'committed',
    part_missing: 'missing',
  },
  dead: {
    assigned: 'dead',
    committed: 'committed',
    failed: 'dead',
    lost: 'dead',
    condemned: 'dead',
    revived: 'missing',
    part_missing: 'dead',
  },
}

export const nextChunkState = (state: ChunkState, event: ChunkEvent): ChunkState =>
  NEXT[state][event]
