// Chunks: the fixed ranges of rows that jobs are made of. Their bytes are the same however they are cut
// into pieces on the way.

import type { CompiledTable } from './compile.ts'
import { AppError } from './errors.ts'
import { Output } from './formats/output.ts'

/** The rows of a chunk, `to` excluded. AppError `invalid_request` outside the table. */
export function chunkRange(
  table: Pick<CompiledTable, 'name' | 'rows' | 'chunkRows' | 'chunks'>,
  chunk: number,
): { from: number; to: number } {
  if (!Number.isInteger(chunk) || chunk < 0 || chunk >= table.chunks) {
    throw new AppError('invalid_request', `table ${table.name} has no chunk ${chunk}`)
  }
  const from = chunk * table.chunkRows
  return { from, to: Math.min(from + table.chunkRows, table.rows) }
}

/**
 * What `use` gives, called as soon as these rows can be written or read: at once, but where a model draws them first.
 * Rejects as drawing does.
 */
export async function withRows<T>(
  { learned }: Pick<CompiledTable, 'learned'>,
  { from, to }: { from: number; to: number },
  use: () => T,
  options: { signal?: AbortSignal } = {},
): Promise<T> {
  // Another reader of the table may have had other rows drawn by the time that this one goes on.
  while (learned && !learned.covers(from, to)) await learned.prepare(from, to, options)
  return use()
}

/** Appends a chunk's bytes (within `withRows` of its range); chunk 0 opens the file and the last one closes it. */
export function writeChunk(table: CompiledTable, chunk: number, out: Output): void {
  const { from, to } = chunkRange(table, chunk)
  table.write(from, to, out)
}

/**
 * The same bytes in pieces of at most `pieceRows` rows, or of a block where the format has blocks, in memory of at
 * most `limitBytes`. A piece holds until the next one is asked for.
 */
export function* chunkPieces(
  table: CompiledTable,
  chunk: number,
  pieceRows: number,
  limitBytes = Number.POSITIVE_INFINITY,
): Generator<Uint8Array> {
  const { from, to } = chunkRange(table, chunk)
  const out = new Output(limitBytes)
  const block = table.blockRows ?? 1
  const step = Math.ceil(pieceRows / block) * block
  let at = from
  do {
    out.reset()
    table.write(at, Math.min(at + step, to), out)
    yield out.bytes()
    at += step
  } while (at < to)
}
