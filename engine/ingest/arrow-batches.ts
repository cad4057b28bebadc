// Record batches of Arrow by apache-arrow: of streams and files as they arrive, and of files whose schema stands at
// their end alone from memory.

import { AsyncLocalStorage } from 'node:async_hooks'
import { zstdDecompressSync } from 'node:zlib'
import {
  CompressionType,
  compressionRegistry,
  type RecordBatch,
  RecordBatchReader,
  type Schema,
} from 'apache-arrow'
import { AppError } from '#engine/errors.ts'
import { createArrowCheck } from './arrow-data.ts'
import { checkArrowFile } from './arrow-file.ts'
import { arrowMessages, isSchemaAhead } from './arrow-messages.ts'
import { peek } from './bytes.ts'
import { brokenFile, type IngestLimits, pastLimit, type Unpacked } from './limits.ts'

export type ArrowBatches = {
  schema: Schema
  /** Null behind the last one. */
  next(): Promise<RecordBatch | null>
  cancel(): Promise<void>
}

type Bounds = { limits: IngestLimits; unpacked: Unpacked }

const FILE_MAGIC = 'ARROW1'
const FILE_PREFIX_BYTES = 8
/** Enough for the first message, of which it depends whether the schema stands ahead. */
const FIRST_MESSAGE_BYTES = 1 << 22
const HINT = 'Write the file again, with zstd or no compression, or send it as CSV.'

/** What the batch that is read now may still unpack to, in whichever reader. */
const inflating = new AsyncLocalStorage<{ bytesLeft: number }>()

function inflate(bytes: Uint8Array): Uint8Array {
  const room = inflating.getStore() ?? { bytesLeft: 0 }
  const inflated = zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, room.bytesLeft) })
  room.bytesLeft -= inflated.length
  return inflated
}

/**
 * AppError `invalid_request` for what is damaged, `payload_too_large` for what is past a limit, or for a file that would
 * have to be in memory whole and is past `limits.blockBytesMax`; what the source throws passes through.
 */
export async function openArrow(
  source: AsyncIterable<Uint8Array>,
  { limits, unpacked }: Bounds,
): Promise<ArrowBatches> {
  compressionRegistry.set(CompressionType.ZSTD, { decode: inflate })
  const fault: { error?: Error } = {}
  const { head, whole } = await peek(counted(source, unpacked), FIRST_MESSAGE_BYTES)
  const isFile = Buffer.from(head.subarray(0, FILE_MAGIC.length)).toString() === FILE_MAGIC
  const isWhole = isFile && !isSchemaAhead(head.subarray(FILE_PREFIX_BYTES), limits)
  const reader: Reader = await guarded(fault, async () => {
    if (isWhole) return RecordBatchReader.from(await inMemory(whole, limits)).open()
    const stream = isFile ? without(whole, FILE_PREFIX_BYTES) : whole
    const messages = remembering(arrowMessages(stream, limits), fault)
    return (await RecordBatchReader.from(messages)).open()
  })
  return batchesOf(reader, fault, { limits, unpacked })
}

type Reader = {
  schema?: Schema
  next(): unknown
  cancel(): unknown
}

function batchesOf(
  reader: Reader,
  fault: { error?: Error },
  { limits, unpacked }: Bounds,
): ArrowBatches {
  // What ends before its first message has none.
  if (reader.schema === undefined) throw damagedArrow(null)
  const check = createArrowCheck(unpacked)
  const read = async (): Promise<RecordBatch | null> => {
    const next = (await reader.next()) as IteratorResult<RecordBatch>
    if (next.done === true) return null
    check(next.value.data)
    return next.value
  }
  return {
    schema: reader.schema,
    next: () =>
      guarded(fault, () => inflating.run({ bytesLeft: limits.blockBytesMax }, () => read())),
    async cancel() {
      await reader.cancel()
    },
  }
}

async function* counted(
  source: AsyncIterable<Uint8Array>,
  unpacked: Unpacked,
): AsyncIterable<Uint8Array> {
  for await (const chunk of source) {
    unpacked.came(chunk.length)
    yield chunk
  }
}

/** Some writers leave the schema out ahead. */
async function inMemory(
  source: AsyncIterable<Uint8Array>,
  limits: IngestLimits,
): Promise<Uint8Array> {
  const { blockBytesMax } = limits
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of source) {
    bytes += chunk.length
    if (bytes > blockBytesMax)
      throw pastLimit(`an Arrow file without its schema ahead, of more than ${blockBytesMax} bytes`)
    chunks.push(chunk)
  }
  const file = Buffer.concat(chunks)
  if (file.subarray(-FILE_MAGIC.length).toString('latin1') !== FILE_MAGIC) throw damagedArrow(null)
  checkArrowFile(file, limits)
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
    throw damagedArrow(error)
  }
}

/** The AppError for what the library says of a file that it cannot read. */
export function damagedArrow(cause: unknown): AppError {
  const broken = brokenFile('the Arrow file is damaged or in a form that is not read', HINT)
  broken.cause = cause
  return broken
}
