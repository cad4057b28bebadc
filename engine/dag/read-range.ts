// Bytes of a file out of its tree: any range, in order, with bounded read-ahead.
import type { DagNode } from './node.ts'
import { type GetBlock, partMissing, type TraverseOptions, traverse } from './traverse.ts'

/** A block below a root: where its content begins in the file, and its length. */
export type Extent = { cid: string; offset: number; bytes: number }

/**
 * The bytes [from, to) of the file at `root`, in pieces of at most one leaf. A range past the end is cut.
 * AppError `part_missing` (details: cid, offset in the file) when a block is missing or has another length than its
 * links say; RangeError when `root` is a directory.
 */
export async function* readRange(
  get: GetBlock,
  root: string,
  from: number,
  to: number,
  options: TraverseOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  if (from >= to) return
  const whole: Extent = { cid: root, offset: 0, bytes: -1 }
  const below = (node: DagNode, at: Extent) => extentsWithin(node, at, from, to)
  for await (const { step, bytes, node } of traverse(get, whole, { below }, options)) {
    const length = node ? node.bytes : bytes.length
    if (step.bytes >= 0 && length !== step.bytes) throw partMissing(step)
    if (node) continue
    const piece = bytes.subarray(Math.max(0, from - step.offset), Math.max(0, to - step.offset))
    if (piece.length > 0) yield piece
  }
}

/** The children of a node at `at` whose content meets [from, to) of the file. RangeError for a directory. */
export function extentsWithin(node: DagNode, at: Extent, from: number, to: number): Extent[] {
  if (node.kind !== 'file') throw new RangeError(`${at.cid} is a directory`)
  const extents: Extent[] = []
  let { offset } = at
  for (const [i, link] of node.links.entries()) {
    const bytes = node.content[i] as number
    if (offset + bytes > from && offset < to) extents.push({ cid: link.cid, offset, bytes })
    offset += bytes
  }
  return extents
}
