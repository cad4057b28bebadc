// Private files in the part store: written while they arrive, read from any place. Their blocks are published by nobody.

import { createHash } from 'node:crypto'
import type { BlockStore } from '#coordinator/storage/block-store.ts'
import { putConcat } from '#coordinator/storage/put-dag.ts'
import { cidOfBlock } from '#engine/dag/cid.ts'
import { LEAF_BYTES, type Link } from '#engine/dag/part.ts'
import { readRange } from '#engine/dag/read-range.ts'
import type { RandomAccess } from '#engine/ingest/records.ts'

export type StoredFile = { cid: string; bytes: number; sha256: string }

export type FileWriter = {
  /** Takes bytes in any cuts; resolves when as many as make whole leaves are stored. */
  add(bytes: Uint8Array): Promise<void>
  /** The root over what is stored by now; null for nothing. */
  rootSoFar(): Promise<string | null>
  finish(): Promise<StoredFile>
}

type Options = { signal?: AbortSignal }

/** A file of leaves of 1 MiB; memory holds one. The store's AppError `infrastructure` passes through. */
export function createFileWriter(store: BlockStore, options: Options = {}): FileWriter {
  const links: Link[] = []
  const sha = createHash('sha256')
  const leaf = Buffer.alloc(LEAF_BYTES)
  let filled = 0
  let bytes = 0
  const flush = async (): Promise<void> => {
    const block = Uint8Array.from(leaf.subarray(0, filled))
    const cid = cidOfBlock('raw', block)
    await store.put(cid, block, options)
    links.push({ cid, bytes: filled, dagBytes: filled })
    filled = 0
  }
  return {
    async add(piece) {
      sha.update(piece)
      bytes += piece.length
      for (let from = 0; from < piece.length; ) {
        const some = piece.subarray(from, from + LEAF_BYTES - filled)
        leaf.set(some, filled)
        filled += some.length
        from += some.length
        if (filled === LEAF_BYTES) await flush()
      }
    },
    rootSoFar: async () => (links.length === 0 ? null : (await putConcat(store, links)).cid),
    async finish() {
      if (filled > 0) await flush()
      const { cid } = await putConcat(store, links)
      return { cid, bytes, sha256: sha.digest('hex') }
    },
  }
}

/** The file as readers take it. AppError `part_missing` where a block is gone. */
export function openStoredFile(
  store: Pick<BlockStore, 'get'>,
  { cid, bytes }: Pick<StoredFile, 'cid' | 'bytes'>,
  options: Options = {},
): RandomAccess {
  return {
    byteLength: bytes,
    async slice(from, to = bytes) {
      const end = Math.min(to, bytes)
      const joined = new Uint8Array(Math.max(0, end - from))
      let at = 0
      for await (const piece of readRange(store.get, cid, from, end, options)) {
        joined.set(piece, at)
        at += piece.length
      }
      return joined.buffer
    },
  }
}
