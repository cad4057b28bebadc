// Which blocks are public: all under the roots that were published. Gateway and bitswap ask for single blocks, so the
// roots alone do not answer it.
import { walkDag } from '#engine/dag/walk.ts'
import type { BlockStore } from './block-store.ts'

export type PublicBlocks = {
  /** Makes a root and all under it public. Reads its nodes. AppError `part_missing` when one is missing. */
  addRoot(root: string, options?: { signal?: AbortSignal }): Promise<void>
  has(this: void, cid: string): boolean
}

/** Starts empty; who keeps the list of roots adds them. Holds about 150 bytes per public block. */
export function createPublicBlocks(store: Pick<BlockStore, 'get'>): PublicBlocks {
  const blocks = new Set<string>()
  return {
    async addRoot(root, options = {}) {
      // Walked apart from what is known: a walk that fails midway must not make the next one skip the rest.
      const seen = new Set<string>()
      for await (const _ of walkDag(store.get, root, { ...options, seen }));
      for (const cid of seen) blocks.add(cid)
    },
    has: (cid) => blocks.has(cid),
  }
}
