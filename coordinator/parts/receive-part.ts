// The body of an upload -> a verified part: leaves are cut and hashed as the bytes arrive.
import type { IncomingMessage } from 'node:http'
import { cidOfBlock } from '#engine/dag/cid.ts'
import { LEAF_BYTES, type Leaf, type Part, partOfLeaves } from '#engine/dag/part.ts'
import { AppError } from '#engine/errors.ts'

/** A block that is hashed; its bytes are valid until the loan of their buffer ends. */
export type HashedBlock = { cid: string; bytes: Uint8Array }

/** `held`: the leaves still in the buffers, to be stored once the part's digest is known to be right. */
export type ReceivedPart = Part & { held: HashedBlock[] }

/**
 * Reads `request` to its end into `buffers`. With a buffer per leaf of its `length` nothing is stored here; with fewer,
 * each leaf goes to `spill` as it fills, and the sender waits meanwhile. AppError `cancelled` when the sender goes away;
 * rejects as `spill` does.
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
  // A promise only when the leaf has to leave its buffer: nearly all parts are held, and need no wait.
  const closeLeaf = (): Promise<void> | null => {
    const bytes = current().subarray(0, filled)
    const cid = cidOfBlock('raw', bytes)
    leaves.push({ cid, offset: leaves.length * LEAF_BYTES, length: filled })
    filled = 0
    if (!holdsAll) return spill({ cid, bytes })
    held.push({ cid, bytes })
    return null
  }
  await eachChunk(request, (chunk, from) => {
    const spilling = filled === LEAF_BYTES ? closeLeaf() : null
    if (spilling) return { next: from, wait: spilling }
    const copied = chunk.copy(current(), filled, from)
    filled += copied
    return { next: from + copied, wait: null }
  })
  if (filled > 0 || leaves.length === 0) await closeLeaf()
  return { ...partOfLeaves(leaves), held }
}

type Taken = { next: number; wait: Promise<void> | null }

// A body comes in buffers of 64 KB that only a collection would free, and V8 collects after every 30 MB of them: a tenth
// of the sink's time. Giving the memory back at once also keeps it in the processor's cache.
function free({ buffer, byteLength }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
}

// Offers each chunk until `take` has taken all of it. By events, because an asynchronous iterator over 64 KB chunks
// costs a tenth of the sink's time.
function eachChunk(
  request: IncomingMessage,
  take: (chunk: Buffer, from: number) => Taken,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const offer = (chunk: Buffer, from: number) => {
      for (let at = from; at < chunk.length; ) {
        const { next, wait } = take(chunk, at)
        at = next
        if (!wait) continue
        request.pause()
        wait.then(() => {
          request.resume()
          offer(chunk, next)
        }, reject)
        return
      }
      free(chunk)
    }
    request.on('data', (chunk: Buffer) => offer(chunk, 0))
    request.once('end', resolve)
    request.once('error', reject)
    request.once('close', () => {
      if (!request.complete) reject(new AppError('cancelled', 'the sender is gone'))
    })
  })
}
