// The body of an upload -> a verified part: leaves are cut and hashed as the bytes arrive.
import type { IncomingMessage } from 'node:http'
import { cidOfBlock } from '#engine/dag/cid.ts'
import { LEAF_BYTES, type Leaf, type Part, partOfLeaves } from '#engine/dag/part.ts'

/** A block that is hashed; its bytes are valid until the loan of their buffer ends. */
export type HashedBlock = { cid: string; bytes: Uint8Array }

/** `held`: the leaves still in the buffers, to be stored once the part's digest is known to be right. */
export type ReceivedPart = Part & { held: HashedBlock[] }

/**
 * Reads `request` to its end into `buffers`. With a buffer per leaf of its `length` nothing is stored here; with fewer,
 * each leaf goes to `spill` as it fills, and the sender waits meanwhile. Rejects when the sender goes away or `spill`
 * fails.
 */
export async function receivePart(
  request: IncomingMessage,
  length: number,
  buffers: Buffer[],
  spill: (block: HashedBlock) => Promise<void>,
): Promise<ReceivedPart> {
  const leaves: Leaf[] = []
  const held: HashedBlock[] = []
  const holdsAll = buffers.length * LEAF_BYTES >= length
  let filled = 0
  const current = () => buffers[holdsAll ? leaves.length : 0] as Buffer
  const closeLeaf = async () => {
    const bytes = current().subarray(0, filled)
    const block = { cid: cidOfBlock('raw', bytes), bytes }
    if (holdsAll) held.push(block)
    else await spill(block)
    leaves.push({ cid: block.cid, offset: leaves.length * LEAF_BYTES, length: filled })
    filled = 0
  }
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    for (let from = 0; from < chunk.length; ) {
      if (filled === LEAF_BYTES) await closeLeaf()
      const copied = chunk.copy(current(), filled, from)
      filled += copied
      from += copied
    }
  }
  if (filled > 0 || leaves.length === 0) await closeLeaf()
  return { ...partOfLeaves(leaves), held }
}
