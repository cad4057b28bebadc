// Pages of one column of a row group: unpacked here, and looked at before the library believes what they say of
// themselves (Apache Parquet, "Data Pages" and "Encodings").

import type { PageHeader, ParquetType } from 'hyparquet'
import { parquetHeader } from 'hyparquet/src/column.js'
import { deltaBinaryUnpack } from 'hyparquet/src/delta.js'
import { pastLimit } from './limits.ts'
import { checkLongDeltas, checkRuns, presentIn } from './parquet-runs.ts'
import { thriftEnd } from './thrift-check.ts'

/** What a column is, as far as its pages depend on it. */
export type ChunkShape = {
  type: ParquetType
  typeLength: number
  /** Highest levels. */
  definition: number
  repetition: number
  /** At most so many values, nulls among them. */
  valuesMax: number
  /** Null for what is not packed. AppError or Error for what cannot be unpacked to as many bytes. */
  inflate: ((bytes: Uint8Array, length: number) => Uint8Array) | null
  /** Told of bytes before they are there. */
  onBytes: (bytes: number) => void
}

/** Unpacked pages by where their packed bytes begin. */
export type InflatedPages = Map<number, Uint8Array>

type Reader = { view: DataView; offset: number }

const HEADER_VALUES_MAX = 1_000

const need = (holds: boolean, what: string): void => {
  if (!holds) throw new RangeError(what)
}

/** RangeError for a page that says more than it has; AppError `payload_too_large` for lists of too many values. */
export function inflatedPages(bytes: Uint8Array, shape: ChunkShape): InflatedPages {
  const pages: InflatedPages = new Map()
  const reader = { view: viewOf(bytes), offset: 0 }
  let values = 0
  // The library looks no further, and at no single byte that is left.
  while (values < shape.valuesMax && reader.offset < bytes.length - 1) {
    thriftEnd(reader.view, reader.offset, HEADER_VALUES_MAX)
    const header = parquetHeader(reader)
    const { compressed_page_size: packed, uncompressed_page_size: whole } = header
    need(packed >= 0 && whole >= 0, 'a page of less than nothing')
    need(packed <= bytes.length - reader.offset, 'a page behind the end')
    const page = { header, bytes: bytes.subarray(reader.offset, reader.offset + packed) }
    values += checkPage(page, shape, (from, body) => pages.set(reader.offset + from, body))
    checkCount(values, shape)
    reader.offset += packed
  }
  return pages
}

function checkCount(values: number, { valuesMax, repetition }: ChunkShape): void {
  if (repetition > 0 && values > valuesMax)
    throw pastLimit(`lists of more than ${valuesMax} values in a row group: write smaller ones`)
  need(values >= 0 && values <= valuesMax, 'more values than rows')
}

type Page = { header: PageHeader; bytes: Uint8Array }
type Keep = (from: number, body: Uint8Array) => void

/** How many values it has. */
function checkPage(page: Page, shape: ChunkShape, keep: Keep): number {
  const { header, bytes } = page
  const { data_page_header: first, data_page_header_v2: second, dictionary_page_header } = header
  if (header.type === 'DATA_PAGE' && first) {
    const { num_values: values } = first
    checkCount(values, shape)
    const body = bodyOf(page, 0, { shape, keep, packed: true })
    const reader = { view: viewOf(body), offset: 0 }
    if (shape.repetition > 0) levels(reader, shape.repetition, values)
    const present = shape.definition > 0 ? levels(reader, shape.definition, values) : values
    checkBody(reader, { encoding: first.encoding, values: present, shape })
    return values
  }
  if (header.type === 'DATA_PAGE_V2' && second) {
    const { num_values: values, num_nulls: nulls, num_rows: rows } = second
    checkCount(values, shape)
    need(nulls >= 0 && nulls <= values && rows >= 0 && rows <= values, 'more nulls than values')
    const { repetition_levels_byte_length: a, definition_levels_byte_length: b } = second
    need(a >= 0 && b >= 0 && a + b <= bytes.length, 'levels behind the end')
    const view = viewOf(bytes)
    if (shape.repetition > 0) checkRuns(view, 0, { width: widthOf(shape.repetition), values })
    if (shape.definition > 0) checkRuns(view, a, { width: widthOf(shape.definition), values })
    const body = bodyOf(page, a + b, { shape, keep, packed: second.is_compressed !== false })
    const reader = { view: viewOf(body), offset: 0 }
    checkBody(reader, { encoding: second.encoding, values: values - nulls, shape })
    return values
  }
  if (header.type === 'DICTIONARY_PAGE' && dictionary_page_header) {
    const { num_values: levelsOfIt } = dictionary_page_header
    const body = bodyOf(page, 0, { shape, keep, packed: true })
    need(levelsOfIt >= 0 && levelsOfIt <= 8 * body.length, 'levels that are not there')
    return 0
  }
  throw new RangeError('a page of no kind')
}

