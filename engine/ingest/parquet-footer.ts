// The footer of a Parquet file, and whether what it says fits into the file (Apache Parquet, "File Format").

import {
  type ColumnMetaData,
  type FileMetaData,
  parquetMetadata,
  type SchemaElement,
} from 'hyparquet'
import { type IngestLimits, pastLimit } from './limits.ts'
import type { RandomAccess } from './records.ts'
import { thriftEnd } from './thrift-check.ts'

const MAGIC = 'PAR1'
/** Length and magic behind the metadata. */
const TAIL_BYTES = 8
const METADATA_BYTES_MAX = 16 * 2 ** 20
const METADATA_VALUES_MAX = 8 * 2 ** 20
const GROUP_ROWS_MAX = 2 ** 24
/** As they are in memory together. */
const GROUP_VALUES_MAX = 2 ** 27
/** Fields of all depths, for each column that may be there. */
const FIELDS_PER_COLUMN = 4
const DEPTH_MAX = 32

/** RangeError where lengths do not fit, AppError `payload_too_large` past a limit. Errors of the library pass through. */
export async function readFooter(file: RandomAccess, limits: IngestLimits): Promise<FileMetaData> {
  const { byteLength } = file
  const tail = Buffer.from(await file.slice(Math.max(0, byteLength - TAIL_BYTES), byteLength))
  if (tail.length < TAIL_BYTES || tail.toString('latin1', 4) !== MAGIC)
    throw new RangeError('it does not end as one')
  const length = tail.readUInt32LE()
  if (length + TAIL_BYTES > byteLength) throw new RangeError('a footer longer than the file')
  if (length > METADATA_BYTES_MAX)
    throw pastLimit(`a footer of more than ${METADATA_BYTES_MAX} bytes: write larger row groups`)
  const footer = await file.slice(byteLength - TAIL_BYTES - length, byteLength)
  thriftEnd(new DataView(footer, 0, length), 0, METADATA_VALUES_MAX)
  const metadata = parquetMetadata(footer, { geoparquet: false })
  checkSchema(metadata.schema, limits)
  for (const group of metadata.row_groups) checkGroup(group, limits)
  return metadata
}

function checkSchema(schema: readonly SchemaElement[], { columnsMax }: IngestLimits): void {
  if (schema.length > FIELDS_PER_COLUMN * columnsMax)
    throw pastLimit(`more than ${FIELDS_PER_COLUMN * columnsMax} fields`)
  /** Children that are still to come, of each parent of the next element. */
  const open: number[] = []
  for (const { num_children: children = 0 } of schema) {
    if (open.length > DEPTH_MAX) throw pastLimit(`fields within fields, ${DEPTH_MAX} deep`)
    if (open.length > 0) open.push((open.pop() as number) - 1)
    if (children > 0) open.push(children)
    while (open.at(-1) === 0) open.pop()
  }
  if (open.length > 0) throw new RangeError('fields that are not there')
}

type Group = FileMetaData['row_groups'][number]

function checkGroup({ num_rows, total_byte_size, columns }: Group, limits: IngestLimits): void {
  const rows = Number(num_rows)
  if (rows < 0) throw new RangeError('less than no rows')
  if (rows > GROUP_ROWS_MAX) throw pastLimit(`a row group of more than ${GROUP_ROWS_MAX} rows`)
  if (rows * columns.length > GROUP_VALUES_MAX)
    throw pastLimit(`a row group of more than ${GROUP_VALUES_MAX} values: write smaller ones`)
  if (Number(total_byte_size) > limits.blockBytesMax)
    throw pastLimit(`a row group of more than ${limits.blockBytesMax} bytes: write smaller ones`)
}

/** RangeError for bytes that are not in the file. */
export function chunkRange(
  { data_page_offset, dictionary_page_offset, total_compressed_size }: ColumnMetaData,
  { byteLength }: RandomAccess,
  { blockBytesMax }: IngestLimits,
): { from: number; to: number } {
  const data = Number(data_page_offset)
  const dictionary = Number(dictionary_page_offset ?? 0)
  const from = dictionary > 0 ? Math.min(dictionary, data) : data
  const bytes = Number(total_compressed_size)
  if (bytes > blockBytesMax)
    throw pastLimit(`a column of more than ${blockBytesMax} bytes in a row group`)
  if (!(from >= 0 && bytes >= 0 && from + bytes <= byteLength))
    throw new RangeError('a column outside of the file')
  return { from, to: from + bytes }
}
