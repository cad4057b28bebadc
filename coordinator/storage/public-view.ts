// The block store as the IPFS node sees it: what is public can be read, everything else does not exist, and nothing
// that a peer sends is kept.
import type { HeliaInit } from 'helia'
import type { CID } from 'multiformats/cid'
import { isCid } from '#engine/dag/cid.ts'
import type { BlockStore } from './block-store.ts'

type Blockstore = NonNullable<HeliaInit['blockstore']>

export type PublicView = {
  store: Pick<BlockStore, 'get' | 'has'>
  /** Whether the block `cid` belongs to something that was published. */
  isPublic: (cid: string) => boolean | Promise<boolean>
}

type CallOptions = { signal?: AbortSignal }

/** A read-only blockstore for helia. Missing and private blocks reject with `NotFoundError`, as helia expects. */
export function createPublicView({ store, isPublic }: PublicView): Blockstore {
  const nameOf = async (cid: CID): Promise<string | null> => {
    const text = cid.toV1().toString()
    return isCid(text) && (await isPublic(text)) ? text : null
  }
  const read = async (cid: CID, options: CallOptions = {}): Promise<Uint8Array> => {
    const text = await nameOf(cid)
    const block = text === null ? null : await store.get(text, options)
    if (!block)
      throw Object.assign(new Error(`no block ${cid.toString()}`), { name: 'NotFoundError' })
    return block
  }
  return {
    async has(cid, options = {}) {
      const text = await nameOf(cid)
      return text !== null && (await store.has(text, options))
    },
    async *get(cid, options = {}) {
      yield await read(cid, options)
    },
    async *getMany(cids, options = {}) {
      for await (const cid of cids) {
        yield { cid, bytes: piecesOf(await read(cid, options)) }
      }
    },
    put: (cid) => cid,
    async *putMany(pairs) {
      for await (const { cid } of pairs) yield cid
    },
    delete: () => undefined,
    async *deleteMany(cids) {
      yield* cids
    },
    async *getAll() {
      // Nothing of ours is listed for others.
    },
  }
}

async function* piecesOf(block: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(block)
}
