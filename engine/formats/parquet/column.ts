// What a column's encoder is: it takes batches of values until its block is full, then gives the block's pages.

import type { ByteSink } from './byte-sink.ts'
import type { PageRange } from './presence.ts'

/** Numbers of the enum `Encoding`. */
export const ENCODING = {
  plain: 0,
  rle: 3,
  deltaBinaryPacked: 5,
  deltaLength: 6,
  rleDictionary: 8,
} as const

export type Encoding = keyof typeof ENCODING

/** Least and greatest value as plain bytes; a bound where the value itself is too long to keep. */
export type Bounds = { min: Uint8Array; max: Uint8Array; minExact: boolean; maxExact: boolean }

/** How the values of one block are written. */
export type ValueWriter = {
  encoding: Encoding
  /** The dictionary's values, plain; null without one. */
  dictionary: { bytes: Uint8Array; values: number } | null
  /** Appends a page's values. */
  append(sink: ByteSink, page: PageRange): void
  /** Bounds of the page's values; null without one. */
  bounds(page: PageRange): Bounds | null
}

export type ValueStore = {
  /** Keeps the values of the batch's first n entries that are not null. */
  take(n: number): void
  /** A writer of the values kept, which lie in these pages; it holds until the next `take`. */
  writer(pages: readonly PageRange[]): ValueWriter
  /** Compares plain values as Parquet orders the column's type. */
  compare: (a: Uint8Array, b: Uint8Array) => number
  reset(): void
}
