// The footer of a Parquet file out of the records of its blocks: schema, row groups, offset indexes.

import { ENGINE_VERSION } from '#engine/version.ts'
import type { Block } from '../block-tail.ts'
import { type BlockRecord, type ColumnRecord, chunkBytes, decodeRecord } from './block-record.ts'
import { append, type ByteSink, bytesOf, createByteSink } from './byte-sink.ts'
import { CODEC } from './codec.ts'
import { ENCODING } from './column.ts'
import { type Field, PHYSICAL, writeField } from './field.ts'
import { appendStruct, type StructWriter } from './thrift.ts'

/** Opens and closes a file. */
export const MAGIC: Uint8Array = new TextEncoder().encode('PAR1')

const FORMAT_VERSION = 2

type PlacedBlock = { at: number; record: BlockRecord }

type PlacedColumn = {
  record: ColumnRecord
  field: Field
  rows: number
  pagesAt: number
  columnIndexAt: number
  offsetIndexAt: number
  offsetIndexBytes: number
}

/** Appends where the pages of a column lie. */
function appendOffsetIndex(sink: ByteSink, pagesAt: number, record: ColumnRecord): void {
  let at = pagesAt + record.dictionaryBytes
  let row = 0
  const pages = record.pages.map(({ bytes, rows }) => {
    const page = { at, bytes, row }
    at += bytes
    row += rows
    return page
  })
  appendStruct(sink, (index) => {
    index.structs(1, pages, (location, page) => {
      location.i64(1, page.at)
      location.i32(2, page.bytes)
      location.i64(3, page.row)
    })
  })
}

/** Places a block's columns and appends their offset indexes to what begins at `sinkAt` in the file. */
function placeColumns(
  sink: ByteSink,
  sinkAt: number,
  fields: readonly Field[],
  { at, record }: PlacedBlock,
): PlacedColumn[] {
  const pageBytes = record.columns.reduce((sum, column) => sum + chunkBytes(column), 0)
  let pagesAt = at
  let columnIndexAt = at + pageBytes
  return record.columns.map((column, k) => {
    const start = sink.length
    appendOffsetIndex(sink, pagesAt, column)
    const placed = {
      ...{ record: column, field: fields[k] as Field, rows: record.rows, pagesAt, columnIndexAt },
      ...{ offsetIndexAt: sinkAt + start, offsetIndexBytes: sink.length - start },
    }
    pagesAt += chunkBytes(column)
    columnIndexAt += column.indexBytes
    return placed
  })
}

function writeStatistics(writer: StructWriter, { nulls, bounds }: ColumnRecord): void {
  writer.i64(3, nulls)
  if (!bounds) return
  writer.binary(5, bounds.max)
  writer.binary(6, bounds.min)
  writer.bool(7, bounds.maxExact)
  writer.bool(8, bounds.minExact)
}

function encodingsOf({ encoding }: ColumnRecord): number[] {
  const used = [ENCODING.rle, ENCODING[encoding]]
  return encoding === 'rleDictionary' ? [...used, ENCODING.plain] : used
}

function writeMetadata(writer: StructWriter, column: PlacedColumn): void {
  const { record, field, rows, pagesAt } = column
  writer.i32(1, PHYSICAL[field.physical])
  writer.i32s(2, encodingsOf(record))
  writer.binaries(3, [new TextEncoder().encode(field.name)])
  writer.i32(4, CODEC[record.codec])
  writer.i64(5, rows)
  writer.i64(6, record.rawBytes)
  writer.i64(7, chunkBytes(record))
  writer.i64(9, pagesAt + record.dictionaryBytes)
  if (record.dictionaryBytes > 0) writer.i64(11, pagesAt)
  writer.struct(12, (statistics) => writeStatistics(statistics, record))
}

function writeChunk(writer: StructWriter, column: PlacedColumn): void {
  writer.i64(2, 0)
  writer.struct(3, (metadata) => writeMetadata(metadata, column))
  writer.i64(4, column.offsetIndexAt)
  writer.i32(5, column.offsetIndexBytes)
  if (column.record.indexBytes === 0) return
  writer.i64(6, column.columnIndexAt)
  writer.i32(7, column.record.indexBytes)
}

type Group = { block: PlacedBlock; columns: PlacedColumn[] }

function writeGroup(writer: StructWriter, { block, columns }: Group): void {
  const sum = (size: (column: ColumnRecord) => number) =>
    columns.reduce((total, { record }) => total + size(record), 0)
  writer.structs(1, columns, writeChunk)
  writer.i64(
    2,
    sum(({ rawBytes }) => rawBytes),
  )
  writer.i64(3, block.record.rows)
  writer.i64(5, block.at)
  writer.i64(6, sum(chunkBytes))
}

function writeSchema(writer: StructWriter, fields: readonly Field[]): void {
  const root = { name: 'schema', children: fields.length }
  writer.structs(2, [root, ...fields], (element, item) => {
    if ('children' in item) {
      element.text(4, item.name)
      element.i32(5, item.children)
    } else writeField(element, item)
  })
}

/**
 * All that follows the last block of a file, which ends at `at`: offset indexes, metadata, magic. AppError
 * `digest_mismatch` from a record that cannot be.
 */
export function footerOf(
  fields: readonly Field[],
  blocks: readonly Block[],
  at: number,
): Uint8Array {
  const sink = createByteSink()
  const groups = blocks.map((encoded): Group => {
    const block = { at: encoded.at, record: decodeRecord(encoded, fields.length) }
    return { block, columns: placeColumns(sink, at, fields, block) }
  })
  const metadataAt = sink.length
  appendStruct(sink, (file) => {
    file.i32(1, FORMAT_VERSION)
    writeSchema(file, fields)
    file.i64(
      3,
      groups.reduce((sum, { block }) => sum + block.record.rows, 0),
    )
    file.structs(4, groups, writeGroup)
    file.text(6, `syndata version ${ENGINE_VERSION}`)
    file.structs(7, fields, (order) => order.struct(1))
  })
  const length = new DataView(new ArrayBuffer(4))
  length.setUint32(0, sink.length - metadataAt, true)
  append(sink, new Uint8Array(length.buffer))
  append(sink, MAGIC)
  return bytesOf(sink)
}
