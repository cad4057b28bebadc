// Byte strings of a block, one behind the other: text put together from pieces or spelled out, and UUIDs. Their
// lengths stand apart in the file (DELTA_LENGTH_BYTE_ARRAY; Parquet format, "Encodings"), so that compression sees
// text alone. A dictionary where few are distinct.

import type { UuidVector, Vector } from '#engine/rules/vector.ts'
import type { Loop } from '../row-writer.ts'
import { compareBytes, extremes, textBounds } from './byte-bounds.ts'
import { append, type ByteSink, createByteSink, reserve } from './byte-sink.ts'
import type { ValueStore, ValueWriter } from './column.ts'
import { appendNarrowDelta } from './delta.ts'
import { dictionaryBytes, dictionaryWriter } from './dictionary.ts'
import { distinctBytes } from './distinct.ts'
import type { PageRange } from './presence.ts'
import { createTextLoop } from './text-loop.ts'

const UUID_BYTES = 16
const LENGTH_BYTES = 4
/** Behind the last value: comparisons read four bytes at a time. */
const OVERREAD_BYTES = 8

type Store = {
  bytes: ByteSink
  /** Where each value begins; one more for the end of the last. */
  offsets: Int32Array
  count: number
  /** All of the same length, which the schema says. */
  isFixed: boolean
  /** Lengths of a page's values. */
  lengths: Int32Array
}

function boundsOf(store: Store, page: PageRange): ReturnType<ValueWriter['bounds']> {
  if (page.to === page.from) return null
  const { bytes, offsets, isFixed } = store
  const { min, max } = extremes(bytes.memory, offsets, page)
  const valueAt = (i: number) => bytes.memory.subarray(offsets[i], offsets[i + 1])
  if (!isFixed) return textBounds(valueAt(min), valueAt(max))
  return { min: valueAt(min).slice(), max: valueAt(max).slice(), minExact: true, maxExact: true }
}

function appendLength(sink: ByteSink, length: number): void {
  reserve(sink, LENGTH_BYTES)
  sink.view.setUint32(sink.length, length, true)
  sink.length += LENGTH_BYTES
}

function appendLengths(sink: ByteSink, { offsets, lengths }: Store, { from, to }: PageRange): void {
  for (let i = from; i < to; i++) {
    lengths[i - from] = (offsets[i + 1] as number) - (offsets[i] as number)
  }
  appendNarrowDelta(sink, lengths, to - from, to > from ? (lengths[0] as number) : 0)
}

function dictionaryOf(store: Store, count: number, bounds: ValueWriter['bounds']) {
  const { bytes, offsets } = store
  const distinct = distinctBytes(bytes.memory, offsets, count)
  if (!distinct) return null
  const entries = createByteSink()
  for (const first of distinct.firsts) {
    const value = bytes.memory.subarray(offsets[first], offsets[first + 1])
    if (!store.isFixed) appendLength(entries, value.length)
    append(entries, value)
  }
  const values = distinct.firsts.length
  const plain = (offsets[count] as number) + (store.isFixed ? 0 : count)
  if (dictionaryBytes(count, values, entries.length) >= 0.9 * plain) return null
  const dictionary = entries.memory.slice(0, entries.length)
  return dictionaryWriter({ indices: distinct.indices, bytes: dictionary, values, bounds })
}

function writerOf(store: Store, count: number): ValueWriter {
  reserve(store.bytes, OVERREAD_BYTES)
  const bounds: ValueWriter['bounds'] = (page) => boundsOf(store, page)
  const dictionary = count === 0 ? null : dictionaryOf(store, count, bounds)
  const encoding = store.isFixed ? 'plain' : 'deltaLength'
  return (
    dictionary ?? {
      ...{ encoding, dictionary: null, bounds },
      append(sink, page) {
        if (!store.isFixed) appendLengths(sink, store, page)
        const { memory } = store.bytes
        append(sink, memory.subarray(store.offsets[page.from], store.offsets[page.to]))
      },
    }
  )
}

function storeOf(isFixed: boolean, capacity: number, take: (store: Store, n: number) => void) {
  const store: Store = {
    ...{ bytes: createByteSink(), offsets: new Int32Array(capacity + 1), count: 0 },
    ...{ isFixed, lengths: new Int32Array(isFixed ? 0 : capacity) },
  }
  const result: ValueStore = {
    take: (n) => take(store, n),
    writer: () => writerOf(store, store.count),
    compare: compareBytes,
    reset() {
      store.count = 0
      store.bytes.length = 0
    },
  }
  return result
}

/** UUIDs as 16 bytes. */
export function createUuidStore(vector: UuidVector, capacity: number): ValueStore {
  const [a, b, c, d] = vector.words
  return storeOf(true, capacity, (store, n) => {
    reserve(store.bytes, n * UUID_BYTES)
    const { view } = store.bytes
    let at = store.bytes.length
    for (let i = 0; i < n; i++) {
      if (vector.nulls?.[i] === 1) continue
      view.setInt32(at, a[i] as number)
      view.setInt32(at + 4, b[i] as number)
      view.setInt32(at + 8, c[i] as number)
      view.setInt32(at + 12, d[i] as number)
      at += UUID_BYTES
      store.offsets[++store.count] = at
    }
    store.bytes.length = at
  })
}

/** Anything as text. */
export function createTextStore(vector: Vector, capacity: number): ValueStore {
  const text = createTextLoop(vector)
  let loop: Loop | null = null
  return storeOf(false, capacity, (store, n) => {
    loop ??= text.loop()
    reserve(store.bytes, text.bound(n))
    const { bytes, offsets } = store
    let at = bytes.length
    bytes.length = loop(bytes.memory, bytes.view, at, n)
    for (let i = 0; i < n; i++) {
      if (vector.nulls?.[i] === 1) continue
      at += text.lengths[i] as number
      offsets[++store.count] = at
    }
  })
}
