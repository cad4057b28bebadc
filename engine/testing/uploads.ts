// Files as uploads bring them.

import type { RandomAccess } from '#engine/ingest/records.ts'
import { type ByteCells, viewOf } from '#engine/table/byte-cells.ts'

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

/** The texts as cells in bytes; `room` other bytes stand between them. */
export function byteCells(texts: readonly (string | null)[], room = 1): ByteCells {
  const bounds = new Int32Array(2 * texts.length)
  const pieces: Buffer[] = []
  let at = 0
  for (const [row, text] of texts.entries()) {
    const piece = Buffer.from(text ?? '')
    bounds[2 * row] = text === null ? -1 : at
    bounds[2 * row + 1] = text === null ? -1 : at + piece.length
    pieces.push(piece, Buffer.alloc(room, 44))
    at += piece.length + room
  }
  const bytes = Buffer.concat(pieces)
  return { bytes, view: viewOf(bytes), bounds, first: 0, step: 2 }
}
