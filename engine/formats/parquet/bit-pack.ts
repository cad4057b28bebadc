// Bit packing, lowest bit first, and the RLE/bit-packed hybrid of levels and dictionary indices (Parquet
// format, "Encodings").

import { appendVarint, type ByteSink, reserve } from './byte-sink.ts'
import { packerOf, packLoop } from './pack-32.ts'

/** Bits that the integer 0 <= value < 2^53 needs; 0 for 0. */
export function bitsOf(value: number): number {
  if (value < 2 ** 32) return 32 - Math.clz32(value)
  return 64 - Math.clz32(Math.floor(value / 2 ** 32))
}

/** Appends zeros and ones as bits, eight to a byte. */
export function appendBits(sink: ByteSink, bits: Uint8Array, from: number, count: number): void {
  reserve(sink, Math.ceil(count / 8))
  const { memory } = sink
  const whole = from + (count & ~7)
  let i = from
  for (; i < whole; i += 8) memory[sink.length++] = eightBits(bits, i)
  if (i === from + count) return
  let last = 0
  for (let k = 0; i < from + count; i++, k++) last |= (bits[i] as number) << k
  memory[sink.length++] = last
}

/** Eight zeros and ones as one byte. An expression, not a loop: this is where nulls cost time. */
export function eightBits(bits: Uint8Array, i: number): number {
  return (
    (bits[i] as number) |
    ((bits[i + 1] as number) << 1) |
    ((bits[i + 2] as number) << 2) |
    ((bits[i + 3] as number) << 3) |
    ((bits[i + 4] as number) << 4) |
    ((bits[i + 5] as number) << 5) |
    ((bits[i + 6] as number) << 6) |
    ((bits[i + 7] as number) << 7)
  )
}

/** Appends `count` unsigned integers of 1 <= `width` <= 32 bits each, up to a whole byte. */
export function appendPacked(
  sink: ByteSink,
  values: Int32Array,
  from: number,
  count: number,
  width: number,
): void {
  const bytes = Math.ceil((count * width) / 8)
  // Words are stored whole: there is room for the last one.
  reserve(sink, bytes + 8)
  const { view } = sink
  const pack = packerOf(width)
  const whole = from + (count & ~31)
  let at = sink.length
  let i = from
  for (; i < whole; i += 32, at += 4 * width) pack(values, i, view, at)
  packLoop(values, { from: i, count: from + count - i }, width, view, at)
  sink.length += bytes
}

function isConstant(values: Int32Array, from: number, count: number): boolean {
  const first = values[from]
  for (let i = from + 1; i < from + count; i++) if (values[i] !== first) return false
  return true
}

/** Appends `count` times the same value of `width` bits as one run. */
export function appendRun(sink: ByteSink, value: number, count: number, width: number): void {
  appendVarint(sink, count * 2)
  reserve(sink, 4)
  sink.view.setInt32(sink.length, value, true)
  sink.length += Math.ceil(width / 8)
}

/** Appends what stands before `count` bit-packed values, whose groups of eight are whole. */
export function appendPackedHeader(sink: ByteSink, count: number): void {
  appendVarint(sink, Math.ceil(count / 8) * 2 + 1)
}

/** Appends values of `width` bits as one run: repeated where all are equal, else bit-packed. */
export function appendHybrid(
  sink: ByteSink,
  values: Int32Array,
  from: number,
  count: number,
  width: number,
): void {
  if (count === 0) return
  if (isConstant(values, from, count)) {
    appendRun(sink, values[from] as number, count, width)
    return
  }
  appendPackedHeader(sink, count)
  const start = sink.length
  appendPacked(sink, values, from, count, width)
  const end = start + Math.ceil(count / 8) * width
  reserve(sink, end - sink.length)
  sink.memory.fill(0, sink.length, end)
  sink.length = end
}
