// Where blocks live: one flat, content-addressed namespace that sink, gateway, merge and publishers share.
import { verifyBlock } from '#engine/dag/cid.ts'

export type StoreOptions = { signal?: AbortSignal }

/** A stored block; `modifiedMs` is when it was last put (epoch milliseconds). */
export type StoredBlock = { cid: string; bytes: number; modifiedMs: number }

/**
 * Failures of the medium reject with AppError `infrastructure`. CIDs are canonical text; any other rejects with
 * RangeError. All calls may run at once, also from several processes.
 */
export type BlockStore = {
  /** Atomic and idempotent; a block that exists is only marked as put again. Not durable against power loss. */
  put: (cid: string, bytes: Uint8Array, options?: StoreOptions) => Promise<void>
  /** The bytes as stored, unverified; null when missing. */
  get: (cid: string, options?: StoreOptions) => Promise<Uint8Array | null>
  /**
   * The bytes [from, to) of the block as stored, where `from < to`; fewer where the block ends before `to`. Unverified
   * in the verified view as well: a digest needs the whole block. Null when missing.
   */
  getRange: (
    cid: string,
    from: number,
    to: number,
    options?: StoreOptions,
  ) => Promise<Uint8Array | null>
  /** Length of the block as stored, without reading it; null when missing. */
  sizeOf: (cid: string, options?: StoreOptions) => Promise<number | null>
  has: (cid: string, options?: StoreOptions) => Promise<boolean>
  /** No error when missing. With `notAfterMs`, a block put later than that stays. */
  delete: (cid: string, options?: StoreOptions & { notAfterMs?: number }) => Promise<void>
  /** Every block, in no order; blocks put or deleted meanwhile may or may not appear. */
  list: (options?: StoreOptions) => AsyncIterable<StoredBlock>
  close: () => Promise<void>
}

/** The same store, but `get` checks the bytes: a damaged block is deleted and reads as missing, so it can be put again. */
export function verified(store: BlockStore): BlockStore {
  return {
    ...store,
    async get(cid, options) {
      const bytes = await store.get(cid, options)
      if (!bytes || verifyBlock(cid, bytes)) return bytes
      await store.delete(cid, options)
      return null
    },
  }
}
