// Reads blocks; a lost one that belongs to a part is made again on the way, since a part is a pure function.

import { cidKind } from '#engine/dag/cid.ts'
import { decodeNode } from '#engine/dag/node.ts'
import type { GetBlock } from '#engine/dag/traverse.ts'

/** Leaves whose part is remembered; trees are read top down, so a leaf's part was read shortly before. */
const LEAVES_MAX = 8_192

/** `restore` puts the part with this CID back into the store; false when it is no part of the ledger. */
export function createRestoringGet(
  get: GetBlock,
  restore: (partCid: string) => Promise<boolean>,
): GetBlock {
  const partOfLeaf = new Map<string, string>()

  function remember(cid: string, block: Uint8Array): void {
    for (const link of decodeNode(block).links) {
      if (cidKind(link.cid) !== 'raw') continue
      partOfLeaf.delete(link.cid)
      partOfLeaf.set(link.cid, cid)
      if (partOfLeaf.size > LEAVES_MAX) partOfLeaf.delete(partOfLeaf.keys().next().value ?? '')
    }
  }

  /** A leaf may be a part of its own, or lie in one. */
  async function restored(cid: string): Promise<boolean> {
    const part = partOfLeaf.get(cid)
    return (await restore(cid)) || (part !== undefined && (await restore(part)))
  }

  return async (cid, options) => {
    const found = await get(cid, options)
    const block = found ?? ((await restored(cid)) ? await get(cid, options) : null)
    if (block && cidKind(cid) === 'node') remember(cid, block)
    return block
  }
}
