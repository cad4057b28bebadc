// One table into one database: chunk after chunk out of the store, several at once, those that are missing alone.

import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '#engine/errors.ts'
import { failureOfLoad, isContended } from './failure.ts'
import type { Loaded, LoadTable, StoredChunk, Target } from './target.ts'

/** Chunks that are looked up at once. */
const PAGE = 256
/** Of a chunk whose transaction met another one. */
const TRIES_MAX = 20
const TRY_PAUSE_MS = 50

export type LoadDeps = {
  target: Target
  /** Chunks in order from `from` on, at most `limit`; fewer when one is not there. */
  chunksFrom: (from: number, limit: number) => Promise<StoredChunk[]>
  /** After each chunk: what is loaded by now. */
  onProgress: (loaded: Loaded) => void
}

/**
 * Resolves when every chunk of the table is in the database, each once. Rejects with AppError `load_failed`, which
 * names table and chunk, or `part_missing`.
 */
export async function loadTable(
  { target, chunksFrom, onProgress }: LoadDeps,
  table: LoadTable,
  { signal }: { signal: AbortSignal },
): Promise<Loaded> {
  const told = <T>(work: () => Promise<T>) => named(table.name, signal, work)
  const count = await told(() => target.loaded(table, { signal }))
  onProgress(count)
  const load = async (chunk: StoredChunk) => {
    const where = `${table.name}, chunk ${chunk.chunk}`
    const isNew = await named(where, signal, () => loadChunk(target, table, chunk, signal))
    if (isNew) count.chunks++
    if (isNew) count.rows += chunk.rows
    onProgress(count)
  }
  for (let from = 0; from < table.chunks; from += PAGE) {
    const to = Math.min(from + PAGE, table.chunks)
    const there = await told(() => target.loadedChunks(table, { from, to, signal }))
    if (there.size === to - from) continue
    const chunks = await chunksFrom(from, to - from)
    if (chunks.length < to - from)
      throw new AppError(
        'part_missing',
        `chunk ${from + chunks.length} of ${table.name} is not in the ledger`,
      )
    const missing = chunks.filter(({ chunk }) => !there.has(chunk))
    await inLanes(missing, target.lanes(table), load)
  }
  const loaded = await told(() => target.loaded(table, { signal }))
  if (loaded.chunks === table.chunks && loaded.rows === table.rows) return loaded
  throw new AppError(
    'internal',
    `${table.name} has ${loaded.rows} rows in ${loaded.chunks} chunks, not ${table.rows} in ${table.chunks}`,
  )
}

/** The error of a driver, told with its place; an abort as what it is. */
export async function named<T>(
  where: string,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    signal.throwIfAborted()
    throw failureOfLoad(error, where)
  }
}

async function loadChunk(
  target: Target,
  table: LoadTable,
  chunk: StoredChunk,
  signal: AbortSignal,
): Promise<boolean> {
  for (let tries = 1; ; tries++) {
    try {
      return await target.loadChunk(table, chunk, { signal })
    } catch (error) {
      if (tries === TRIES_MAX || !isContended(error)) throw error
      await delay(TRY_PAUSE_MS * tries, undefined, { signal })
    }
  }
}

/** In order, `lanes` at once; after the first failure no more are begun, and it is thrown when the others have ended. */
async function inLanes<T>(
  items: readonly T[],
  lanes: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = items.values()
  let failed = false
  const lane = async () => {
    for (const item of left) {
      if (failed) return
      try {
        await work(item)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const outcomes = await Promise.allSettled(Array.from({ length: lanes }, lane))
  const failure = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failure) throw failure.reason
}
