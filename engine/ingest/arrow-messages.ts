// Messages of an Arrow stream, one whole message at a time, each looked at before it is passed on.

import {
  ARROW_SCHEMA,
  type ArrowNodes,
  brokenArrow,
  checkedArrow,
  checkedMessage,
  checkInflated,
  METADATA_BYTES_MAX,
} from './arrow-metadata.ts'
import type { IngestLimits } from './limits.ts'

const LENGTH_BYTES = 4
const CONTINUES = -1

/** Where the metadata of a message stand, which begins with their length; 0 at the end of a stream. */
export function metadataAt(bytes: Buffer, at: number): { from: number; length: number } {
  const first = bytes.readInt32LE(at)
  const length = first === CONTINUES ? bytes.readInt32LE(at + LENGTH_BYTES) : first
  return { from: at + (first === CONTINUES ? 2 : 1) * LENGTH_BYTES, length }
}

/** Whether the bytes begin with a schema that is all there. */
export function isSchemaAhead(head: Uint8Array, limits: IngestLimits): boolean {
  try {
    const { from, length } = metadataAt(Buffer.from(head), 0)
    return (
      checkedMessage(head.subarray(from, from + length), { nodes: null }, limits).type ===
      ARROW_SCHEMA
    )
  } catch {
    return false
  }
}

/**
 * The same bytes up to the end of the stream. AppError `invalid_request` where they are cut, or lengths do not fit into
 * what they are of; `payload_too_large` past a limit.
 */
export async function* arrowMessages(
  source: AsyncIterable<Uint8Array>,
  limits: IngestLimits,
): AsyncIterable<Uint8Array> {
  const reader = createByteReader(source)
  const schema: ArrowNodes = { nodes: null }
  for (;;) {
    const prefix = await reader.upTo(LENGTH_BYTES)
    if (prefix.length < LENGTH_BYTES) return
    const hasMark = prefix.readInt32LE() === CONTINUES
    const length = hasMark
      ? (await reader.exactly(LENGTH_BYTES)).readInt32LE()
      : prefix.readInt32LE()
    if (length === 0) return
    if (length < 0 || length > METADATA_BYTES_MAX)
      throw brokenArrow('metadata of an impossible length')
    const metadata = await reader.exactly(length)
    const message = checkedArrow(() => checkedMessage(metadata, schema, limits))
    const body = await reader.exactly(message.bodyBytes)
    checkedArrow(() => checkInflated(message, body, limits))
    const head = Buffer.alloc(2 * LENGTH_BYTES)
    head.writeInt32LE(CONTINUES)
    head.writeInt32LE(length, LENGTH_BYTES)
    yield head
    yield metadata
    if (body.length > 0) yield body
  }
}

/** Bytes by number, as many as there are at most. */
function createByteReader(source: AsyncIterable<Uint8Array>) {
  const iterator = source[Symbol.asyncIterator]()
  let held: Uint8Array[] = []
  let heldBytes = 0
  const upTo = async (bytes: number): Promise<Buffer> => {
    while (heldBytes < bytes) {
      const next = await iterator.next()
      if (next.done === true) break
      held.push(next.value)
      heldBytes += next.value.length
    }
    const all = Buffer.concat(held)
    const taken = all.subarray(0, bytes)
    const rest = all.subarray(bytes)
    held = rest.length > 0 ? [rest] : []
    heldBytes = rest.length
    return taken
  }
  return {
    upTo,
    async exactly(bytes: number): Promise<Buffer> {
      const taken = await upTo(bytes)
      if (taken.length < bytes) throw brokenArrow('it is cut')
      return taken
    },
  }
}
