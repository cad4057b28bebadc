// Bit packing, lowest bit first, and the RLE/bit-packed hybrid of levels and dictionary indices (Parquet
// format, "Encodings").

import { appendVarint, type ByteSink, reserve } from './byte-sink.ts'

/** Bits that the integer 0 <= value < 2^53 needs; 0 for 0. */
export function bitsOf(value: number): number {
  if (value < 2 ** 32) return 32 - Math.clz32(value)
  return 64 - Math.clz32(Math.floor(value / 2 ** 32))
}

/** Appends bits, eight to a byte. */
function appendBits(sink: ByteSink, bits: Uint8Array, from: number, count: number): void {
  reserve(sink, Math.ceil(count / 8))
  const { memory } = sink
  const whole = from + (count & ~7)
  let i = from
  // An expression, not a loop: this is where nulls cost time.
  for (; i < whole; i += 8) {
    memory[sink.length++] =
      (bits[i] as number) |
      ((bits[i + 1] as number) << 1) |
      ((bits[i + 2] as number) << 2) |
      ((bits[i + 3] as number) << 3) |
      ((bits[i + 4] as number) << 4) |
      ((bits[i + 5] as number) << 5) |
      ((bits[i + 6] as number) << 6) |
      ((bits[i + 7] as number) << 7)
  }
  if (i === from + count) return
  let last = 0
  for (let k = 0; i < from + count; i++, k++) last |= (bits[i] as number) << k
  memory[sink.length++] = last
}

/** Appends `count` unsigned integers of `width` <= 32 bits each, up to a whole byte. */
export function appendPacked(
  sink: ByteSink,
  values: Int32Array | Uint8Array,
  from: number,
  count: number,
  width: number,
): void {
  if (width === 1 && values instanceof Uint8Array) {
    appendBits(sink, values, from, count)
    return
  }
  const bytes = Math.ceil((count * width) / 8)
  // Words are stored whole: there is room for the last one.
  reserve(sink, bytes + 8)
  const { view } = sink
  let at = sink.length
  let word = 0
  let used = 0
  for (let i = from; i < from + count; i++) {
    const value = values[i] as number
    word |= value << used
    used += width
    if (used >= 32) {
      view.setInt32(at, word, true)
      at += 4
      used -= 32
      word = used === 0 ? 0 : value >>> (width - used)
    }
  }
  if (used > 0) view.setInt32(at, word, true)
  sink.length += bytes
}

function isConstant(values: Int32Array | Uint8Array, from: number, count: number): boolean {
  const first = values[from]
  for (let i = from + 1; i < from + count; i++) if (values[i] !== first) return false
  return true
}

/** Appends values of `width` bits as one run: repeated where all are equal, else bit-packed. */
export function appendHybrid(
  sink: ByteSink,
  values: Int32Array | Uint8Array,
  from: number,
  count: number,
  width: number,
): void {
  if (count === 0) return
  if (isConstant(values, from, count)) {
    appendVarint(sink, count * 2)
    const bytes = Math.ceil(width / 8)
    reserve(sink, 4)
    sink.view.setInt32(sink.length, values[from] as number, true)
    sink.length += bytes
    return
  }
  const groups = Math.ceil(count / 8)
  appendVarint(sink, groups * 2 + 1)
  const start = sink.length
  appendPacked(sink, values, from, count, width)
  const end = start + groups * width
  reserve(sink, end - sink.length)
  sink.memory.fill(0, sink.length, end)
  sink.length = end
}
