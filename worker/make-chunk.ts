// A chunk -> its part: whole in one buffer, or in pieces where memory is short. The bytes are the same.

import { chunkPieces, chunkRange, writeChunk } from '#engine/chunk.ts'
import type { CompiledTable } from '#engine/compile.ts'
import { createPartHasher, type Part, partOf } from '#engine/dag/part.ts'
import { codeOf } from '#engine/errors.ts'
import type { Output } from '#engine/formats/output.ts'
import type { Content } from './upload.ts'

export type MadeChunk = { part: Part; content: Content }

/** `content` is a view of `out`, valid until that is used again. AppError `out_of_memory` from its limit. */
export function makeWhole(table: CompiledTable, chunk: number, out: Output): MadeChunk {
  out.reset()
  writeChunk(table, chunk, out)
  const content = out.bytes()
  return { part: partOf(content), content }
}

type PieceOptions = {
  pieceRows: number
  /** Bytes that a piece may hold. */
  limitBytes: number
  /** Told before each try. */
  onTry: (pieceRows: number) => void
}

/**
 * The same chunk in two passes over its pieces, the first for the digest, the second for the upload. Halves
 * `pieceRows` until a piece fits; AppError `out_of_memory` when one row does not.
 */
export function makeInPieces(
  table: CompiledTable,
  chunk: number,
  options: PieceOptions,
): MadeChunk & { pieceRows: number } {
  for (let pieceRows = Math.max(1, options.pieceRows); ; pieceRows = Math.ceil(pieceRows / 2)) {
    options.onTry(pieceRows)
    try {
      const content = () => chunkPieces(table, chunk, pieceRows, options.limitBytes)
      const hasher = createPartHasher()
      for (const piece of content()) hasher.update(piece)
      return { part: hasher.finish(), content, pieceRows }
    } catch (error) {
      if (!isOutOfMemory(error) || pieceRows <= (table.blockRows ?? 1)) throw error
    }
  }
}

/** The output's own limit, or the machine's. */
export const isOutOfMemory = (error: unknown): boolean =>
  codeOf(error) === 'out_of_memory' ||
  (error instanceof RangeError && error.message.includes('allocation failed'))

export function rowsOf(table: CompiledTable, chunk: number): number {
  const { from, to } = chunkRange(table, chunk)
  return to - from
}
