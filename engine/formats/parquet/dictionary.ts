// Values as indices into a dictionary page: RLE_DICTIONARY (Parquet format, "Encodings").

import { appendHybrid, bitsOf } from './bit-pack.ts'
import { type ByteSink, reserve } from './byte-sink.ts'
import type { Bounds, ValueWriter } from './column.ts'
import type { PageRange } from './presence.ts'

type Parts = {
  /** Of all values of the block. */
  indices: Int32Array
  /** Of the dictionary: its values, plain. */
  bytes: Uint8Array
  values: number
  bounds: (page: PageRange) => Bounds | null
}

/** A writer of values by their indices. */
export function dictionaryWriter({ indices, bytes, values, bounds }: Parts): ValueWriter {
  const width = bitsOf(values - 1)
  return {
    encoding: 'rleDictionary',
    dictionary: { bytes, values },
    append(sink: ByteSink, { from, to }) {
      reserve(sink, 1)
      sink.memory[sink.length++] = width
      appendHybrid(sink, indices, from, to - from, width)
    },
    bounds,
  }
}

/** Bytes that `count` values take beside a dictionary of so many values. */
export function dictionaryBytes(count: number, values: number, bytes: number): number {
  return bytes + (count * bitsOf(values - 1)) / 8
}
