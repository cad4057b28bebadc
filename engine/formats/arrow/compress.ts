// Compressed bodies of record batches, buffer by buffer: each begins with its length before compression, or -1 where it
// is kept as it was (Apache Arrow, "Serialization and interprocess communication", compression).

import { compressed } from '../parquet/codec.ts'
import type { ColumnBuffers } from './message.ts'

const LENGTH_BYTES = 8
const AS_IT_WAS = -1n

/** By zstd where that is shorter; an empty buffer stays empty. */
function compressedBuffer(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return bytes
  const frame = compressed('zstd', bytes)
  const isShorter = frame.length < bytes.length
  const body = isShorter ? frame : bytes
  const buffer = new Uint8Array(LENGTH_BYTES + body.length)
  new DataView(buffer.buffer).setBigInt64(0, isShorter ? BigInt(bytes.length) : AS_IT_WAS, true)
  buffer.set(body, LENGTH_BYTES)
  return buffer
}

/** The column with its buffers compressed. */
export function compressedColumn({ nulls, buffers }: ColumnBuffers): ColumnBuffers {
  return { nulls, buffers: buffers.map(compressedBuffer) }
}
