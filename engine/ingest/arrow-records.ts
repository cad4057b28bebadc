// Rows of Arrow as columns of cells, a record batch at a time, by apache-arrow.

import { zstdDecompressSync } from 'node:zlib'
import {
  CompressionType,
  compressionRegistry,
  DataType,
  RecordBatchReader,
  TimeUnit,
  type Vector,
} from 'apache-arrow'
import { AppError } from '#engine/errors.ts'
import { distinctNames } from './column-names.ts'
import { clockText, dayText, momentText } from './iso-text.ts'
import { brokenFile, INGEST_LIMITS, type IngestLimits, pastLimit } from './limits.ts'
import type { Cell, FormatRecords, RawBatch } from './records.ts'
import { decimalText, exactInteger, plainCell, shortFloat } from './typed-cell.ts'

const BATCH_ROWS = 4096
const FILE_MAGIC = 'ARROW1'
const FILE_PREFIX_BYTES = 8
/** What the library says where a file's schema stands at its end alone, as its own writer leaves it. */
const LACKS_SCHEMA = /Expected Schema Message/
const SCHEMA_HINT =
  'Write it as an Arrow stream (in JavaScript: tableToIPC(table, "stream")), or send it as Parquet or CSV.'
const HINT = 'Write the file again, with zstd or no compression, or send it as CSV.'

/** A stream, or a file: behind its magic a file is a stream too (Arrow columnar format, "IPC File Format"). */
export async function readArrow(
  source: AsyncIterable<Uint8Array>,
  limits: IngestLimits,
): Promise<FormatRecords> {
  compressionRegistry.set(CompressionType.ZSTD, {
    decode: (bytes) => zstdDecompressSync(bytes, { maxOutputLength: INGEST_LIMITS.blockBytesMax }),
  })
  const fault: { error?: Error } = {}
  const stream = remembering(withoutMagic(source), fault)
  const reader = await guarded(fault, async () => (await RecordBatchReader.from(stream)).open())
  const { fields } = reader.schema
  if (fields.length > limits.columnsMax) throw pastLimit(`more than ${limits.columnsMax} columns`)
  const { columns, warnings } = distinctNames(fields.map(({ name }) => String(name)))
  const batches = async function* (): AsyncIterable<RawBatch> {
    try {
      while (true) {
        const next = await guarded(fault, async () => reader.next())
        if (next.done === true) break
        const batch = next.value
        for (let at = 0; at < batch.numRows; at += BATCH_ROWS) {
          const rows = Math.min(BATCH_ROWS, batch.numRows - at)
          yield lazyBatch(rows, () => columns.map((_, c) => cellsOf(batch.getChildAt(c), at, rows)))
        }
      }
    } finally {
      await reader.cancel()
    }
  }
  return { columns, batches: batches(), warnings: () => warnings }
}

/** Its cells are made where they are asked for. */
function lazyBatch(rows: number, make: () => Cell[][]): RawBatch {
  let made: Cell[][] | null = null
  return {
    rows,
    get cells() {
      made ??= make()
      return made
    },
  }
}

async function* withoutMagic(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let skip: number | null = null
  for await (const chunk of source) {
    skip ??= Buffer.from(chunk.subarray(0, 6)).toString() === FILE_MAGIC ? FILE_PREFIX_BYTES : 0
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
    throw refused(error)
  }
}

function refused(cause: unknown): AppError {
  const broken = LACKS_SCHEMA.test(String(cause))
    ? brokenFile('the Arrow file does not begin with its schema', SCHEMA_HINT)
    : brokenFile('the Arrow file is damaged or in a form that is not read', HINT)
  broken.cause = cause
  return broken
}

function cellsOf(vector: Vector | null, at: number, rows: number): Cell[] {
  const cells: Cell[] = new Array(rows).fill(null)
  if (vector === null) return cells
  const read = cellReader(vector.type as DataType)
  for (let row = 0; row < rows; row++) {
    const value: unknown = vector.get(at + row)
    if (value !== null && value !== undefined) cells[row] = read(value)
  }
  return cells
}

function cellReader(type: DataType): (value: unknown) => Cell {
  if (DataType.isDictionary(type)) return cellReader(type.dictionary as DataType)
  if (DataType.isDate(type)) return (value) => dayText(Math.floor(Number(value) / 86_400_000))
  if (DataType.isTimestamp(type)) {
    const isUtc = type.timezone !== null && type.timezone !== undefined
    return (value) => millisText(Number(value), isUtc)
  }
  if (DataType.isTime(type)) {
    const micros = MICROS_PER[type.unit]
    return (value) => clockText(Math.round(Number(value) * micros))
  }
  if (DataType.isDecimal(type)) {
    const { scale } = type
    return (value) => decimalText(signed(value as Uint32Array), scale)
  }
  if (DataType.isFloat(type) && type.precision < 2) return (value) => shortFloat(Number(value))
  if (DataType.isInt(type))
    return (value) => (typeof value === 'bigint' ? exactInteger(value) : (value as number))
  return plainCell
}

const MICROS_PER: Record<TimeUnit, number> = {
  [TimeUnit.SECOND]: 1e6,
  [TimeUnit.MILLISECOND]: 1000,
  [TimeUnit.MICROSECOND]: 1,
  [TimeUnit.NANOSECOND]: 0.001,
}

function millisText(millis: number, isUtc: boolean): Cell {
  const seconds = Math.floor(millis / 1000)
  const micros = Math.round((millis - seconds * 1000) * 1000)
  return micros === 1e6 ? momentText(seconds + 1, 0, isUtc) : momentText(seconds, micros, isUtc)
}

/** Little-endian words, two's complement. */
function signed(words: Uint32Array): bigint {
  let value = 0n
  for (let at = words.length - 1; at >= 0; at--)
    value = (value << 32n) | BigInt(words[at] as number)
  return BigInt.asIntN(words.length * 32, value)
}
