// Hashes of texts by their bytes in UTF-8, four at a time (rounds of MurmurHash3, Appleby, public domain).

import { viewOf } from './byte-cells.ts'

/** Murmur3's finalizer, of which equal inputs alone share an output. */
export function mixed(word: number): number {
  let h = word
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** The bytes of a word at the end that is not whole. */
function tailAt(view: DataView, from: number, to: number): number {
  let word = 0
  for (let at = to - 1; at >= from; at--) word = (word << 8) | view.getUint8(at)
  return word
}

/** 32 bits, unsigned. */
export function hashBytes(view: DataView, from: number, to: number): number {
  let hash = 0
  let at = from
  for (; at + 4 <= to; at += 4) hash = round(hash, view.getInt32(at, true))
  if (at < to) hash = round(hash, tailAt(view, at, to))
  return mixed(hash ^ (to - from))
}

function round(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51)
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593)
  const h = hash ^ k
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0
}

const TWO_32 = 4_294_967_296

/** 53 bits of the upper and the lower half. */
export function joined(high: number, low: number): number {
  return (high >>> 11) * TWO_32 + low
}

/** From 0 to 2^53 - 1, by two seeds. */
export function longHashBytes(
  view: DataView,
  from: number,
  to: number,
  [first, second]: readonly [number, number],
): number {
  let [a, b] = [first, second]
  let at = from
  for (; at + 4 <= to; at += 4) {
    const word = view.getInt32(at, true)
    a = round(a, word)
    b = otherRound(b, word)
  }
  if (at < to) {
    const word = tailAt(view, at, to)
    a = round(a, word)
    b = otherRound(b, word)
  }
  const high = mixed(a ^ (to - from))
  return joined(high, mixed(b ^ high))
}

function otherRound(hash: number, word: number): number {
  let k = Math.imul(word, 0x9e3779b1)
  k = Math.imul((k << 16) | (k >>> 16), 0x85ebca77)
  const h = hash ^ k
  return (Math.imul((h << 11) | (h >>> 21), 9) + 0x38495ab5) | 0
}

const SCRATCH_BYTES = 4096
const scratch = new Uint8Array(SCRATCH_BYTES)
const scratchView = viewOf(scratch)
const encoder = new TextEncoder()

/** Bytes of a text; of short ones those of the same memory each time, until the next call. */
export type TextBytes = { view: DataView; length: number }

export function bytesOf(text: string): TextBytes {
  if (3 * text.length > SCRATCH_BYTES) {
    const bytes = Buffer.from(text)
    return { view: viewOf(bytes), length: bytes.length }
  }
  return { view: scratchView, length: encoder.encodeInto(text, scratch).written }
}

/** As `hashBytes` of the text's bytes. */
export function hashText(text: string): number {
  const { view, length } = bytesOf(text)
  return hashBytes(view, 0, length)
}
