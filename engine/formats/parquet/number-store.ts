// Numbers of a block: plain, by differences, or by a dictionary where few are distinct.

import type { NumberVector } from '#engine/rules/vector.ts'
import { appendBits, bitsOf } from './bit-pack.ts'
import { type ByteSink, reserve } from './byte-sink.ts'
import type { Bounds, ValueStore, ValueWriter } from './column.ts'
import { appendDelta, appendNarrowDelta } from './delta.ts'
import { dictionaryBytes, dictionaryWriter } from './dictionary.ts'
import { distinctNumbers } from './distinct.ts'
import type { Physical } from './field.ts'
import { putInt64 } from './int64.ts'
import type { PageRange } from './presence.ts'

/** Wider differences are not worth packing. */
const DELTA_BITS_MAX = 32
const SAMPLE_VALUES = 512
/** A dictionary is looked for only where it can save bits. */
const DICTIONARY_BITS_MIN = 8
const EXACT_BITS = 51

const WIDTH: Record<Physical, number> = {
  ...{ boolean: 1, int32: 4, int64: 8, double: 8, bytes: 0, fixed: 0 },
}

/** Stores a number at p as the type's plain bytes. */
type Put = (view: DataView, p: number, value: number) => void

function putOf(physical: Physical, factor: number): Put {
  switch (physical) {
    case 'int32':
      return (view, p, value) => view.setInt32(p, value, true)
    case 'double':
      return (view, p, value) => view.setFloat64(p, value, true)
    default:
      return (view, p, value) => putInt64(view, p, value, factor)
  }
}

type Range = { min: number; max: number }

/** Least and greatest; null without a value, or with one that is not a number. */
function rangeOf(values: Float64Array, from: number, to: number): Range | null {
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  // Whatever is added to what is not a number is none either.
  let sum = 0
  for (let i = from; i < to; i++) {
    const value = values[i] as number
    if (value < min) min = value
    if (value > max) max = value
    sum += value
  }
  const isOrdered =
    to > from && (!Number.isNaN(sum) || !values.subarray(from, to).some(Number.isNaN))
  return isOrdered ? { min, max } : null
}

/** Most bits that the differences of a sample need, less their least. */
function sampledBits(values: Float64Array, count: number, factor: number): number {
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  for (let i = 1; i < Math.min(count, SAMPLE_VALUES); i++) {
    const delta = (values[i] as number) - (values[i - 1] as number)
    if (delta < least) least = delta
    if (delta > most) most = delta
  }
  return most < least ? 0 : bitsOf((most - least) * factor)
}

type Store = { values: Float64Array; count: number; physical: Physical; factor: number }

/** Ranges of a block's pages; null where a page has no value, or one that is not a number. */
type Ranges = Map<PageRange, Range | null>

function rangesOf({ values }: Store, pages: readonly PageRange[]): Ranges {
  return new Map(pages.map((page) => [page, rangeOf(values, page.from, page.to)]))
}

/** The range of all pages' values; null where they have none. */
function joinedRange(ranges: Ranges): Range | null {
  const joined = { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY }
  for (const [page, range] of ranges) {
    if (!range && page.to > page.from) return null
    if (range && range.min < joined.min) joined.min = range.min
    if (range && range.max > joined.max) joined.max = range.max
  }
  return joined.min > joined.max ? null : joined
}

/** Bits a value by differences; infinite where they do not pay or are not exact. */
function deltaBits({ values, count, physical, factor }: Store, range: Range | null): number {
  if (physical === 'double' || !range) return Number.POSITIVE_INFINITY
  const spread = (range.max - range.min) * factor
  if (spread >= 2 ** EXACT_BITS) return Number.POSITIVE_INFINITY
  const sampled = sampledBits(values, count, factor)
  const bits = Math.min(bitsOf(spread) + 1, Math.max(sampled, 1))
  return bits <= Math.min(DELTA_BITS_MAX, 6 * WIDTH[physical]) ? bits : Number.POSITIVE_INFINITY
}

function boundsOf(store: Store, put: Put, range: Range | null): Bounds | null {
  if (!range) return null
  const bytes = (value: number): Uint8Array => {
    const view = new DataView(new ArrayBuffer(WIDTH[store.physical]))
    put(view, 0, value)
    return new Uint8Array(view.buffer)
  }
  const isDouble = store.physical === 'double'
  const min = isDouble && range.min === 0 ? -0 : range.min
  return { min: bytes(min), max: bytes(range.max), minExact: true, maxExact: true }
}

function appendPlain(sink: ByteSink, store: Store, put: Put, { from, to }: PageRange): void {
  const { values, physical } = store
  const width = WIDTH[physical]
  reserve(sink, (to - from) * width)
  const { view } = sink
  let at = sink.length
  for (let i = from; i < to; i++, at += width) put(view, at, values[i] as number)
  sink.length = at
}

