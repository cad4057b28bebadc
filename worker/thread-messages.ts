// What the main thread and a compute thread tell each other.

import type { ErrorCode } from '#engine/errors.ts'
import type { Tally } from '#engine/models/sampled.ts'
import type { InputFile } from './input-cache.ts'

/** Config and plan of a job; the memory is shared, so that sending it to a thread copies nothing. */
export type SpecBody = { digest: string; body: Uint8Array<SharedArrayBuffer> }

/** A lease as a thread gets it. */
export type LeaseRun = {
  leaseId: string
  spec: SpecBody
  /** Private files that it needs, held until it ends. */
  inputs: readonly InputFile[]
  /** Index of the table in the plan. */
  table: number
  /** Ascending. */
  chunks: number[]
  upload: { baseUrl: string; token: string }
  /** Bytes that one chunk may hold at once. */
  chunkBytesMax: number
  /** Chunks that ended a thread for want of memory: they start in pieces of this many rows. */
  pieceRows: ReadonlyMap<number, number>
}

export type SignedPut = { url: string; headers: Record<string, string> }
export type BlockSize = { cid: string; bytes: number }

export type ToThread =
  | { type: 'run'; lease: LeaseRun }
  /** Ends the lease at once. */
  | { type: 'cancel'; leaseId: string }
  /** Ends it after the chunks that are begun. */
  | { type: 'finish' }
  /** No URLs: refused. */
  | { type: 'urls'; requestId: number; puts: SignedPut[] }

export type ChunkMade = {
  chunk: number
  cid: string
  bytes: number
  dagBytes: number
  rows: number
  durationMs: number
  /** Of conditions that are met by drawing again; none otherwise. */
  tally: Tally
}

/** Messages of one lease; `ended` is the last, whatever happened. */
export type FromThread =
  /** Making `chunk` begins; `pieceRows` is its number of rows when it is made whole. */
  | { type: 'begun'; chunk: number; pieceRows: number }
  | ({ type: 'done' } & ChunkMade)
  | { type: 'failed'; chunk: number; code: ErrorCode; message: string }
  | { type: 'sign'; requestId: number; leaseId: string; blocks: BlockSize[] }
  /** `stale`: the store refused the lease's upload token. */
  | { type: 'ended'; leaseId: string; stale: boolean }
