// Compression by Snappy, written from its format ("Snappy compressed format description", revision of 2011-10-05): a
// length, then literals and copies of what stands at most 64 KiB before. Integers alone, so the bytes are the same
// everywhere.

/** Shorter repetitions are not looked for: what a word of the hash table holds. */
const MATCH_BYTES = 4
const HASH_BITS = 14
const HASH_FACTOR = 0x9e37_79b1
/** What two bytes can say. */
const OFFSET_MAX = 65_535
/** Each 2^5 bytes without a repetition, the next one is looked for a byte further on. */
const SKIP_SHIFT = 5

const TAG = { literal: 0, nearCopy: 1, copy: 2 } as const
/** Longer literals have their length behind the tag. */
const SHORT_LITERAL_BYTES = 60
const NEAR = { lengthMax: 11, offsetEnd: 2048 } as const
const COPY_BYTES_MAX = 64

/** Literals of at most so many bytes are copied as words. */
const WORDS_BYTES = 16
/** Words of the last literal may be stored beyond its end. */
const OVERRUN_BYTES = 16

/** Where each word was seen last, plus 1; 0 where it was not. */
const table = new Int32Array(2 ** HASH_BITS)

/** Bytes with a view of them. */
type Bytes = { memory: Uint8Array; view: DataView }

function bytesWithView(memory: Uint8Array): Bytes {
  return { memory, view: new DataView(memory.buffer, memory.byteOffset, memory.length) }
}

function putVarint(out: Uint8Array, p: number, value: number): number {
  let at = p
  let rest = value
  for (; rest >= 128; rest >>>= 7) out[at++] = (rest & 127) | 128
  out[at++] = rest
  return at
}

function putLongLiteral(out: Uint8Array, p: number, literal: Uint8Array): number {
  const last = literal.length - 1
  let at = p + 1
  for (let rest = last; rest > 0; rest >>>= 8) out[at++] = rest & 255
  const lengthBytes = at - p - 1
  out[p] = ((SHORT_LITERAL_BYTES - 1 + lengthBytes) << 2) | TAG.literal
  out.set(literal, at)
  return at + literal.length
}

/** Puts the input from .. to at p; returns the position behind it. */
function putLiteral(input: Bytes, from: number, to: number, out: Bytes, p: number): number {
  const last = to - from - 1
  if (last < 0) return p
  if (last >= SHORT_LITERAL_BYTES) {
    return putLongLiteral(out.memory, p, input.memory.subarray(from, to))
  }
  out.memory[p] = (last << 2) | TAG.literal
  const at = p + 1
  if (last < WORDS_BYTES && from + WORDS_BYTES <= input.memory.length) {
    out.view.setInt32(at, input.view.getInt32(from, true), true)
    out.view.setInt32(at + 4, input.view.getInt32(from + 4, true), true)
    if (last >= 8) {
      out.view.setInt32(at + 8, input.view.getInt32(from + 8, true), true)
      out.view.setInt32(at + 12, input.view.getInt32(from + 12, true), true)
    }
  } else for (let k = 0; k <= last; k++) out.memory[at + k] = input.memory[from + k] as number
  return at + last + 1
}

/** Puts a copy of `bytes` bytes from `offset` before at p; returns the position behind it. */
function putCopy(out: Uint8Array, p: number, offset: number, bytes: number): number {
  let at = p
  let rest = bytes
  for (; rest > COPY_BYTES_MAX; rest -= COPY_BYTES_MAX, at += 3) {
    out[at] = ((COPY_BYTES_MAX - 1) << 2) | TAG.copy
    out[at + 1] = offset & 255
    out[at + 2] = offset >> 8
  }
  if (rest >= MATCH_BYTES && rest <= NEAR.lengthMax && offset < NEAR.offsetEnd) {
    out[at] = ((offset >> 8) << 5) | ((rest - MATCH_BYTES) << 2) | TAG.nearCopy
    out[at + 1] = offset & 255
    return at + 2
  }
  out[at] = ((rest - 1) << 2) | TAG.copy
  out[at + 1] = offset & 255
  out[at + 2] = offset >> 8
  return at + 3
}

/** Where the bytes from `at` stop being those that stand `offset` before them. */
function matchEnd({ memory, view }: Bytes, at: number, offset: number): number {
  const end = memory.length
  let i = at
  while (i + 4 <= end) {
    const difference = view.getInt32(i, true) ^ view.getInt32(i - offset, true)
    // The lowest bit that differs is of the first byte that does.
    if (difference !== 0) return i + ((31 - Math.clz32(difference & -difference)) >> 3)
    i += 4
  }
  while (i < end && memory[i] === memory[i - offset]) i++
  return i
}

const slotOf = (word: number): number => Math.imul(word, HASH_FACTOR) >>> (32 - HASH_BITS)

/** Puts the elements of all of the input at p; returns the position behind them. */
function putElements(input: Bytes, out: Bytes, p: number): number {
  const { view } = input
  const last = input.memory.length - MATCH_BYTES
  let length = p
  let literal = 0
  let at = 0
  while (at <= last) {
    const word = view.getInt32(at, true)
    const slot = slotOf(word)
    const offset = at + 1 - (table[slot] as number)
    table[slot] = at + 1
    if (offset > OFFSET_MAX || offset > at || view.getInt32(at - offset, true) !== word) {
      at += 1 + ((at - literal) >> SKIP_SHIFT)
      continue
    }
    length = putLiteral(input, literal, at, out, length)
    const end = matchEnd(input, at + MATCH_BYTES, offset)
    length = putCopy(out.memory, length, offset, end - at)
    // What repeats often does so from its end, too.
    if (end - 1 <= last) table[slotOf(view.getInt32(end - 1, true))] = end
    at = end
    literal = end
  }
  return putLiteral(input, literal, input.memory.length, out, length)
}

/** The bytes, fewer than 2^31, compressed. */
export function snappy(bytes: Uint8Array): Uint8Array {
  table.fill(0)
  // A copy is no longer than what it stands for, and a literal between two of them adds less than a quarter of both.
  const room = bytes.length + Math.ceil(bytes.length / 4) + OVERRUN_BYTES
  const out = bytesWithView(new Uint8Array(room))
  const start = putVarint(out.memory, 0, bytes.length)
  return out.memory.subarray(0, putElements(bytesWithView(bytes), out, start))
}
