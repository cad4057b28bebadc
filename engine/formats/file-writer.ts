// What makes a table's rows the bytes of its file, whatever the format: rows come as batches of vectors.

import { createRequire } from 'node:module'
import { ARROW_DEFAULTS } from '#engine/config/output-formats.ts'
import type { ResolvedConfig, ResolvedTable } from '#engine/config/types.ts'
import type { Vector } from '#engine/rules/vector.ts'
import type { Block } from './block-tail.ts'
import { createCompressedWriter } from './compressed-writer.ts'
import type { Output } from './output.ts'
import { createParquetWriter } from './parquet/parquet-writer.ts'
import { textFormatOf } from './text-format.ts'
import { createTextWriter } from './text-writer.ts'

export type ColumnVector = { name: string; vector: Vector }

/** A table's columns in order; entries 0 to n-1 are rows `from` to `from` + n - 1. */
export type Batch = {
  readonly columns: readonly ColumnVector[]
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
  /**
   * Where a file ends with what only the whole of it shows: the bytes behind its last block, which ends at `at`. AppError
   * `digest_mismatch` for blocks that cannot be.
   */
  readonly footer?: (blocks: readonly Block[], at: number) => Uint8Array
}

export type FileOptions = {
  readonly config: ResolvedConfig
  readonly table: ResolvedTable
  /** Of the table, planned. */
  readonly rows: number
  /** The table's columns, for writers that must know them before a batch; compiled when first asked for. */
  readonly columns: () => readonly ColumnVector[]
  /** How rows of text are written. */
  readonly mode: 'generated' | 'closures' | undefined
}

const load = createRequire(import.meta.url)

/** Loaded by the first table that needs it: its library is a third of what a compute thread would load at its start. */
const arrowWriter = () =>
  load('./arrow/arrow-writer.ts') as typeof import('./arrow/arrow-writer.ts')

/** Where the config does not say. */
const BLOCK_ROWS = 100_000

/** The writer of a table's file. */
export function createFileWriter(options: FileOptions): FileWriter {
  const { config, table, rows, columns } = options
  const { format, parquet, arrow, block_rows: blockRows = BLOCK_ROWS } = config.output
  switch (format) {
    case 'csv':
    case 'json':
    case 'jsonl':
    case 'sql':
      return createTextFile(options)
    case 'arrow': {
      const settings = { ...ARROW_DEFAULTS, ...arrow }
      return arrowWriter().createArrowWriter({ ...settings, table, rows, blockRows, columns })
    }
    case 'parquet': {
      const codec = parquet?.compression ?? 'zstd'
      return createParquetWriter({ table, codec, blockRows, rows, columns })
    }
  }
}

function createTextFile({ config, table, rows, mode }: FileOptions): FileWriter {
  const { compression, block_rows: blockRows } = config.output
  const text = createTextWriter(textFormatOf(config, table, rows), { rows, mode })
  if (compression === undefined || blockRows === undefined) return text
  return createCompressedWriter(text, { compression, blockRows })
}