type BodyOptions = { shape: ChunkShape; keep: Keep; packed: boolean }

/** The page behind its first bytes, which are never packed. */
function bodyOf({ header, bytes }: Page, from: number, { shape, keep, packed }: BodyOptions) {
  const length = header.uncompressed_page_size - from
  need(length >= 0, 'a page of less than nothing')
  shape.onBytes(length)
  if (shape.inflate === null || !packed) return bytes.subarray(from)
  const body = shape.inflate(bytes.subarray(from), length)
  need(body.length === length, 'a page of another length')
  keep(from, body)
  return body
}

const widthOf = (level: number): number => 32 - Math.clz32(level)

/** Passes levels behind their length; how many have the highest. */
function levels(reader: Reader, highest: number, values: number): number {
  const { view, offset } = reader
  const length = view.getUint32(offset, true)
  const runs = { width: widthOf(highest), values }
  checkRuns(view, offset + 4, runs)
  reader.offset = offset + 4 + length
  need(reader.offset <= view.byteLength, 'levels behind the end')
  return presentIn(view, offset + 4, { ...runs, highest })
}

type Body = { encoding: string | undefined; values: number; shape: ChunkShape }

function checkBody(reader: Reader, { encoding, values, shape }: Body): void {
  const { view, offset } = reader
  const { type, typeLength, onBytes } = shape
  if (encoding === 'RLE' && type === 'BOOLEAN') checkRuns(view, offset + 4, { width: 1, values })
  else if (encoding?.endsWith('DICTIONARY') || encoding === 'RLE') {
    if (values === 0) return
    const width = view.getUint8(offset)
    need(width <= 32, 'codes of too many bits')
    if (width > 0) checkRuns(view, offset + 1, { width, values })
  } else if (encoding === 'BYTE_STREAM_SPLIT') {
    const bytes = WIDTHS[type] ?? typeLength
    need(values * bytes <= view.byteLength - offset, 'values that are not there')
  } else if (encoding === 'DELTA_BINARY_PACKED') {
    if (type === 'INT64') checkLongDeltas(view, offset, values)
  } else if (encoding === 'DELTA_BYTE_ARRAY') onBytes(repeatedBytes({ view, offset }, values))
}

const WIDTHS: Partial<Record<ParquetType, number>> = { INT32: 4, FLOAT: 4, INT64: 8, DOUBLE: 8 }

/** What texts have together that are written as what they share with the one before, and the rest. */
function repeatedBytes(reader: Reader, values: number): number {
  const [shared, own] = [new Int32Array(values), new Int32Array(values)]
  deltaBinaryUnpack(reader, values, shared)
  deltaBinaryUnpack(reader, values, own)
  let [all, before] = [0, 0]
  for (let at = 0; at < values; at++) {
    const [prefix, suffix] = [shared[at] as number, own[at] as number]
    need(prefix >= 0 && prefix <= before && suffix >= 0, 'a text that shares more than there is')
    before = prefix + suffix
    all += before
  }
  return all
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
