// DELTA_BINARY_PACKED (Parquet format, "Encodings"; after Lemire and Boytsov, "Decoding billions of integers
// per second through vectorization", 2015): blocks of 128 differences in four miniblocks.

import { appendPacked, bitsOf } from './bit-pack.ts'
import { appendVarint, appendZigzag, type ByteSink, reserve } from './byte-sink.ts'
import { packerOf } from './pack-32.ts'

const BLOCK_VALUES = 128
const MINIBLOCK_VALUES = 32
const MINIBLOCKS = BLOCK_VALUES / MINIBLOCK_VALUES

const deltas = new Float64Array(BLOCK_VALUES)
const narrow = new Int32Array(BLOCK_VALUES)

/** Packs one miniblock of differences over the least, which may be wider than 32 bits. */
function appendMiniblock(sink: ByteSink, from: number, width: number): void {
  if (width <= 32) {
    for (let i = 0; i < MINIBLOCK_VALUES; i++) narrow[i] = deltas[from + i] as number
    appendPacked(sink, narrow, 0, MINIBLOCK_VALUES, width)
    return
  }
  let word = 0n
  for (let i = MINIBLOCK_VALUES - 1; i >= 0; i--) {
    word = (word << BigInt(width)) | BigInt(deltas[from + i] as number)
  }
  const bytes = (MINIBLOCK_VALUES / 8) * width
  reserve(sink, bytes)
  for (let at = 0; at < bytes; at += 4) {
    sink.view.setUint32(sink.length + at, Number(word & 0xffff_ffffn), true)
    word >>= 32n
  }
  sink.length += bytes
}

/** Fills `deltas` with `count` differences over their least, times `factor`; returns the least, not multiplied. */
function differences(values: Float64Array, at: number, count: number, factor: number): number {
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < count; i++) {
    const delta = (values[at + i] as number) - (values[at + i - 1] as number)
    deltas[i] = delta
    if (delta < least) least = delta
  }
  for (let i = 0; i < count; i++) deltas[i] = ((deltas[i] as number) - least) * factor
  deltas.fill(0, count)
  return least
}

function miniblockWidth(from: number, count: number): number {
  let most = 0
  for (let i = from; i < Math.min(from + MINIBLOCK_VALUES, count); i++) {
    if ((deltas[i] as number) > most) most = deltas[i] as number
  }
  return bitsOf(most)
}

function appendHeader(sink: ByteSink, count: number): void {
  appendVarint(sink, BLOCK_VALUES)
  appendVarint(sink, MINIBLOCKS)
  appendVarint(sink, count)
}

/**
 * Appends the integers `values[from .. to)`, each times `factor`. Differences times `factor` must stay within 2^52.
 */
export function appendDelta(
  sink: ByteSink,
  values: Float64Array,
  from: number,
  to: number,
  factor = 1,
): void {
  appendHeader(sink, to - from)
  appendZigzag(sink, to > from ? (values[from] as number) : 0, factor)
  for (let at = from + 1; at < to; at += BLOCK_VALUES) {
    const count = Math.min(BLOCK_VALUES, to - at)
    appendZigzag(sink, differences(values, at, count, factor), factor)
    reserve(sink, MINIBLOCKS)
    const widths = sink.length
    sink.length += MINIBLOCKS
    for (let k = 0; k < MINIBLOCKS; k++) {
      const width = miniblockWidth(k * MINIBLOCK_VALUES, count)
      sink.memory[widths + k] = width
      if (width > 0) appendMiniblock(sink, k * MINIBLOCK_VALUES, width)
    }
  }
}

/** Fills `narrow` with `count` differences over their least, zeros behind them; returns the least. */
function narrowDifferences(values: Int32Array, at: number, count: number): number {
  let least = values[at] as number
  let before = values[at - 1] as number
  least -= before
  for (let i = 0; i < count; i++) {
    const value = values[at + i] as number
    const delta = (value - before) | 0
    before = value
    narrow[i] = delta
    if (delta < least) least = delta
  }
  for (let i = 0; i < count; i++) narrow[i] = (narrow[i] as number) - least
  if (count < BLOCK_VALUES) narrow.fill(0, count)
  return least
}

function narrowWidth(from: number): number {
  let bits = 0
  for (let i = from; i < from + MINIBLOCK_VALUES; i++) bits |= narrow[i] as number
  return 32 - Math.clz32(bits)
}

/**
 * Appends `count` integers, of which `values` holds what they are more than some one number and `first` is the first.
 * Any two are less than 2^31 apart. The bytes are those of `appendDelta`.
 */
export function appendNarrowDelta(
  sink: ByteSink,
  values: Int32Array,
  count: number,
  first: number,
): void {
  appendHeader(sink, count)
  appendZigzag(sink, first)
  for (let at = 1; at < count; at += BLOCK_VALUES) {
    appendZigzag(sink, narrowDifferences(values, at, Math.min(BLOCK_VALUES, count - at)))
    reserve(sink, MINIBLOCKS + 4 * BLOCK_VALUES)
    const { memory, view } = sink
    let p = sink.length + MINIBLOCKS
    for (let k = 0; k < MINIBLOCKS; k++) {
      const width = narrowWidth(k * MINIBLOCK_VALUES)
      memory[sink.length + k] = width
      if (width > 0) packerOf(width)(narrow, k * MINIBLOCK_VALUES, view, p)
      p += 4 * width
    }
    sink.length = p
  }
}
