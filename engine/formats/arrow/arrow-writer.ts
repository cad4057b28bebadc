// Arrow IPC: schema and dictionaries, then a record batch for each block. A stream ends behind its last row; a file has
// the magic before all that and, behind all parts, the end of the stream and the footer.

import { MetadataVersion, Schema } from 'apache-arrow'
import { FileBlock, Footer } from 'apache-arrow/ipc/metadata/file'
import type { ArrowOptions, ResolvedTable } from '#engine/config/types.ts'
import { AppError } from '#engine/errors.ts'
import { type Block, encodeTail, TAIL_BYTES } from '../block-tail.ts'
import type { ColumnVector, FileWriter } from '../file-writer.ts'
import type { Output } from '../output.ts'
import { compressedColumn } from './compress.ts'
import { type Column, fieldOf, typedColumns } from './field.ts'
import { batchMessage, bodyOf, dictionaryMessage, schemaMessage } from './message.ts'
import { createStore, type Store } from './store.ts'

const MAGIC = new TextEncoder().encode('ARROW1')
/** The magic, up to a multiple of eight. */
const OPENING_BYTES = 8
/** The bytes of a batch's metadata, as 64 bits. */
const RECORD_BYTES = 8
const END_OF_STREAM = Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0)

type Options = ArrowOptions & {
  table: ResolvedTable
  /** Of the table, planned. */
  rows: number
  blockRows: number
  /** The table's columns; compiled when first asked for. */
  columns: () => readonly ColumnVector[]
}

type Opening = { bytes: Uint8Array; schema: Schema; dictionaries: FileBlock[] }

function openingOf(columns: readonly Column[], container: ArrowOptions['container']): Opening {
  const schema = new Schema(columns.map(fieldOf))
  const magic = new Uint8Array(container === 'file' ? OPENING_BYTES : 0)
  if (container === 'file') magic.set(MAGIC)
  const head = schemaMessage(schema)
  const pieces = [magic, head]
  const dictionaries: FileBlock[] = []
  let at = magic.length + head.length
  for (const [id, { vector }] of columns.entries()) {
    if (vector.kind !== 'code') continue
    const { bytes, metadataBytes } = dictionaryMessage(id, vector.dictionary)
    dictionaries.push(new FileBlock(metadataBytes, bytes.length - metadataBytes, at))
    pieces.push(bytes)
    at += bytes.length
  }
  return { bytes: Buffer.concat(pieces), schema, dictionaries }
}

/** One block. In a file its record stands behind the buffers of its body, where no buffer reaches. */
function writeBatch(
  stores: readonly Store[],
  rows: number,
  { container, compression }: ArrowOptions,
  out: Output,
): void {
  const start = out.length
  const isZstd = compression === 'zstd'
  const columns = stores.map((store) =>
    isZstd ? compressedColumn(store.buffers()) : store.buffers(),
  )
  const extra = container === 'file' ? RECORD_BYTES + TAIL_BYTES : 0
  const metadata = batchMessage(rows, columns, { compression, extra })
  out.append(metadata)
  for (const piece of bodyOf(columns)) out.append(piece)
  if (container === 'stream') return
  const record = new Uint8Array(RECORD_BYTES)
  new DataView(record.buffer).setUint32(0, metadata.length, true)
  out.append(encodeTail(record, out.length - start))
}

function placeOf({ at, bytes, record }: Block): FileBlock {
  const metadataBytes =
    record.length === RECORD_BYTES
      ? new DataView(record.buffer, record.byteOffset).getUint32(0, true)
      : bytes
  if (metadataBytes >= bytes) {
    throw new AppError('digest_mismatch', 'a part is not a block of Arrow')
  }
  return new FileBlock(metadataBytes, bytes - metadataBytes, at)
}

function closingOf({ schema, dictionaries }: Opening, blocks: readonly Block[]): Uint8Array {
  const places = blocks.map(placeOf)
  const footer = Footer.encode(new Footer(schema, MetadataVersion.V5, places, dictionaries))
  const length = new Uint8Array(4)
  new DataView(length.buffer).setInt32(0, footer.length, true)
  return Buffer.concat([END_OF_STREAM, footer, length, MAGIC])
}

/** The writer of a table's file. */
export function createArrowWriter(options: Options): FileWriter {
  const { table, rows, blockRows, columns, container } = options
  let opening: Opening | null = null
  let stores: Store[] | null = null
  const opened = (): Opening => {
    opening ??= openingOf(typedColumns(table, columns()), container)
    return opening
  }
  const write: FileWriter['write'] = (from, to, out, each) => {
    if (from === 0) out.append(opened().bytes)
    stores ??= typedColumns(table, columns()).map(createStore)
    const filling = stores
    for (let at = from; at < to; at += blockRows) {
      const end = Math.min(at + blockRows, to)
      for (const store of filling) store.reset()
      each(at, end, ({ n }) => {
        for (const store of filling) store.take(n)
      })
      writeBatch(filling, end - at, options, out)
      for (const store of filling) store.reset()
    }
    if (container === 'stream' && to === rows) out.append(END_OF_STREAM)
  }
  return {
    get header() {
      return opened().bytes
    },
    write,
    ...(container === 'file' && { footer: (blocks) => closingOf(opened(), blocks) }),
  }
}
