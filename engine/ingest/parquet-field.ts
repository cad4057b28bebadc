// The values of one field of a row group, by hyparquet: of a column, or of all columns that are within the field.

import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import {
  type ColumnMetaData,
  type CompressionCodec,
  type DecodedArray,
  type ParquetParsers,
  type RowGroup,
  type SchemaTree,
  snappyUncompress,
} from 'hyparquet'
import { readColumn } from 'hyparquet/src/column.js'
import { DEFAULT_PARSERS } from 'hyparquet/src/convert.js'
import { assembleAsync } from 'hyparquet/src/rowgroup.js'
import { getMaxDefinitionLevel, getMaxRepetitionLevel, getTreePath } from 'hyparquet/src/schema.js'
import { flatten } from 'hyparquet/src/utils.js'
import { type IngestLimits, pastLimit, type Unpacked } from './limits.ts'
import { chunkRange } from './parquet-footer.ts'
import { type InflatedPages, inflatedPages } from './parquet-pages.ts'
import type { RandomAccess } from './records.ts'

/** Of columns that repeat within their rows, in a row group. */
const NESTED_VALUES_MAX = 2 ** 24

/** Microseconds since 1970 in place of the library's Date, which has milliseconds. */
export class Moment {
  readonly micros: bigint

  constructor(micros: bigint) {
    this.micros = micros
  }
}

const PARSERS: ParquetParsers = {
  ...DEFAULT_PARSERS,
  timestampFromMilliseconds: (millis) => millis && new Moment(millis * 1000n),
  timestampFromMicroseconds: (micros) => micros && new Moment(micros),
  timestampFromNanoseconds: (nanos) => nanos && new Moment(nanos / 1000n),
  dateFromDays: (days) => days,
  jsonFromBytes: (bytes) => bytes && new TextDecoder().decode(bytes),
}

type Deps = { file: RandomAccess; limits: IngestLimits; unpacked: Unpacked }
export type FieldReader = (field: SchemaTree, group: RowGroup) => Promise<ArrayLike<unknown>>

/**
 * As many values as the group has rows; RangeError where there are others, or where columns say more than they have;
 * AppError `payload_too_large` past a limit. Errors of the library pass through.
 */
export function createFieldReader(deps: Deps): FieldReader {
  let known: { group: RowGroup; chunks: ReadonlyMap<string, ColumnMetaData[]> } | null = null
  return async (field, group) => {
    if (known?.group !== group) known = { group, chunks: chunksOf(group) }
    const rows = Number(group.num_rows)
    const chunks = known.chunks.get(field.element.name) ?? []
    const columns: { pathInSchema: string[]; data: Promise<Decoded> }[] = []
    for (const meta of chunks) {
      const decoded = await decodedChunk(deps, { meta, field, rows })
      columns.push({ pathInSchema: meta.path_in_schema, data: Promise.resolve(decoded) })
    }
    const plan = { groupStart: 0, groupRows: rows, selectStart: 0, selectEnd: rows }
    const root = { count: 0, element: { name: '' }, children: [field], path: [] }
    const { asyncColumns } = assembleAsync({ ...plan, asyncColumns: columns }, root, PARSERS)
    const [column] = asyncColumns
    if (rows > 0 && column === undefined) throw new RangeError('a column that is not there')
    const values = column === undefined ? [] : flatten((await column.data).data)
    if (values.length !== rows) throw new RangeError('a column of other rows than its group')
    return values
  }
}

/** By the field that they are within. */
function chunksOf({ columns }: RowGroup): Map<string, ColumnMetaData[]> {
  const chunks = new Map<string, ColumnMetaData[]>()
  for (const { meta_data: meta } of columns) {
    const field = meta?.path_in_schema[0]
    if (meta === undefined || field === undefined) continue
    const others = chunks.get(field)
    if (others === undefined) chunks.set(field, [meta])
    else others.push(meta)
  }
  return chunks
}

type Decoded = { data: DecodedArray[]; skipped: number }
type Chunk = { meta: ColumnMetaData; field: SchemaTree; rows: number }

async function decodedChunk(
  { file, limits, unpacked }: Deps,
  { meta, field, rows }: Chunk,
): Promise<Decoded> {
  const { from, to } = chunkRange(meta, file, limits)
  const schemaPath = getTreePath(
    { count: 0, element: { name: '' }, children: [field], path: [] },
    meta.path_in_schema,
  )
  const element = schemaPath.at(-1)?.element
  if (element?.type === undefined || element.type !== meta.type)
    throw new RangeError('a column of another type than its field')
  const repetition = getMaxRepetitionLevel(schemaPath)
  const bytes = new Uint8Array(await file.slice(from, to))
  let inflated = 0
  const pages = inflatedPages(bytes, {
    ...{ type: element.type, typeLength: element.type_length ?? 0, repetition },
    definition: getMaxDefinitionLevel(schemaPath),
    valuesMax: repetition === 0 ? rows : NESTED_VALUES_MAX,
    inflate: INFLATES[meta.codec] ?? null,
    onBytes(more) {
      inflated += more
      if (inflated > limits.blockBytesMax)
        throw pastLimit(`a column of more than ${limits.blockBytesMax} bytes in a row group`)
      unpacked.take(more)
    },
  })
  const decoder = {
    ...meta,
    ...{ pathInSchema: meta.path_in_schema, element, schemaPath, parsers: PARSERS },
    compressors: { [meta.codec]: (input: Uint8Array) => taken(pages, input) },
  }
  const reader = { view: new DataView(bytes.buffer), offset: 0 }
  const rowsWanted = { groupStart: 0, groupRows: rows, selectStart: 0, selectEnd: rows }
  return readColumn(reader, rowsWanted, decoder)
}

/** A page is asked for once. */
function taken(pages: InflatedPages, { byteOffset }: Uint8Array): Uint8Array {
  const page = pages.get(byteOffset)
  pages.delete(byteOffset)
  if (page === undefined) throw new RangeError('a page that was not looked at')
  return page
}

type Inflate = (bytes: Uint8Array, length: number) => Uint8Array

/** In memory of its own: the library would read on into what lies behind. */
const own =
  (unpack: (bytes: Uint8Array, options: { maxOutputLength: number }) => Buffer): Inflate =>
  (bytes, length) =>
    Uint8Array.from(unpack(bytes, { maxOutputLength: Math.max(1, length) }))

const INFLATES: Partial<Record<CompressionCodec, Inflate>> = {
  GZIP: own(gunzipSync),
  ZSTD: own(zstdDecompressSync),
  BROTLI: own(brotliDecompressSync),
  SNAPPY(bytes, length) {
    const output = new Uint8Array(length)
    snappyUncompress(bytes, output)
    return output
  },
}
