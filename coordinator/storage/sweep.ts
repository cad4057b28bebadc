// Freed bytes go by mark and sweep: what no root reaches, and nobody put lately, is deleted.
import { cidKind } from '#engine/dag/cid.ts'
import { walkDag } from '#engine/dag/walk.ts'
import { AppError } from '#engine/errors.ts'
import type { BlockStore } from './block-store.ts'

export type SweepOptions = {
  /** CIDs whose trees stay: parts in the ledger, outputs, manifests. Read after the sweep's clock has started. */
  roots: AsyncIterable<string> | Iterable<string>
  /** Blocks put less than this long before the sweep began stay, because their ledger rows may not be written yet. */
  graceMs: number
  signal?: AbortSignal
  /** Epoch milliseconds; tests set it. */
  nowMs?: number
}

/** `damaged`: roots under which a node is missing; what hung below it could not be kept. */
export type Swept = { kept: number; deleted: number; freedBytes: number; damaged: string[] }

/**
 * Deletes unreachable blocks older than the grace. Holds the names of all reachable blocks in memory (about 150 bytes
 * each). Nothing is deleted unless every root was read. AppError `infrastructure`.
 */
export async function sweep(store: BlockStore, options: SweepOptions): Promise<Swept> {
  const notAfterMs = (options.nowMs ?? Date.now()) - options.graceMs
  const { marked, damaged } = await mark(store, options)
  const swept: Swept = { kept: 0, deleted: 0, freedBytes: 0, damaged }
  const passed = options.signal ? { signal: options.signal } : {}
  for await (const { cid, bytes, modifiedMs } of store.list(passed)) {
    if (marked.has(cid) || modifiedMs > notAfterMs) {
      swept.kept++
      continue
    }
    await store.delete(cid, { ...passed, notAfterMs })
    swept.deleted++
    swept.freedBytes += bytes
  }
  return swept
}

async function mark(store: BlockStore, { roots, signal }: SweepOptions) {
  const marked = new Set<string>()
  const damaged: string[] = []
  for await (const root of roots) {
    if (cidKind(root) === 'raw') marked.add(root)
    else if (!(await markTree(store, root, marked, signal))) damaged.push(root)
  }
  return { marked, damaged }
}

async function markTree(
  store: BlockStore,
  root: string,
  marked: Set<string>,
  signal?: AbortSignal,
): Promise<boolean> {
  try {
    const walk = walkDag(store.get, root, { seen: marked, ...(signal ? { signal } : {}) })
    for await (const _ of walk) signal?.throwIfAborted()
    return true
  } catch (error) {
    if (error instanceof AppError && error.code === 'part_missing') return false
    throw error
  }
}
