// Messages of Arrow IPC: metadata by the project's own library, bodies as they lie in memory (Apache Arrow,
// "Serialization and interprocess communication").

import { CompressionType, Message, MessageHeader, MetadataVersion, type Schema } from 'apache-arrow'
import {
  BodyCompression,
  BufferRegion,
  DictionaryBatch,
  FieldNode,
  RecordBatch,
} from 'apache-arrow/ipc/metadata/message'

/** Everything begins at a multiple of it. */
const ALIGNMENT = 8
const PREFIX_BYTES = 8
const CONTINUATION = -1

/** The buffers of one column: a bitmap of values that are not null (empty where all are), and what its type has. */
export type ColumnBuffers = { nulls: number; buffers: readonly Uint8Array[] }

const padded = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT

/** A message's metadata behind its prefix, padded. */
function encode(message: Message): Uint8Array {
  const metadata = Message.encode(message)
  const length = padded(PREFIX_BYTES + metadata.length)
  const bytes = new Uint8Array(length)
  const view = new DataView(bytes.buffer)
  view.setInt32(0, CONTINUATION, true)
  view.setInt32(4, length - PREFIX_BYTES, true)
  bytes.set(metadata, PREFIX_BYTES)
  return bytes
}

/** The message that opens a stream. */
export function schemaMessage(schema: Schema): Uint8Array {
  return encode(Message.from(schema))
}

type BatchOptions = {
  /** How the buffers are compressed already. */
  compression: 'none' | 'zstd'
  /** Bytes of the body behind its buffers. */
  extra: number
}

function layoutOf(
  rows: number,
  columns: readonly ColumnBuffers[],
  compression: BodyCompression | null,
) {
  let at = 0
  const regions = columns.flatMap(({ buffers }) =>
    buffers.map(({ length }) => {
      const region = new BufferRegion(at, length)
      at += padded(length)
      return region
    }),
  )
  const nodes = columns.map(({ nulls }) => new FieldNode(rows, nulls))
  return { batch: new RecordBatch(rows, nodes, regions, compression), bodyBytes: at }
}

/** The metadata of a batch. */
export function batchMessage(
  rows: number,
  columns: readonly ColumnBuffers[],
  { compression, extra }: BatchOptions,
) {
  const zstd = compression === 'zstd' ? new BodyCompression(CompressionType.ZSTD) : null
  const { batch, bodyBytes } = layoutOf(rows, columns, zstd)
  const header = MessageHeader.RecordBatch
  return encode(new Message(bodyBytes + extra, MetadataVersion.V5, header, batch))
}

/** The body of a batch, without what stands behind its buffers. */
export function* bodyOf(columns: readonly ColumnBuffers[]): Generator<Uint8Array> {
  for (const { buffers } of columns) {
    for (const buffer of buffers) {
      yield buffer
      yield new Uint8Array(padded(buffer.length) - buffer.length)
    }
  }
}

/** The buffers of a list of texts. */
export function textBuffers(texts: readonly string[]): ColumnBuffers {
  const encoder = new TextEncoder()
  const entries = texts.map((text) => encoder.encode(text))
  const offsets = new Int32Array(entries.length + 1)
  entries.forEach((entry, k) => {
    offsets[k + 1] = (offsets[k] as number) + entry.length
  })
  const buffers = [new Uint8Array(0), new Uint8Array(offsets.buffer), Buffer.concat(entries)]
  return { nulls: 0, buffers }
}

/** A whole message with the values of dictionary `id`. */
export function dictionaryMessage(id: number, texts: readonly string[]) {
  const column = textBuffers(texts)
  const { batch, bodyBytes } = layoutOf(texts.length, [column], null)
  const header = MessageHeader.DictionaryBatch
  const message = new Message(bodyBytes, MetadataVersion.V5, header, new DictionaryBatch(batch, id))
  const metadata = encode(message)
  return { metadataBytes: metadata.length, bytes: Buffer.concat([metadata, ...bodyOf([column])]) }
}
