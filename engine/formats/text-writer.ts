// Files of text: rows by a dialect, with what opens and closes the file.

import type { ResolvedTable } from '#engine/config/types.ts'
import type { Dialect } from './dialect.ts'
import type { FileWriter } from './file-writer.ts'
import { createRowWriter, type WriteRows } from './row-writer.ts'

type TextOptions = {
  table: ResolvedTable
  rows: number
  mode: 'generated' | 'closures' | undefined
}

/** The writer of a table's file in a dialect. */
export function createTextWriter(dialect: Dialect, { table, mode }: TextOptions): FileWriter {
  const header = new TextEncoder().encode(dialect.header(table.columns.map(({ name }) => name)))
  let writeRows: WriteRows | null = null
  return {
    header,
    write(from, to, out, each) {
      if (from === 0) out.append(header)
      each(from, to, ({ columns, n }) => {
        writeRows ??= createRowWriter(columns, dialect, mode)
        writeRows(out, n)
      })
    },
  }
}
