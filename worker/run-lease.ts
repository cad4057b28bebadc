// A lease in its compute thread: chunk after chunk is made and hashed here while those before it are on their
// way to the store. Chunks fail one by one; the others of the lease go on.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { chunkRange, withRows } from '#engine/chunk.ts'
import type { CompiledTable } from '#engine/compile.ts'
import { AppError, codeOf, type ErrorCode } from '#engine/errors.ts'
import { Output } from '#engine/formats/output.ts'
import { NO_TALLY, type Tally } from '#engine/models/sampled.ts'
import { isOutOfMemory, type MadeChunk, makeInPieces, makeWhole, rowsOf } from './make-chunk.ts'
import type { FromThread, LeaseRun } from './thread-messages.ts'
import type { UploadPart } from './upload.ts'

/** Parts in memory: one is made while the others travel. */
const PARTS_IN_FLIGHT = 3
const MESSAGE_LENGTH_MAX = 500
const PACE_CHUNKS = 16

export type RunDeps = {
  table: CompiledTable
  upload: UploadPart
  /** Kept from lease to lease: fresh memory for each chunk costs more than the rows do. */
  outputs: Outputs
  tell: (message: FromThread) => void
}

/** Reports every chunk unless `cancel` or a refused upload ends it before; begins none once `finish` is aborted. */
export async function runLease(
  deps: RunDeps,
  lease: LeaseRun,
  { cancel, finish }: { cancel: AbortSignal; finish: AbortSignal },
): Promise<{ stale: boolean }> {
  const refused = new AbortController()
  const signal = AbortSignal.any([cancel, refused.signal])
  const pace = createPace()
  const tallied = createTallied(deps.table)
  const uploads = new Set<Promise<void>>()
  let known = 0

  const send = async (chunk: number, { part, content }: MadeChunk): Promise<void> => {
    const target = lease.upload
    const tally = tallied()
    try {
      await deps.upload({ leaseId: lease.leaseId, target, part, content }, { signal })
      const rows = rowsOf(deps.table, chunk)
      deps.tell({ type: 'done', chunk, ...part.link, rows, durationMs: pace.next(), tally })
    } catch (error) {
      if (signal.aborted) return
      if (codeOf(error) === 'upload_refused') refused.abort()
      else deps.tell(failureOf(chunk, error))
    }
  }

  const sendWhole = (chunk: number, made: MadeChunk, output: Output): void => {
    const upload = send(chunk, made).finally(() => {
      deps.outputs.release(output)
      uploads.delete(upload)
    })
    uploads.add(upload)
  }

  /** Rows of a model are drawn first; all others are made as they are written. */
  const drawn = <T>(chunk: number, make: () => T): Promise<T> =>
    withRows(deps.table, chunkRange(deps.table, chunk), make, { signal })

  /** Alone, so that nothing else takes memory. */
  const inPieces = async (chunk: number, pieceRows: number): Promise<void> => {
    await Promise.all(uploads)
    if (signal.aborted) return
    deps.outputs.clear()
    const onTry = (rows: number) => deps.tell({ type: 'begun', chunk, pieceRows: rows })
    const options = { pieceRows, limitBytes: lease.chunkBytesMax, onTry }
    const made = await drawn(chunk, () => makeInPieces(deps.table, chunk, options))
    known = made.pieceRows
    await send(chunk, made)
  }

  const make = async (chunk: number): Promise<void> => {
    const rows = rowsOf(deps.table, chunk)
    const pieceRows = lease.pieceRows.get(chunk) ?? known
    if (pieceRows > 0) return inPieces(chunk, pieceRows)
    while (uploads.size >= PARTS_IN_FLIGHT) await Promise.race(uploads)
    if (signal.aborted) return
    deps.tell({ type: 'begun', chunk, pieceRows: rows })
    const output = deps.outputs.take(lease.chunkBytesMax)
    try {
      const made = await drawn(chunk, () => makeWhole(deps.table, chunk, output))
      sendWhole(chunk, made, output)
    } catch (error) {
      deps.outputs.release(output)
      if (!isOutOfMemory(error)) throw error
      await inPieces(chunk, Math.ceil(rows / 2))
    }
  }

  for (const chunk of lease.chunks) {
    // Sockets and messages get their turn between chunks.
    await nextTurn()
    if (signal.aborted || finish.aborted) break
    await make(chunk).catch((error: unknown) => {
      if (!signal.aborted) deps.tell(failureOf(chunk, error))
    })
  }
  await Promise.all(uploads)
  return { stale: refused.signal.aborted }
}

function failureOf(chunk: number, error: unknown): FromThread {
  const own = isOutOfMemory(error) ? 'out_of_memory' : 'generation_failed'
  const code: ErrorCode = error instanceof AppError ? error.code : own
  const message = error instanceof Error ? error.message : String(error)
  return { type: 'failed', chunk, code, message: message.slice(0, MESSAGE_LENGTH_MAX) }
}

/** Whole milliseconds per chunk over the last few: chunks overlap, so that no single one has a time of its own. */
function createPace(): { next(): number } {
  const ends = [performance.now()]
  return {
    next() {
      const now = performance.now()
      const meanMs = (now - (ends[0] ?? now)) / ends.length
      if (ends.push(now) > PACE_CHUNKS) ends.shift()
      return Math.max(1, Math.round(meanMs))
    },
  }
}

/** What was drawn since it was last asked: for one chunk after the other, as they are made. */
function createTallied({ learned }: Pick<CompiledTable, 'learned'>): () => Tally {
  let before = learned?.tally() ?? NO_TALLY
  return () => {
    const now = learned?.tally() ?? NO_TALLY
    const since = { drawn: now.drawn - before.drawn, met: now.met - before.met }
    before = now
    return since
  }
}

export type Outputs = {
  take(limitBytes: number): Output
  release(output: Output): void
  /** Lets go of the memory. */
  clear(): void
}

/** Buffers used again and again, as long as leases allow the same memory. */
export function createOutputs(): Outputs {
  let free: Output[] = []
  return {
    take(limitBytes) {
      const output = free.pop()
      return output?.limitBytes === limitBytes ? output : new Output(limitBytes)
    },
    release: (output) => void free.push(output),
    clear() {
      free = []
    },
  }
}
