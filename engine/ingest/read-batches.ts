// A file as tables of some rows each, in the order of the file, for readers that see each row once.

import type { BatchColumn } from '#engine/table/byte-cells.ts'
import { type BatchReader, createBatchReader } from './batch-reader.ts'
import { createColumnBuilder } from './column-builder.ts'
import type { IngestField } from './field.ts'
import { readRecords } from './read-records.ts'
import type { ByteSource, Cell, RawBatch, ReadOptions, ReadPlace } from './records.ts'

/** Good until the next is asked for. `place`: where the next row is. */
export type Batch = { rows: number; columns: readonly BatchColumn[]; place: ReadPlace }

/**
 * The columns of `fields`, of all rows or those `from` a place on; memory holds one batch of the reader. AppError as
 * `readTable`.
 */
export async function* readBatches(
  source: ByteSource,
  fields: readonly IngestField[],
  options: ReadOptions = {},
): AsyncGenerator<Batch> {
  const records = await readRecords(source, options)
  const readers = fields.map(createBatchReader)
  const { rows: wanted, text } = options.from ?? NO_ROWS
  let from = text?.rows ?? 0
  for await (const whole of records.batches) {
    options.signal?.throwIfAborted()
    const passed = Math.max(0, Math.min(wanted - from, whole.rows))
    from += passed
    if (passed === whole.rows) continue
    const batch = passed === 0 ? whole : withoutFirst(whole, passed)
    const { rows, bytes } = batch
    const places = fields.map(({ name }) => records.columns.indexOf(name))
    const columns = fields.map((field, at): BatchColumn => {
      const cells = bytes?.[places[at] as number]
      if (cells !== undefined) return (readers[at] as BatchReader).read(cells, rows, from)
      return columnOf(field, batch.cells[places[at] as number] ?? [], { rows, from })
    })
    from += rows
    yield { rows, columns, place: { rows: from, text: records.place() } }
  }
}

const NO_ROWS: ReadPlace = { rows: 0, text: null }

function withoutFirst({ rows, cells, bytes }: RawBatch, passed: number): RawBatch {
  const left = { rows: rows - passed, cells: cells.map((column) => column.slice(passed)) }
  if (bytes === undefined) return left
  const later = bytes.map(({ first, step, ...of }) => ({
    ...{ ...of, step },
    first: first + passed * step,
  }))
  return { ...left, bytes: later }
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
