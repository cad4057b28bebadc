// What every reader of uploaded files gives, whatever the format: columns by name, and batches of raw cells.

import type { ByteCells } from '#engine/table/byte-cells.ts'
import type { IngestLimits } from './limits.ts'

/** A value as the file has it: text formats give text, typed ones numbers and booleans too. Dates are ISO 8601 text. */
export type Cell = string | number | boolean | null

/**
 * Cells column by column, in the order of `Records.columns`; `cells[c]` has `rows` entries. Where `bytes` is there it has
 * the same cells, and `cells` are made of it when they are asked for.
 */
export type RawBatch = {
  rows: number
  readonly cells: Cell[][]
  readonly bytes?: readonly ByteCells[]
}

export type FileFormat = 'csv' | 'json' | 'jsonl' | 'parquet' | 'arrow'
export type Wrapping = 'none' | 'gzip' | 'zstd'

export type Dialect = {
  delimiter: string
  quote: '"' | "'"
  /** The quote itself where quotes are doubled. */
  escape: '"' | "'" | '\\'
  header: boolean
  /** Blanks around cells are no part of them. */
  trim: boolean
  /** What a cell of two quotes is, in a file whose null is a cell of nothing. */
  quotedEmpty: 'text' | 'null'
}

/** How a file is written: all that a second reading needs to find the same cells. JSON. */
export type FileForm = {
  format: FileFormat
  wrapping: Wrapping
  /** Name of the WHATWG encoding standard; of text formats. */
  encoding?: string
  csv?: Dialect
  /** What objects within JSON's rows become; text where a form does not say. */
  nested?: 'columns' | 'text'
}

/** What a broken file becomes. */
export type Keep = 'rows_before_break' | 'nothing'

/** Where a row begins in a file of plain text. JSON. */
export type TextPlace = {
  /** Before it. */
  rows: number
  bytes: number
  lines: number
  columns: readonly string[]
}

/** Up to where a file was read. `text`: the same row or one before it, in files that can be read from there on. JSON. */
export type ReadPlace = { rows: number; text: TextPlace | null }

export type ReadOptions = {
  /** What the caller knows of the form; the rest is detected from the first bytes. */
  form?: Partial<Omit<FileForm, 'csv'>> & { csv?: Partial<Dialect> }
  keep?: Keep
  limits?: Partial<IngestLimits>
  signal?: AbortSignal
  /**
   * Rows before it are not wanted. Batches begin at `text`, else at the first row; those that end before it may have no
   * cells. The form is that of the reading which was there.
   */
  from?: ReadPlace
}

export type Records = {
  form: FileForm
  /** Names, distinct; JSON may add some while it is read, so ask again after each batch. */
  columns: readonly string[]
  /** To be read once. AppError `invalid_request` at the break of a broken file, `payload_too_large` past a limit. */
  batches: AsyncIterable<RawBatch>
  /** Behind the last batch, or before it; null where the file is read from its beginning alone. */
  place(): TextPlace | null
  /** Sentences about what was seen so far; complete when the batches are. No cell's value is in them. */
  warnings(): readonly string[]
}

/** What the reader of one format gives; one without a place begins anew each time. */
export type FormatRecords = Omit<Records, 'form' | 'place'> & Partial<Pick<Records, 'place'>>

/** A file whose bytes can be asked for in any order. `slice` excludes `end`. */
export type RandomAccess = {
  readonly byteLength: number
  slice(start: number, end?: number): Promise<ArrayBuffer>
}

export type ByteSource = AsyncIterable<Uint8Array> | RandomAccess
