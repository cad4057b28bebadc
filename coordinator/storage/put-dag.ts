// Puts small trees into the store: a part of bytes in hand, a file over links, a directory.

import { concatLinks, directoryOf, type Emit } from '#engine/dag/concat.ts'
import type { Link } from '#engine/dag/part.ts'
import { partOf } from '#engine/dag/part.ts'
import type { BlockStore } from './block-store.ts'

/** The part over these bytes; stored when this returns. */
export async function putPart(store: BlockStore, bytes: Uint8Array): Promise<Link> {
  const { link, leaves, node } = partOf(bytes)
  for (const { cid, offset, length } of leaves)
    await store.put(cid, bytes.subarray(offset, offset + length))
  if (node) await store.put(node.cid, node.bytes)
  return link
}

/** The file over these parts in order, O(parts): only link nodes are written. */
export const putConcat = (store: BlockStore, links: readonly Link[]): Promise<Link> =>
  putNodes(store, (emit) => concatLinks(links, emit))

export const putDirectory = (
  store: BlockStore,
  entries: readonly { name: string; link: Link }[],
): Promise<Link> => putNodes(store, (emit) => directoryOf(entries, emit))

async function putNodes(store: BlockStore, build: (emit: Emit) => Link): Promise<Link> {
  const nodes: { cid: string; block: Uint8Array }[] = []
  const link = build((cid, block) => void nodes.push({ cid, block }))
  await Promise.all(nodes.map(({ cid, block }) => store.put(cid, block)))
  return link
}
