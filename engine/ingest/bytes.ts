// Streams of bytes: the first ones looked at before they are read, and files of random access read as streams.

import { pastLimit } from './limits.ts'
import type { ByteSource, RandomAccess } from './records.ts'

const SLICE_BYTES = 2 ** 20

export function isRandomAccess(source: ByteSource): source is RandomAccess {
  return 'byteLength' in source
}

/** The file to its last byte, a MiB at a time; `from` is for files of random access. */
export async function* streamOf(source: ByteSource, from = 0): AsyncIterable<Uint8Array> {
  if (!isRandomAccess(source)) {
    yield* source
    return
  }
  for (let at = from; at < source.byteLength; at += SLICE_BYTES) {
    const end = Math.min(at + SLICE_BYTES, source.byteLength)
    yield new Uint8Array(await source.slice(at, end))
  }
}

export type Peeked = { head: Uint8Array; whole: AsyncIterable<Uint8Array>; ended: boolean }

/** The first bytes (at least `bytes` unless the stream is shorter), and the stream with them still in it. */
export async function peek(source: AsyncIterable<Uint8Array>, bytes: number): Promise<Peeked> {
  const iterator = source[Symbol.asyncIterator]()
  const chunks: Uint8Array[] = []
  let have = 0
  let ended = false
  while (have < bytes && !ended) {
    const next = await iterator.next()
    ended = next.done === true
    if (next.done !== true && next.value.length > 0) {
      chunks.push(next.value)
      have += next.value.length
    }
  }
  const head = Buffer.concat(chunks)
  return { head, whole: replay(head, iterator), ended }
}

async function* replay(
  head: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncIterable<Uint8Array> {
  try {
    if (head.length > 0) yield head
    for (let next = await rest.next(); next.done !== true; next = await rest.next())
      yield next.value
  } finally {
    await rest.return?.()
  }
}

/** The stream, unless it is longer than this or the caller gives up. */
export async function* bounded(
  source: AsyncIterable<Uint8Array>,
  bytesMax: number,
  signal?: AbortSignal,
): AsyncIterable<Uint8Array> {
  let bytes = 0
  for await (const chunk of source) {
    signal?.throwIfAborted()
    bytes += chunk.length
    if (bytes > bytesMax) throw pastLimit(`the file has more than ${bytesMax} bytes`)
    yield chunk
  }
}

/** The stream behind its first bytes, all of which its first chunk has. */
export async function* behind(
  source: AsyncIterable<Uint8Array>,
  bytes: number,
): AsyncIterable<Uint8Array> {
  let skip = bytes
  for await (const chunk of source) {
    yield chunk.subarray(skip)
    skip = 0
  }
}

/** The stream in pieces of at least half as many bytes, but for the last, and of not many more. */
export async function* inPieces(
  source: AsyncIterable<Uint8Array>,
  bytes: number,
): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = []
  let heldBytes = 0
  try {
    for await (const chunk of source) {
      for (let at = 0; at < chunk.length; at += bytes) {
        const piece = chunk.subarray(at, at + bytes)
        held.push(piece)
        heldBytes += piece.length
        if (heldBytes < bytes / 2) continue
        const whole = held.length === 1 ? piece : Buffer.concat(held)
        held = []
        heldBytes = 0
        yield whole
      }
    }
  } catch (error) {
    // What came before it is read.
    if (heldBytes > 0) yield Buffer.concat(held)
    throw error
  }
  if (heldBytes > 0) yield Buffer.concat(held)
}
