// Least and greatest of byte strings, as unsigned bytes compare; long ones are cut to a bound.

import type { Bounds } from './column.ts'

/** Longer values of text are cut in statistics. */
const BOUND_BYTES = 64
/** Flips the sign: unsigned words in the order of signed ones. */
const SIGN = -0x8000_0000

/** -1, 0 or 1, as unsigned bytes compare. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let k = 0; k < length; k++) {
    const difference = (a[k] as number) - (b[k] as number)
    if (difference !== 0) return difference < 0 ? -1 : 1
  }
  return Math.sign(a.length - b.length)
}

/** At most BOUND_BYTES, no character of UTF-8 cut. */
function cut(bytes: Uint8Array): Uint8Array {
  let end = BOUND_BYTES
  while (((bytes[end] as number) & 0xc0) === 0x80) end--
  return bytes.slice(0, end)
}

/** The least text of fewer characters above all that begin with `bytes`; null where none is. */
function successor(bytes: Uint8Array): Uint8Array | null {
  const points = Array.from(new TextDecoder().decode(bytes), (char) => char.codePointAt(0) ?? 0)
  for (let point = points.pop(); point !== undefined; point = points.pop()) {
    if (point === 0x10ffff) continue
    const next = point === 0xd7ff ? 0xe000 : point + 1
    return new TextEncoder().encode(String.fromCodePoint(...points, next))
  }
  return null
}

/** Bounds of text between two values; null where the greatest has none that is short. */
export function textBounds(min: Uint8Array, max: Uint8Array): Bounds | null {
  const [minExact, maxExact] = [min.length <= BOUND_BYTES, max.length <= BOUND_BYTES]
  const upper = maxExact ? max.slice() : successor(cut(max))
  return upper && { min: minExact ? min.slice() : cut(min), max: upper, minExact, maxExact }
}

/** The first four bytes, zeros behind shorter values, as a number in their order; may read four bytes more. */
function prefix(view: DataView, at: number, length: number): number {
  const word = view.getInt32(at) ^ SIGN
  if (length >= 4) return word
  return length === 0 ? SIGN : ((word >> (32 - 8 * length)) << (32 - 8 * length)) | 0
}

/** Of values with the same prefix: below 0 where the value at `a` is less than that at `b`. */
function compareFrom(memory: Uint8Array, offsets: Int32Array, a: number, b: number): number {
  const [fromA, fromB] = [offsets[a] as number, offsets[b] as number]
  const [lengthA, lengthB] = [
    (offsets[a + 1] as number) - fromA,
    (offsets[b + 1] as number) - fromB,
  ]
  const length = Math.min(lengthA, lengthB)
  for (let k = 0; k < length; k++) {
    const difference = (memory[fromA + k] as number) - (memory[fromB + k] as number)
    if (difference !== 0) return difference
  }
  return lengthA - lengthB
}

/**
 * Least and greatest of the values from .. to, as places in them: value i is the bytes from
 * offsets[i] to offsets[i + 1]. There is at least one, and four bytes of room behind the last.
 */
export function extremes(
  memory: Uint8Array,
  offsets: Int32Array,
  { from, to }: { from: number; to: number },
): { min: number; max: number } {
  const view = new DataView(memory.buffer, memory.byteOffset, memory.length)
  let [min, max] = [from, from]
  let at = offsets[from] as number
  let least = prefix(view, at, (offsets[from + 1] as number) - at)
  let greatest = least
  for (let i = from; i < to; i++) {
    const end = offsets[i + 1] as number
    const key = prefix(view, at, end - at)
    at = end
    if (key <= least && (key < least || compareFrom(memory, offsets, i, min) < 0)) {
      min = i
      least = key
    }
    if (key >= greatest && (key > greatest || compareFrom(memory, offsets, i, max) > 0)) {
      max = i
      greatest = key
    }
  }
  return { min, max }
}
