// A part's bytes -> its CID, in one hash pass, by the unixfs-v1-2025 layout: raw leaves of 1 MiB, one node above them.
// A part of at most 1 MiB is one raw leaf and no node.
import { createHash, type Hash } from 'node:crypto'
import { cidOfBlock, cidOfDigest } from './cid.ts'
import { encodeFileNode } from './node.ts'

/** Bytes of a full leaf. */
export const LEAF_BYTES = 1 << 20
/** Links of a full node. */
export const MAX_LINKS = 1024
/** The largest part: one node of full leaves. */
export const MAX_PART_BYTES = LEAF_BYTES * MAX_LINKS

/** A part, file or directory: `bytes` of content, `dagBytes` of all its blocks (its own node included). */
export type Link = { cid: string; bytes: number; dagBytes: number }

export type Leaf = { cid: string; offset: number; length: number }
export type Block = { cid: string; bytes: Uint8Array }

/** A hashed part: its link, where its leaves lie in the bytes, and the node above them if there are several. */
export type Part = { link: Link; leaves: Leaf[]; node: Block | null }

/** Hashes a whole part. Throws RangeError above MAX_PART_BYTES. */
export function partOf(bytes: Uint8Array): Part {
  const leaves: Leaf[] = []
  let offset = 0
  do {
    const leaf = bytes.subarray(offset, offset + LEAF_BYTES)
    leaves.push({ cid: cidOfBlock('raw', leaf), offset, length: leaf.length })
    offset += LEAF_BYTES
  } while (offset < bytes.length)
  return partOfLeaves(leaves)
}

/** The part over leaves that are hashed already: all but the last are LEAF_BYTES long. RangeError above MAX_LINKS. */
export function partOfLeaves(leaves: Leaf[]): Part {
  if (leaves.length > MAX_LINKS) throw new RangeError(`a part has at most ${MAX_PART_BYTES} bytes`)
  const links = leaves.map(({ cid, length }) => ({ cid, bytes: length, dagBytes: length }))
  const only = links[0]
  if (only && links.length === 1) return { link: only, leaves, node: null }
  const { link, node } = fileNodeOf(links)
  return { link, leaves, node }
}

/** One file node over `links` (at most MAX_LINKS, in order, none empty), and the link to it. */
export function fileNodeOf(links: readonly Link[]): { link: Link; node: Block } {
  const block = encodeFileNode(links)
  const cid = cidOfBlock('node', block)
  let bytes = 0
  let dagBytes = block.length
  for (const link of links) {
    bytes += link.bytes
    dagBytes += link.dagBytes
  }
  return { link: { cid, bytes, dagBytes }, node: { cid, bytes: block } }
}

/** Takes a part's bytes in any cuts; `finish` gives what `partOf` gives for all of them. */
export type PartHasher = { update(bytes: Uint8Array): void; finish(): Part }

/** A hasher that holds no bytes: for streams, and for makers short of memory. `update` throws RangeError above MAX_PART_BYTES. */
export function createPartHasher(): PartHasher {
  const leaves: Leaf[] = []
  let sha: Hash = createHash('sha256')
  let filled = 0
  const close = () => {
    if (leaves.length === MAX_LINKS)
      throw new RangeError(`a part has at most ${MAX_PART_BYTES} bytes`)
    const cid = cidOfDigest('raw', sha.digest())
    leaves.push({ cid, offset: leaves.length * LEAF_BYTES, length: filled })
    sha = createHash('sha256')
    filled = 0
  }
  return {
    update(bytes) {
      for (let from = 0; from < bytes.length; ) {
        if (filled === LEAF_BYTES) close()
        const piece = bytes.subarray(from, from + LEAF_BYTES - filled)
        sha.update(piece)
        filled += piece.length
        from += piece.length
      }
    },
    finish() {
      if (filled > 0 || leaves.length === 0) close()
      return partOfLeaves(leaves)
    },
  }
}
