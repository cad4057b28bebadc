// What a block says of itself: where its pages lie and the statistics of its columns. The record stands at
// the block's end, where readers of Parquet do not look, so that the footer of a file can be made from its
// parts' ends alone. Sizes are checked against each other: a record may come from a machine nobody trusts.

import { ByteReader } from '#engine/dag/varint.ts'
import { AppError } from '#engine/errors.ts'
import { type Block, TAIL_BYTES } from '../block-tail.ts'
import { append, appendVarint, type ByteSink, bytesOf, createByteSink } from './byte-sink.ts'
import { CODEC, type Codec } from './codec.ts'
import { type Bounds, ENCODING, type Encoding } from './column.ts'

/** Bytes with their header. */
export type PageSize = { bytes: number; rows: number }

export type ColumnRecord = {
  codec: Codec
  encoding: Encoding
  /** Bytes of the dictionary page with its header; 0 without one. */
  dictionaryBytes: number
  pages: PageSize[]
  /** Of all pages, headers included, before compression. */
  rawBytes: number
  nulls: number
  bounds: Bounds | null
  /** Bytes of the column index; 0 without one. */
  indexBytes: number
}

/** Columns in order; their pages come first, column by column, then their column indexes. */
export type BlockRecord = { rows: number; columns: ColumnRecord[] }

const CODECS = Object.keys(CODEC) as Codec[]
const ENCODINGS = Object.keys(ENCODING) as Encoding[]

function appendSized(sink: ByteSink, bytes: Uint8Array): void {
  appendVarint(sink, bytes.length)
  append(sink, bytes)
}

function appendColumn(sink: ByteSink, column: ColumnRecord): void {
  const { bounds } = column
  appendVarint(sink, CODECS.indexOf(column.codec))
  appendVarint(sink, ENCODINGS.indexOf(column.encoding))
  appendVarint(sink, column.dictionaryBytes)
  appendVarint(sink, column.pages.length)
  for (const { bytes, rows } of column.pages) {
    appendVarint(sink, bytes)
    appendVarint(sink, rows)
  }
  appendVarint(sink, column.rawBytes)
  appendVarint(sink, column.nulls)
  appendVarint(sink, column.indexBytes)
  appendVarint(sink, bounds ? 1 + Number(bounds.minExact) + 2 * Number(bounds.maxExact) : 0)
  if (bounds) {
    appendSized(sink, bounds.min)
    appendSized(sink, bounds.max)
  }
}

/** The record's bytes. */
export function encodeRecord(record: BlockRecord): Uint8Array {
  const sink = createByteSink()
  appendVarint(sink, record.rows)
  for (const column of record.columns) appendColumn(sink, column)
  return bytesOf(sink)
}

function one<T>(list: readonly T[], index: number): T {
  const item = list[index]
  if (item === undefined) throw new RangeError('an unknown number')
  return item
}

function readBounds(reader: ByteReader): Bounds | null {
  const mark = reader.varint()
  if (mark === 0) return null
  if (mark > 4) throw new RangeError('an unknown kind of bounds')
  const min = reader.take(reader.varint()).slice()
  const max = reader.take(reader.varint()).slice()
  return { min, max, minExact: ((mark - 1) & 1) === 1, maxExact: mark > 2 }
}

function readColumn(reader: ByteReader, rows: number): ColumnRecord {
  const codec = one(CODECS, reader.varint())
  const encoding = one(ENCODINGS, reader.varint())
  const dictionary = reader.varint()
  const count = reader.varint()
  if (count > rows) throw new RangeError('more pages than rows')
  const pages: PageSize[] = []
  for (let k = 0; k < count; k++) pages.push({ bytes: reader.varint(), rows: reader.varint() })
  if (pages.reduce((sum, page) => sum + page.rows, 0) !== rows) throw new RangeError('rows missing')
  const [rawBytes, nulls, indexBytes] = [reader.varint(), reader.varint(), reader.varint()]
  if (nulls > rows) throw new RangeError('more nulls than rows')
  const bounds = readBounds(reader)
  return {
    ...{ codec, encoding, dictionaryBytes: dictionary, pages },
    rawBytes,
    nulls,
    bounds,
    indexBytes,
  }
}

/** Bytes of a column's pages. */
export function chunkBytes({ dictionaryBytes, pages }: ColumnRecord): number {
  return pages.reduce((sum, page) => sum + page.bytes, dictionaryBytes)
}

function broken(what: string): AppError {
  return new AppError('digest_mismatch', `a part is not a block of Parquet: ${what}`)
}

/** The record of a block of so many columns. AppError `digest_mismatch` where the block cannot be so. */
export function decodeRecord({ bytes, record: encoded }: Block, columns: number): BlockRecord {
  try {
    const reader = new ByteReader(encoded)
    const rows = reader.varint()
    const record = {
      rows,
      columns: Array.from({ length: columns }, () => readColumn(reader, rows)),
    }
    const body = record.columns.reduce((sum, it) => sum + chunkBytes(it) + it.indexBytes, 0)
    if (!reader.atEnd() || body + encoded.length + TAIL_BYTES !== bytes) {
      throw new RangeError('its sizes')
    }
    return record
  } catch (error) {
    if (error instanceof RangeError) throw broken(error.message)
    throw error
  }
}
