// What stands behind the last part of a file whose format ends with a footer (Parquet, Arrow): made from the
// ends of the parts, so that merging moves no byte of them.

import type { CompiledTable } from './compile.ts'
import { type Block, type ReadPart, readBlocks } from './formats/block-tail.ts'

/** A part of a file: its length, and a way to read ranges of it. */
export type PartEnd = { bytes: number; read: ReadPart }

export type FooterBuilder = {
  /** Reads the ends of the next part's blocks. AppError `digest_mismatch` for a part that is not the table's. */
  add(part: PartEnd): Promise<void>
  /** The footer behind the parts so far; null where the format has none. */
  finish(): Uint8Array | null
}

/** Parts read at the same time. */
const READ_AT_ONCE = 8

function blocksOf({ header }: CompiledTable, index: number, part: PartEnd): Promise<Block[]> {
  return readBlocks(part.read, index === 0 ? header.length : 0, part.bytes)
}

/** For parts that come one by one, in order. */
export function createFooterBuilder(table: CompiledTable): FooterBuilder {
  const blocks: Block[] = []
  let parts = 0
  let bytes = 0
  return {
    async add(part) {
      if (!table.footer) return
      const own = await blocksOf(table, parts, part)
      for (const block of own) blocks.push({ ...block, at: bytes + block.at })
      parts++
      bytes += part.bytes
    },
    finish: () => table.footer?.(blocks, bytes) ?? null,
  }
}

/**
 * The footer of the table's file over all its parts in order; null where the format has none. AppError
 * `digest_mismatch` for parts that are not the table's, and whatever reading throws.
 */
export async function footerOfParts(
  table: CompiledTable,
  parts: readonly PartEnd[],
): Promise<Uint8Array | null> {
  if (!table.footer) return null
  const blocks: Block[] = []
  let at = 0
  for (let first = 0; first < parts.length; first += READ_AT_ONCE) {
    const some = parts.slice(first, first + READ_AT_ONCE)
    const read = await Promise.all(some.map((part, k) => blocksOf(table, first + k, part)))
    for (const [k, { bytes }] of some.entries()) {
      for (const block of read[k] ?? []) blocks.push({ ...block, at: at + block.at })
      at += bytes
    }
  }
  return table.footer(blocks, at)
}
