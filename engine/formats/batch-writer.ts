// Which of the two writers of rows writes them: the one by columns, whose code any table warms up, or the one by rows,
// whose code is the table's own and must be optimised first. Both give the same bytes.

import type { Vector } from '#engine/rules/vector.ts'
import { createColumnWriter } from './column-writer.ts'
import type { Dialect } from './dialect.ts'
import { createRowWriter, type RowWriter } from './row-writer.ts'

/** Rows by columns before code of the table's own is made, whose start costs more than it saves until then. */
const ROWS_BY_COLUMNS = 500_000

type Options = {
  /** How rows are written from the first one on; by default by columns, and by generated code after `byColumns` rows. */
  mode?: 'generated' | 'closures' | undefined
  byColumns?: number
}

/** A writer of the vectors' entries as rows. */
export function createBatchWriter(
  columns: readonly { name: string; vector: Vector }[],
  dialect: Dialect,
  { mode, byColumns = ROWS_BY_COLUMNS }: Options = {},
): RowWriter {
  if (mode !== undefined) return createRowWriter(columns, dialect, mode)
  let writer = createColumnWriter(columns, dialect)
  let rows = 0
  let isByRows = false
  return {
    reserve(out, n, more) {
      if (!isByRows && rows >= byColumns) {
        writer = createRowWriter(columns, dialect)
        isByRows = true
      }
      rows += n
      writer.reserve(out, n, more)
    },
    write: (out, from, to) => writer.write(out, from, to),
  }
}