function plainDictionary(store: Store, put: Put, firsts: Int32Array): Uint8Array {
  const width = WIDTH[store.physical]
  const view = new DataView(new ArrayBuffer(firsts.length * width))
  firsts.forEach((first, index) => {
    put(view, index * width, store.values[first] as number)
  })
  return new Uint8Array(view.buffer)
}

/** Appends differences: as 32-bit integers where all values of the page are near each other. */
function appendDifferences(
  sink: ByteSink,
  { values, factor, offsets }: Store & { offsets: Int32Array },
  { from, to }: PageRange,
  range: Range | null,
): void {
  if (!range || factor !== 1 || range.max - range.min >= 2 ** 31) {
    appendDelta(sink, values, from, to, factor)
    return
  }
  for (let i = from; i < to; i++) offsets[i - from] = (values[i] as number) - range.min
  appendNarrowDelta(sink, offsets, to - from, values[from] as number)
}

function writerOf(store: Store, put: Put, pages: readonly PageRange[]): ValueWriter {
  const { values, count, physical } = store
  const ranges = rangesOf(store, pages)
  const rangeIn = (page: PageRange) => ranges.get(page) ?? null
  const bounds = (page: PageRange) => boundsOf(store, put, rangeIn(page))
  const bits = deltaBits(store, joinedRange(ranges))
  if (bits > DICTIONARY_BITS_MIN) {
    const distinct = distinctNumbers(values, count)
    const width = WIDTH[physical]
    const entries = distinct?.firsts.length ?? 0
    const rival = Math.min(bits, 8 * width) / 8
    if (distinct && dictionaryBytes(count, entries, entries * width) < 0.9 * count * rival) {
      const bytes = plainDictionary(store, put, distinct.firsts)
      return dictionaryWriter({ indices: distinct.indices, bytes, values: entries, bounds })
    }
  }
  if (bits <= DELTA_BITS_MAX) {
    const most = pages.reduce((rows, page) => Math.max(rows, page.rows), 0)
    const narrow = { ...store, offsets: new Int32Array(most) }
    return {
      ...{ encoding: 'deltaBinaryPacked', dictionary: null, bounds },
      append: (sink, page) => appendDifferences(sink, narrow, page, rangeIn(page)),
    }
  }
  return {
    ...{ encoding: 'plain', dictionary: null, bounds },
    append: (sink, page) => appendPlain(sink, store, put, page),
  }
}

function booleanWriter({ values }: Store): ValueWriter {
  return {
    ...{ encoding: 'plain', dictionary: null },
    append(sink, { from, to }) {
      const flags = new Uint8Array(to - from)
      for (let i = from; i < to; i++) flags[i - from] = values[i] as number
      appendBits(sink, flags, 0, flags.length)
    },
    bounds({ from, to }) {
      const range = rangeOf(values, from, to)
      if (!range) return null
      const [min, max] = [Uint8Array.of(range.min), Uint8Array.of(range.max)]
      return { min, max, minExact: true, maxExact: true }
    },
  }
}

function copy(vector: NumberVector, n: number, into: Store): void {
  const { nulls } = vector
  if (!nulls) {
    into.values.set(vector.values.subarray(0, n), into.count)
    into.count += n
    return
  }
  let at = into.count
  for (let i = 0; i < n; i++) {
    into.values[at] = vector.values[i] as number
    at += 1 - (nulls[i] as number)
  }
  into.count = at
}

function compareOf(physical: Physical): ValueStore['compare'] {
  const read = (bytes: Uint8Array): number | bigint => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    if (physical === 'int32') return view.getInt32(0, true)
    if (physical === 'double') return view.getFloat64(0, true)
    return physical === 'boolean' ? view.getUint8(0) : view.getBigInt64(0, true)
  }
  return (a, b) => (read(a) < read(b) ? -1 : read(a) > read(b) ? 1 : 0)
}

/** `factor`: what a value is multiplied by in the file. */
export function createNumberStore(
  vector: NumberVector,
  physical: Physical,
  factor: number,
  capacity: number,
): ValueStore {
  // One more than fits: compaction writes before it knows whether the value stays.
  const store: Store = { values: new Float64Array(capacity + 1), count: 0, physical, factor }
  const put = putOf(physical, factor)
  return {
    take: (n) => copy(vector, n, store),
    writer: (pages) =>
      physical === 'boolean' ? booleanWriter(store) : writerOf(store, put, pages),
    compare: compareOf(physical),
    reset() {
      store.count = 0
    },
  }
}
