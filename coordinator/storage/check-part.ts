// Whether a part that a worker speaks of is in the store with the sizes it claims.

import { cidKind, isCid } from '#engine/dag/cid.ts'
import { decodeNode } from '#engine/dag/node.ts'
import type { Link } from '#engine/dag/part.ts'
import type { BlockStore } from './block-store.ts'

/**
 * Looks at the top block alone (a leaf's length, a node's links): the sink stores a part's leaves before its node, and
 * checked both.
 */
export async function isStored(
  store: BlockStore,
  { cid, bytes, dagBytes }: Link,
): Promise<boolean> {
  if (!isCid(cid)) return false
  if (cidKind(cid) === 'raw') return bytes === dagBytes && (await store.sizeOf(cid)) === bytes
  const block = await store.get(cid)
  if (!block) return false
  const { kind, bytes: content, links } = decodeNode(block)
  const below = links.reduce((sum, link) => sum + link.dagBytes, 0)
  return kind === 'file' && content === bytes && below + block.length === dagBytes
}
