// The pages of one column in one block (data pages of version 1, which every reader knows), its statistics
// and its column index.

import { crc32 } from 'node:zlib'
import type { Output } from '../output.ts'
import type { ColumnRecord, PageSize } from './block-record.ts'
import { type ByteSink, bytesOf, createByteSink } from './byte-sink.ts'
import { type Codec, compressed } from './codec.ts'
import { type Bounds, ENCODING, type ValueStore, type ValueWriter } from './column.ts'
import type { Field } from './field.ts'
import type { PageRange, Presence } from './presence.ts'
import { appendStruct, type StructWriter } from './thrift.ts'

/** What compression must save for a column chunk to be compressed at all. */
const WORTH = 0.95
const PAGE = { data: { type: 0, field: 5 }, dictionary: { type: 2, field: 7 } } as const

type Source = { field: Field; store: ValueStore; presence: Presence }
type Options = { codec: Codec; pageRows: number; scratch: ByteSink }

type Sizes = { raw: number; packed: Uint8Array }

/** PageHeader of parquet.thrift: what it is about stands in the field of its type. */
function pageHeader(
  { raw, packed }: Sizes,
  { type, field }: { type: number; field: number },
  describe: (content: StructWriter) => void,
): Uint8Array {
  const sink = createByteSink(64)
  appendStruct(sink, (header) => {
    header.i32(1, type)
    header.i32(2, raw)
    header.i32(3, packed.length)
    header.i32(4, crc32(packed) | 0)
    header.struct(field, describe)
  })
  return bytesOf(sink)
}

const dataHeader = (sizes: Sizes, rows: number, { encoding }: ValueWriter): Uint8Array =>
  pageHeader(sizes, PAGE.data, (data) => {
    data.i32(1, rows)
    data.i32(2, ENCODING[encoding])
    data.i32(3, ENCODING.rle)
    data.i32(4, ENCODING.rle)
  })

const dictionaryHeader = (sizes: Sizes, values: number): Uint8Array =>
  pageHeader(sizes, PAGE.dictionary, (dictionary) => {
    dictionary.i32(1, values)
    dictionary.i32(2, ENCODING.plain)
  })

/** The bodies of all pages, one behind the other in `scratch`; where each ends. */
function pageBodies(
  { field, presence }: Source,
  pages: readonly PageRange[],
  writer: ValueWriter,
  scratch: ByteSink,
): number[] {
  scratch.length = 0
  return pages.map((page) => {
    if (field.nullable) presence.appendLevels(scratch, page)
    writer.append(scratch, page)
    return scratch.length
  })
}

type Trial = { codec: Codec; packed: Map<Uint8Array, Uint8Array> }

/**
 * The codec, or none where it saves too little: judged by the dictionary and the first page, so that
 * what cannot be compressed (random bits, packed to the last one) costs readers nothing. With what it made of both.
 */
function tryCodec(asked: Codec, dictionary: Uint8Array | null, first: Uint8Array, pages: number) {
  const trial: Trial = { codec: asked, packed: new Map() }
  if (asked === 'none') return trial
  const sizes = { raw: 0, packed: 0 }
  const weigh = (bytes: Uint8Array, times: number) => {
    const packed = compressed(asked, bytes)
    trial.packed.set(bytes, packed)
    sizes.raw += times * bytes.length
    sizes.packed += times * packed.length
  }
  if (dictionary) weigh(dictionary, 1)
  weigh(first, pages)
  return sizes.packed < WORTH * sizes.raw ? trial : { codec: 'none' as const, packed: new Map() }
}

