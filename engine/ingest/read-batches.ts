// A file as tables of some rows each, in the order of the file, for readers that see each row once.

import type { BatchColumn } from '#engine/table/byte-cells.ts'
import { type BatchReader, createBatchReader } from './batch-reader.ts'
import { createColumnBuilder } from './column-builder.ts'
import type { IngestField } from './field.ts'
import { readRecords } from './read-records.ts'
import type { ByteSource, Cell, ReadOptions } from './records.ts'

/** Good until the next is asked for. */
export type Batch = { rows: number; columns: readonly BatchColumn[] }

/** The columns of `fields`; memory holds one batch of the reader. AppError as `readTable`. */
export async function* readBatches(
  source: ByteSource,
  fields: readonly IngestField[],
  options: ReadOptions = {},
): AsyncGenerator<Batch> {
  const records = await readRecords(source, options)
  const readers = fields.map(createBatchReader)
  let from = 0
  for await (const batch of records.batches) {
    options.signal?.throwIfAborted()
    const { rows, bytes } = batch
    const places = fields.map(({ name }) => records.columns.indexOf(name))
    const columns = fields.map((field, at): BatchColumn => {
      const cells = bytes?.[places[at] as number]
      if (cells !== undefined) return (readers[at] as BatchReader).read(cells, rows, from)
      return columnOf(field, batch.cells[places[at] as number] ?? [], { rows, from })
    })
    yield { rows, columns }
    from += rows
  }
}

function columnOf(
  field: IngestField,
  cells: readonly Cell[],
  { rows, from }: { rows: number; from: number },
): BatchColumn {
  const order = Int32Array.from({ length: rows }, (_, row) => row)
  const builder = createColumnBuilder(field)
  builder.add(padded(cells, rows), { rows: order, from })
  return builder.finish(order)
}

/** A column that JSON has not shown yet has no cells. */
function padded<T>(cells: readonly T[], rows: number): readonly (T | null)[] {
  return cells.length >= rows ? cells : Array.from({ length: rows }, (_, row) => cells[row] ?? null)
}
