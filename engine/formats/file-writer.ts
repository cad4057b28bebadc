// What makes a table's rows the bytes of its file, whatever the format: rows come as batches of vectors.

import { CSV_DEFAULTS } from '#engine/config/read-csv-options.ts'
import type { ResolvedConfig, ResolvedTable } from '#engine/config/types.ts'
import { AppError } from '#engine/errors.ts'
import type { Vector } from '#engine/rules/vector.ts'
import { csvDialect, JSONL } from './dialect.ts'
import type { Output } from './output.ts'
import { createTextWriter } from './text-writer.ts'

/** A table's columns in order; entries 0 to n-1 are rows `from` to `from` + n - 1. */
export type Batch = {
  readonly columns: readonly { name: string; vector: Vector }[]
  readonly from: number
  readonly n: number
}

/** Evaluates the rows from (included) .. to (excluded), batch after batch in order. A batch holds until the next. */
export type EachBatch = (from: number, to: number, use: (batch: Batch) => void) => void

export type FileWriter = {
  /** What stands before row 0, as far as it is the same for any number of rows. */
  readonly header: Uint8Array
  /**
   * Appends the file's bytes of these rows, with what opens the file before row 0 and what closes it behind the last
   * row; for a table without rows all of it is at 0 .. 0. `from` is a multiple of the output's `block_rows`.
   */
  write(from: number, to: number, out: Output, each: EachBatch): void
}

export type FileOptions = {
  readonly config: ResolvedConfig
  readonly table: ResolvedTable
  /** Of the table, planned. */
  readonly rows: number
  /** How rows of text are written. */
  readonly mode: 'generated' | 'closures' | undefined
}

/** The writer of a table's file. AppError `unsupported` for a format that this release does not write. */
export function createFileWriter({ config, table, rows, mode }: FileOptions): FileWriter {
  const { format, csv } = config.output
  switch (format) {
    case 'csv':
      return createTextWriter(csvDialect(csv ?? CSV_DEFAULTS), { table, rows, mode })
    case 'jsonl':
      return createTextWriter(JSONL, { table, rows, mode })
    default:
      throw new AppError('unsupported', `the format ${format} is not supported by this release`)
  }
}
