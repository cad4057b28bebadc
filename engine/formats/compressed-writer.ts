// Any file, compressed block by block: a block is the bytes of `block_rows` rows.

import { AppError } from '#engine/errors.ts'
import { type Compression, compress } from './compressor.ts'
import type { FileWriter } from './file-writer.ts'
import { Output } from './output.ts'

type Blocks = { compression: Compression; blockRows: number }

/** The writer of the compressed file. AppError `invalid_request` for rows that start inside a block. */
export function createCompressedWriter(
  writer: FileWriter,
  { compression, blockRows }: Blocks,
): FileWriter {
  let block: Output | null = null
  return {
    header: new Uint8Array(0),
    write(from, to, out, each) {
      if (from % blockRows !== 0) {
        throw new AppError('invalid_request', `row ${from} does not start a block of ${blockRows}`)
      }
      if (block?.limitBytes !== out.limitBytes) block = new Output(out.limitBytes)
      let at = from
      do {
        const end = Math.min(at + blockRows, to)
        block.reset()
        writer.write(at, end, block, each)
        out.append(compress(block.bytes(), compression))
        at = end
      } while (at < to)
    },
  }
}
