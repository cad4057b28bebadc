// A range of a stored part, reading of its leaves no more than that: records at the ends of parts are a hundredth of them.

import { cidKind } from '#engine/dag/cid.ts'
import type { Link } from '#engine/dag/part.ts'
import { extentsWithin } from '#engine/dag/read-range.ts'
import { partMissing, traverse } from '#engine/dag/traverse.ts'
import type { BlockStore } from './block-store.ts'

/**
 * The bytes [from, to) of a part, within its length; those of leaves as stored, unverified. AppError `part_missing`
 * (details: cid, offset in the part) when a block is missing or shorter than the links say.
 */
export async function readPartRange(
  store: BlockStore,
  { cid, bytes }: Link,
  from: number,
  to: number,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  const walk = traverse(
    (name) => store.get(name),
    { cid, offset: 0, bytes },
    {
      below: (node, at) => extentsWithin(node, at, from, to),
      skips: (step) => cidKind(step.cid) === 'raw',
    },
  )
  for await (const { step, node } of walk) {
    if (node) continue
    const [low, high] = [Math.max(0, from - step.offset), Math.min(step.bytes, to - step.offset)]
    const piece = await store.getRange(step.cid, low, high)
    if (piece?.length !== high - low) throw partMissing(step)
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}
