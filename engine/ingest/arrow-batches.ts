// Record batches of Arrow by apache-arrow: of streams and files as they arrive, and of files whose schema stands at
// their end alone from memory.

import { zstdDecompressSync } from 'node:zlib'
import {
  CompressionType,
  compressionRegistry,
  MessageReader,
  type RecordBatch,
  RecordBatchReader,
  type Schema,
} from 'apache-arrow'
import { AppError } from '#engine/errors.ts'
import { peek } from './bytes.ts'
import { brokenFile, INGEST_LIMITS, type IngestLimits, pastLimit } from './limits.ts'

export type ArrowBatches = {
  schema: Schema
  /** Null behind the last one. */
  next(): Promise<RecordBatch | null>
  cancel(): Promise<void>
}

const FILE_MAGIC = 'ARROW1'
const FILE_PREFIX_BYTES = 8
/** Enough for the first message of files that have no schema ahead: its length decides. */
const FIRST_MESSAGE_BYTES = 1 << 16
const HINT = 'Write the file again, with zstd or no compression, or send it as CSV.'

/**
 * AppError `invalid_request` for what is damaged, `payload_too_large` for a file that would have to be in memory whole and
 * is past `limits.blockBytesMax`; what the source throws passes through.
 */
export async function openArrow(
  source: AsyncIterable<Uint8Array>,
  limits: IngestLimits,
): Promise<ArrowBatches> {
  compressionRegistry.set(CompressionType.ZSTD, {
    decode: (bytes) => zstdDecompressSync(bytes, { maxOutputLength: INGEST_LIMITS.blockBytesMax }),
  })
  const fault: { error?: Error } = {}
  const { head, whole } = await peek(remembering(source, fault), FIRST_MESSAGE_BYTES)
  const isFile = Buffer.from(head.subarray(0, FILE_MAGIC.length)).toString() === FILE_MAGIC
  const from =
    isFile && !hasSchemaAhead(head)
      ? await inMemory(whole, limits)
      : isFile
        ? without(whole, FILE_PREFIX_BYTES)
        : whole
  return guarded(fault, async () => {
    const reader: Reader =
      from instanceof Uint8Array
        ? RecordBatchReader.from(from).open()
        : await (await RecordBatchReader.from(from)).open()
    return batchesOf(reader, fault)
  })
}

type Reader = {
  schema?: Schema
  next(): unknown
  cancel(): unknown
}

function batchesOf(reader: Reader, fault: { error?: Error }): ArrowBatches {
  // What ends before its first message has none.
  if (reader.schema === undefined) throw damaged(null)
  return {
    schema: reader.schema,
    next: () =>
      guarded(fault, async () => {
        const next = (await reader.next()) as IteratorResult<RecordBatch>
        return next.done === true ? null : next.value
      }),
    async cancel() {
      await reader.cancel()
    },
  }
}

/** Behind its magic a file is a stream too (Arrow columnar format, "IPC File Format"); some writers leave the schema out. */
function hasSchemaAhead(head: Uint8Array): boolean {
  try {
    return new MessageReader(head.subarray(FILE_PREFIX_BYTES)).readMessage()?.isSchema() === true
  } catch {
    return false
  }
}

async function inMemory(
  source: AsyncIterable<Uint8Array>,
  { blockBytesMax }: IngestLimits,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of source) {
    bytes += chunk.length
    if (bytes > blockBytesMax)
      throw pastLimit(`an Arrow file without its schema ahead, of more than ${blockBytesMax} bytes`)
    chunks.push(chunk)
  }
  const file = Buffer.concat(chunks)
  if (file.subarray(-FILE_MAGIC.length).toString('latin1') !== FILE_MAGIC) throw damaged(null)
  return file
}

async function* without(
  source: AsyncIterable<Uint8Array>,
  bytes: number,
): AsyncIterable<Uint8Array> {
  let skip = bytes
  for await (const chunk of source) {
    const rest = chunk.subarray(Math.min(skip, chunk.length))
    skip -= chunk.length - rest.length
    if (rest.length > 0) yield rest
  }
}

/** The library swallows what its source throws. */
async function* remembering(
  source: AsyncIterable<Uint8Array>,
  fault: { error?: Error },
): AsyncIterable<Uint8Array> {
  try {
    yield* source
  } catch (error) {
    fault.error = error as Error
    throw error
  }
}

async function guarded<T>(fault: { error?: Error }, read: () => Promise<T>): Promise<T> {
  try {
    const value = await read()
    if (fault.error !== undefined) throw fault.error
    return value
  } catch (error) {
    if (fault.error !== undefined) throw fault.error
    if (error instanceof AppError) throw error
    throw damaged(error)
  }
}

function damaged(cause: unknown): AppError {
  const broken = brokenFile('the Arrow file is damaged or in a form that is not read', HINT)
  broken.cause = cause
  return broken
}
