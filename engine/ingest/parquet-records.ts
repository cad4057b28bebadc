// Rows of Parquet as columns of cells, a row group at a time, by hyparquet.

import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import {
  type Compressors,
  type ParquetParsers,
  parquetMetadataAsync,
  parquetScan,
  parquetSchema,
  type SchemaElement,
  snappyUncompress,
} from 'hyparquet'
import { AppError } from '#engine/errors.ts'
import { distinctNames } from './column-names.ts'
import { clockText, dayText, momentText } from './iso-text.ts'
import { brokenFile, type IngestLimits, pastLimit } from './limits.ts'
import type { Cell, FormatRecords, RandomAccess, RawBatch } from './records.ts'
import { plainCell, shortFloat } from './typed-cell.ts'

const BATCH_ROWS = 4096
const GROUP_ROWS_MAX = 2 ** 24
const HINT = 'Write the file again, with Snappy, gzip, zstd or no compression, or send it as CSV.'

/**
 * Groups that end within the first `skip` rows come without cells. AppError `invalid_request` for a file that is
 * damaged, `payload_too_large` for blocks past the limit.
 */
export async function readParquet(
  file: RandomAccess,
  limits: IngestLimits,
  skip = 0,
): Promise<FormatRecords> {
  const metadata = await guarded(() => parquetMetadataAsync(file, { geoparquet: false }))
  const fields = parquetSchema(metadata).children.map((child) => child.element)
  if (fields.length > limits.columnsMax) throw pastLimit(`more than ${limits.columnsMax} columns`)
  for (const group of metadata.row_groups) {
    if (Number(group.num_rows) > GROUP_ROWS_MAX)
      throw pastLimit(`a row group of more than ${GROUP_ROWS_MAX} rows`)
    if (Number(group.total_byte_size) > limits.blockBytesMax)
      throw pastLimit(`a row group of more than ${limits.blockBytesMax} bytes`)
  }
  const { columns, warnings } = distinctNames(fields.map(({ name }) => name))
  const options = { file, metadata, parsers: parsersOf(), compressors: compressorsOf(limits) }
  const batches = async function* (): AsyncIterable<RawBatch> {
    const scan = await guarded(() => parquetScan(options))
    for (const { rowStart, rowEnd } of scan.ranges) {
      if (rowEnd <= skip) {
        yield { rows: rowEnd - rowStart, cells: [] }
        continue
      }
      const group: Cell[][] = []
      for (const element of fields) {
        const range = { column: element.name, rowStart, rowEnd }
        const values = await guarded(() => scan.readColumn(range))
        const cell = cellReader(element)
        group.push(Array.from(values as ArrayLike<unknown>, cell))
      }
      yield* batchesOf(group, rowEnd - rowStart)
    }
  }
  return { columns, batches: batches(), warnings: () => warnings }
}

function* batchesOf(group: readonly Cell[][], rows: number): Iterable<RawBatch> {
  for (let at = 0; at < rows; at += BATCH_ROWS) {
    const end = Math.min(at + BATCH_ROWS, rows)
    yield { rows: end - at, cells: group.map((column) => column.slice(at, end)) }
  }
}

/** What the library throws of a file that it cannot read. */
async function guarded<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof AppError) throw error
    if (error instanceof Error && error.name === 'AbortError') throw error
    const broken = brokenFile('the Parquet file is damaged or in a form that is not read', HINT)
    broken.cause = error
    throw broken
  }
}

function compressorsOf({ blockBytesMax }: IngestLimits): Compressors {
  const room = (bytes: number): { maxOutputLength: number } => {
    if (bytes > blockBytesMax) throw pastLimit(`a page of more than ${blockBytesMax} bytes`)
    return { maxOutputLength: Math.max(1, bytes) }
  }
  return {
    GZIP: (input, bytes) => gunzipSync(input, room(bytes)),
    ZSTD: (input, bytes) => zstdDecompressSync(input, room(bytes)),
    BROTLI: (input, bytes) => brotliDecompressSync(input, room(bytes)),
    SNAPPY: (input, bytes) => {
      const output = new Uint8Array(room(bytes) && bytes)
      snappyUncompress(input, output)
      return output
    },
  }
}

/** Microseconds since 1970 in place of the library's Date, which has milliseconds. */
function parsersOf(): Partial<ParquetParsers> {
  return {
    timestampFromMilliseconds: (millis) => millis && new Moment(millis * 1000n),
    timestampFromMicroseconds: (micros) => micros && new Moment(micros),
    timestampFromNanoseconds: (nanos) => nanos && new Moment(nanos / 1000n),
    dateFromDays: (days) => days,
    jsonFromBytes: (bytes) => bytes && new TextDecoder().decode(bytes),
  }
}

class Moment {
  readonly micros: bigint

  constructor(micros: bigint) {
    this.micros = micros
  }
}

function momentCell({ micros }: Moment, isUtc: boolean): Cell {
  const rest = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n
  return momentText(Number((micros - rest) / 1_000_000n), Number(rest), isUtc)
}

function cellReader(element: SchemaElement): (value: unknown) => Cell {
  const { converted_type: converted, logical_type: logical, type } = element
  const present = (read: (value: unknown) => Cell) => (value: unknown) =>
    value === null || value === undefined ? null : read(value)
  if (converted === 'DECIMAL' || logical?.type === 'DECIMAL') {
    const scale = element.scale ?? 0
    return present((value) => Number(value).toFixed(scale))
  }
  if (converted === 'DATE') return present((value) => dayText(Number(value)))
  if (converted?.startsWith('TIME_') || logical?.type === 'TIME') {
    const perMicro = timeScale(element)
    return present((value) => clockText(Math.round(Number(value) * perMicro)))
  }
  if (type === 'FLOAT') return present((value) => shortFloat(Number(value)))
  const isUtc = logical?.type !== 'TIMESTAMP' || logical.isAdjustedToUTC
  return (value) => (value instanceof Moment ? momentCell(value, isUtc) : plainCell(value))
}

/** Microseconds in a unit of the column's times. */
function timeScale({ converted_type: converted, logical_type: logical }: SchemaElement): number {
  const unit =
    logical?.type === 'TIME' ? logical.unit : converted === 'TIME_MILLIS' ? 'MILLIS' : 'MICROS'
  return unit === 'MILLIS' ? 1000 : unit === 'MICROS' ? 1 : 0.001
}
