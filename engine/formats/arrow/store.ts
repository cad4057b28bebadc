// Values of a block in Arrow's layout: a slot for every row, nulls included.

import type { Nulls, NumberVector, UuidVector, Vector } from '#engine/rules/vector.ts'
import { appendBits } from '../parquet/bit-pack.ts'
import { type ByteSink, bytesOf, createByteSink, reserve } from '../parquet/byte-sink.ts'
import { putInt64 } from '../parquet/int64.ts'
import { createTextLoop } from '../parquet/text-loop.ts'
import type { Loop } from '../row-writer.ts'
import { type Column, isUuid } from './field.ts'
import type { ColumnBuffers } from './message.ts'

const MICROS = 1_000_000
const UUID_BYTES = 16

/** Takes batches and gives what a record batch holds of the column; `buffers` may use the memory of the store. */
export type Store = {
  take(n: number): void
  buffers(): ColumnBuffers
  reset(): void
}

/** The values' own buffers, one behind the other. */
type Values = { take(n: number): void; buffers(): Uint8Array[]; reset(): void }

type Put = (view: DataView, at: number, i: number) => void

/** Values of the same number of bytes each; 0 beneath a null, where a kernel leaves anything. */
function fixedValues(width: number, put: Put, nulls: Nulls | null): Values {
  const sink = createByteSink()
  return {
    take(n) {
      reserve(sink, n * width)
      const { view } = sink
      let at = sink.length
      for (let i = 0; i < n; i++, at += width) put(view, at, i)
      for (let i = 0; nulls && i < n; i++) {
        const slot = sink.length + i * width
        if (nulls[i] === 1) sink.memory.fill(0, slot, slot + width)
      }
      sink.length = at
    },
    buffers: () => [bytesOf(sink)],
    reset() {
      sink.length = 0
    },
  }
}

/** One bit each: bytes of 0 and 1, packed when asked for. */
function bits(read: (i: number) => number, nulls: Nulls | null): Values {
  const bytes = fixedValues(1, (view, at, i) => view.setUint8(at, read(i)), nulls)
  return {
    ...bytes,
    buffers() {
      const [whole = new Uint8Array(0)] = bytes.buffers()
      const sink = createByteSink()
      appendBits(sink, whole, 0, whole.length)
      return [bytesOf(sink)]
    },
  }
}

function putDecimal(view: DataView, at: number, value: number): void {
  putInt64(view, at, value, 1)
  const sign = value < 0 ? -1 : 0
  view.setInt32(at + 8, sign, true)
  view.setInt32(at + 12, sign, true)
}

function numberValues({ type, values, nulls }: NumberVector): Values {
  const fixed = (width: number, put: Put) => fixedValues(width, put, nulls)
  const value = (i: number) => values[i] as number
  switch (type) {
    case 'int':
    case 'duration':
      return fixed(8, (view, at, i) => putInt64(view, at, value(i), 1))
    case 'datetime':
    case 'time':
      return fixed(8, (view, at, i) => putInt64(view, at, value(i), MICROS))
    case 'float':
      return fixed(8, (view, at, i) => view.setFloat64(at, value(i) + 0, true))
    case 'decimal':
      return fixed(16, (view, at, i) => putDecimal(view, at, value(i)))
    case 'date':
      return fixed(4, (view, at, i) => view.setInt32(at, value(i), true))
    case 'bool':
      return bits(value, nulls)
  }
}

function uuidValues({ words: [a, b, c, d], nulls }: UuidVector): Values {
  const put: Put = (view, at, i) => {
    view.setInt32(at, a[i] as number)
    view.setInt32(at + 4, b[i] as number)
    view.setInt32(at + 8, c[i] as number)
    view.setInt32(at + 12, d[i] as number)
  }
  return fixedValues(UUID_BYTES, put, nulls)
}

function appendOffset(sink: ByteSink, value: number): void {
  reserve(sink, 4)
  sink.view.setInt32(sink.length, value, true)
  sink.length += 4
}

function textValues(vector: Vector): Values {
  const text = createTextLoop(vector)
  const offsets = createByteSink()
  const bytes = createByteSink()
  let loop: Loop | null = null
  const reset = (): void => {
    bytes.length = 0
    offsets.length = 0
    appendOffset(offsets, 0)
  }
  reset()
  return {
    take(n) {
      loop ??= text.loop()
      reserve(bytes, text.bound(n))
      let at = bytes.length
      bytes.length = loop(bytes.memory, bytes.view, at, n)
      for (let i = 0; i < n; i++) {
        at += vector.nulls?.[i] === 1 ? 0 : (text.lengths[i] as number)
        appendOffset(offsets, at)
      }
    },
    buffers: () => [bytesOf(offsets), bytesOf(bytes)],
    reset,
  }
}

function valuesOf(column: Column): Values {
  const { vector } = column
  if (vector.kind === 'number') return numberValues(vector)
  if (vector.kind === 'code') {
    const put: Put = (view, at, i) => view.setInt32(at, vector.codes[i] as number, true)
    return fixedValues(4, put, vector.nulls)
  }
  return vector.kind === 'uuid' && isUuid(column) ? uuidValues(vector) : textValues(vector)
}

/** The store of a column. */
export function createStore(column: Column): Store {
  const { nulls } = column.vector
  const values = valuesOf(column)
  const present = nulls ? bits((i) => 1 - (nulls[i] as number), null) : null
  let missing = 0
  return {
    take(n) {
      values.take(n)
      present?.take(n)
      for (let i = 0; nulls && i < n; i++) missing += nulls[i] as number
    },
    buffers() {
      const bitmap = missing > 0 ? (present?.buffers() ?? []) : [new Uint8Array(0)]
      return { nulls: missing, buffers: [...bitmap, ...values.buffers()] }
    },
    reset() {
      values.reset()
      present?.reset()
      missing = 0
    },
  }
}