/** The least of the pages' least and the greatest of their greatest; null where a page has none but values. */
function joinedBounds(
  pages: readonly PageRange[],
  bounds: readonly (Bounds | null)[],
  compare: ValueStore['compare'],
): Bounds | null {
  let joined: Bounds | null = null
  for (const [k, own] of bounds.entries()) {
    const page = pages[k] as PageRange
    if (!own && page.to > page.from) return null
    if (!own) continue
    const { min, max, minExact, maxExact } = own
    joined ??= { min, max, minExact, maxExact }
    if (compare(min, joined.min) < 0) joined = { ...joined, min, minExact }
    if (compare(max, joined.max) > 0) joined = { ...joined, max, maxExact }
  }
  return joined
}

const ORDER = { none: 0, ascending: 1, descending: 2 } as const

function orderOf(bounds: readonly Bounds[], compare: ValueStore['compare']): number {
  const pairs = bounds.slice(1).map((own, k) => [bounds[k] as Bounds, own] as const)
  const holds = (sign: number) =>
    pairs.every(([a, b]) => sign * compare(a.min, b.min) <= 0 && sign * compare(a.max, b.max) <= 0)
  return holds(1) ? ORDER.ascending : holds(-1) ? ORDER.descending : ORDER.none
}

function columnIndex(
  pages: readonly PageRange[],
  bounds: readonly (Bounds | null)[],
  compare: ValueStore['compare'],
): Uint8Array {
  const empty = new Uint8Array(0)
  const sink = createByteSink()
  const known = bounds.filter((own) => own !== null)
  appendStruct(sink, (index) => {
    index.bools(
      1,
      bounds.map((own) => own === null),
    )
    index.binaries(
      2,
      bounds.map((own) => own?.min ?? empty),
    )
    index.binaries(
      3,
      bounds.map((own) => own?.max ?? empty),
    )
    index.i32(4, orderOf(known, compare))
    index.i64s(
      5,
      pages.map(({ rows, from, to }) => rows - (to - from)),
    )
  })
  return bytesOf(sink)
}

/** Appends the column's pages; the record of them, and the bytes of the column index. */
export function writeColumnChunk(
  source: Source,
  { codec: asked, pageRows, scratch }: Options,
  out: Output,
): { record: ColumnRecord; index: Uint8Array } {
  const { store, presence } = source
  const ranges = presence.pages(pageRows)
  const writer = store.writer(ranges)
  const values = ranges.at(-1)?.to ?? 0
  const ends = pageBodies(source, ranges, writer, scratch)
  const bodies = ends.map((end, k) => scratch.memory.subarray(k === 0 ? 0 : ends[k - 1], end))
  const { dictionary } = writer
  const first = bodies[0] as Uint8Array
  const { codec, packed: tried } = tryCodec(asked, dictionary?.bytes ?? null, first, bodies.length)
  const start = out.length
  let rawBytes = 0
  const page = (raw: Uint8Array, header: (sizes: Sizes) => Uint8Array): number => {
    const packed = tried.get(raw) ?? compressed(codec, raw)
    const head = header({ raw: raw.length, packed })
    out.append(head)
    out.append(packed)
    rawBytes += head.length + raw.length
    return head.length + packed.length
  }
  if (dictionary) page(dictionary.bytes, (sizes) => dictionaryHeader(sizes, dictionary.values))
  const dictionaryBytes = out.length - start
  const pages = ranges.map(
    ({ rows }, k): PageSize => ({
      bytes: page(bodies[k] as Uint8Array, (sizes) => dataHeader(sizes, rows, writer)),
      rows,
    }),
  )
  const bounds = ranges.map((range) => writer.bounds(range))
  const joined = joinedBounds(ranges, bounds, store.compare)
  const indexed = joined !== null || values === 0
  const index = indexed ? columnIndex(ranges, bounds, store.compare) : new Uint8Array(0)
  const rows = ranges.reduce((sum, range) => sum + range.rows, 0)
  const record: ColumnRecord = {
    ...{ codec, encoding: writer.encoding, dictionaryBytes, pages, rawBytes },
    ...{ nulls: rows - values, bounds: joined, indexBytes: index.length },
  }
  return { record, index }
}
