// A file as a table in memory: all of its rows, or a uniform sample of them.

import type { Column, Table } from '#engine/table/table.ts'
import { createColumnBuilder } from './column-builder.ts'
import type { IngestField } from './field.ts'
import { readRecords } from './read-records.ts'
import type { ByteSource, ReadOptions } from './records.ts'
import { createReservoir } from './reservoir.ts'

export type ReadTableOptions = ReadOptions & {
  name?: string
  /** More rows than these are sampled, each with the same chance, in the order of the file. Infinity: all. */
  maxRows?: number
  seed?: number
}

/**
 * The values of these columns (others are passed over), by the fields that `inferFields` found in the same file with
 * its form. Memory holds `maxRows` rows. AppError as `readRecords`, and `invalid_request` where a value is not of its
 * field's type.
 */
export async function readTable(
  source: ByteSource,
  fields: readonly IngestField[],
  options: ReadTableOptions = {},
): Promise<Table> {
  const { name = 'table', maxRows = Number.POSITIVE_INFINITY, seed = 0, signal } = options
  const records = await readRecords(source, options)
  const builders = fields.map(createColumnBuilder)
  const reservoir = createReservoir(maxRows, seed)
  const placeOf = createPlaces(records, fields)
  for await (const batch of records.batches) {
    signal?.throwIfAborted()
    const slots = reservoir.take(batch.rows)
    for (const [f, builder] of builders.entries()) {
      const bytes = batch.bytes?.[placeOf(f)]
      if (bytes !== undefined) builder.addBytes(bytes, slots)
      else builder.add(batch.cells[placeOf(f)] ?? [], slots)
    }
  }
  const order = reservoir.order()
  const columns = builders.map((builder): Column => builder.finish(order))
  return { name, rows: order.length, columns }
}

/** Where a field's column is among those of the file; JSON may only show it later. */
function createPlaces(
  records: { columns: readonly string[] },
  fields: readonly IngestField[],
): (field: number) => number {
  const places: number[] = []
  return (field) => {
    const known = places[field]
    if (known !== undefined && known >= 0) return known
    const place = records.columns.indexOf(fields[field]?.name ?? '')
    places[field] = place
    return place
  }
}
