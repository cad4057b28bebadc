// Files whose footer must say where each block lies (Parquet, Arrow): every block ends with a record of
// itself, in bytes that readers of the format do not look at. So the footer is made from the ends of the
// parts alone, and a file is its parts and the footer, with no byte of a part moved.

import { AppError } from '#engine/errors.ts'

/** Behind a record: its own length and the length of the whole block, 32 bits each, little-endian. */
export const TAIL_BYTES = 8

/** What most records fit into. */
const READ_BYTES = 16_384

/** A block at a place in the file; `record` is what it says of itself. */
export type Block = { at: number; bytes: number; record: Uint8Array }

/** The bytes from (included) .. to (excluded) of a part. */
export type ReadPart = (from: number, to: number) => Promise<Uint8Array>

/** The end of a block: the record, and the lengths behind it. `before`: bytes of the block before the record. */
export function encodeTail(record: Uint8Array, before: number): Uint8Array {
  const bytes = new Uint8Array(record.length + TAIL_BYTES)
  bytes.set(record)
  const view = new DataView(bytes.buffer)
  view.setUint32(record.length, record.length, true)
  view.setUint32(record.length + 4, before + bytes.length, true)
  return bytes
}

function broken(): AppError {
  return new AppError('digest_mismatch', 'a part does not end with the record of a block')
}

async function readBlock(read: ReadPart, from: number, end: number): Promise<Block> {
  if (end - from < TAIL_BYTES) throw broken()
  const near = await read(Math.max(from, end - READ_BYTES), end)
  const tail = new DataView(near.buffer, near.byteOffset + near.length - TAIL_BYTES, TAIL_BYTES)
  const recordBytes = tail.getUint32(0, true)
  const bytes = tail.getUint32(4, true)
  const tailAt = end - TAIL_BYTES
  if (recordBytes + TAIL_BYTES > bytes || bytes > end - from) throw broken()
  const inHand = recordBytes + TAIL_BYTES <= near.length
  const record = inHand
    ? near.slice(near.length - TAIL_BYTES - recordBytes, near.length - TAIL_BYTES)
    : await read(tailAt - recordBytes, tailAt)
  return { at: end - bytes, bytes, record }
}

/**
 * The blocks that the bytes from .. to of a part are made of, first to last. Reads their ends only. AppError
 * `digest_mismatch` where they are not blocks.
 */
export async function readBlocks(read: ReadPart, from: number, to: number): Promise<Block[]> {
  const blocks: Block[] = []
  for (let end = to; end > from; ) {
    const block = await readBlock(read, from, end)
    blocks.push(block)
    end = block.at
  }
  return blocks.reverse()
}
