// Whether a part that a worker speaks of is in the store with the sizes it claims.

import { cidKind, isCid } from '#engine/dag/cid.ts'
import { decodeNode } from '#engine/dag/node.ts'
import type { Link } from '#engine/dag/part.ts'
import type { BlockStore } from './block-store.ts'

/** Reads the top block alone: the sink stores a part's leaves before its node, and checked both. */
export async function isStored(
  store: BlockStore,
  { cid, bytes, dagBytes }: Link,
): Promise<boolean> {
  const block = isCid(cid) ? await store.get(cid) : null
  if (!block) return false
  if (cidKind(cid) === 'raw') return block.length === bytes && bytes === dagBytes
  const { kind, bytes: content, links } = decodeNode(block)
  const below = links.reduce((sum, link) => sum + link.dagBytes, 0)
  return kind === 'file' && content === bytes && below + block.length === dagBytes
}
