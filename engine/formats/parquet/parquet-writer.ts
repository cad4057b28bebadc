// Files of Parquet: the magic, then blocks (one row group each) and, behind all parts, the footer.

import type { ResolvedTable } from '#engine/config/types.ts'
import type { ColumnVector, FileWriter } from '../file-writer.ts'
import { type BlockWriter, createBlockWriter } from './block-writer.ts'
import type { Codec } from './codec.ts'
import { fieldOf } from './field.ts'
import { footerOf, MAGIC } from './footer.ts'

type Options = {
  table: ResolvedTable
  codec: Codec
  blockRows: number
  /** Of the table. */
  rows: number
  /** The table's columns; compiled when first asked for. */
  columns: () => readonly ColumnVector[]
}

/** The writer of a table's file. */
export function createParquetWriter({
  table,
  codec,
  blockRows,
  rows,
  columns,
}: Options): FileWriter {
  const typed = () =>
    columns().map((column, k) => ({ ...column, type: table.columns[k]?.type ?? 'str' }))
  let blocks: BlockWriter | null = null
  return {
    header: MAGIC,
    write(from, to, out, each) {
      if (from === 0) out.append(MAGIC)
      blocks ??= createBlockWriter(typed(), { codec, blockRows: Math.min(blockRows, rows) })
      for (let at = from; at < to; at += blockRows) {
        blocks.reset()
        each(at, Math.min(at + blockRows, to), ({ n }) => blocks?.add(n))
        blocks.finish(out)
      }
    },
    footer: (ends, at) => footerOf(typed().map(fieldOf), ends, at),
  }
}
