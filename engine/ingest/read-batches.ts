// A file as tables of some rows each, in the order of the file, for readers that see each row once.

import type { Table } from '#engine/table/table.ts'
import { createColumnBuilder } from './column-builder.ts'
import type { IngestField } from './field.ts'
import { readRecords } from './read-records.ts'
import type { ByteSource, ReadOptions } from './records.ts'

/** The columns of `fields`; memory holds one batch of the reader. AppError as `readTable`. */
export async function* readBatches(
  source: ByteSource,
  fields: readonly IngestField[],
  options: ReadOptions = {},
): AsyncGenerator<Pick<Table, 'rows' | 'columns'>> {
  const records = await readRecords(source, options)
  let from = 0
  for await (const batch of records.batches) {
    options.signal?.throwIfAborted()
    const order = Int32Array.from({ length: batch.rows }, (_, row) => row)
    const columns = fields.map((field) => {
      const builder = createColumnBuilder(field)
      const cells = batch.cells[records.columns.indexOf(field.name)] ?? []
      builder.add(padded(cells, batch.rows), { rows: order, from })
      return builder.finish(order)
    })
    yield { rows: batch.rows, columns }
    from += batch.rows
  }
}

/** A column that JSON has not shown yet has no cells. */
function padded<T>(cells: readonly T[], rows: number): readonly (T | null)[] {
  return cells.length >= rows ? cells : Array.from({ length: rows }, (_, row) => cells[row] ?? null)
}
