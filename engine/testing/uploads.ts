// Files as uploads bring them.

import type { RandomAccess } from '#engine/ingest/records.ts'

/** The bytes in pieces of this size. */
export async function* chunked(bytes: Uint8Array | string, size = 7): AsyncIterable<Uint8Array> {
  const all = Buffer.from(bytes)
  for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size)
}

export function bufferFile(bytes: Uint8Array): RandomAccess {
  const slice = (from: number, to = bytes.length): Promise<ArrayBuffer> =>
    Promise.resolve(Uint8Array.from(bytes.subarray(from, to)).buffer)
  return { byteLength: bytes.length, slice }
}
