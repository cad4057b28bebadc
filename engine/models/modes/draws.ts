// Random bits to what networks are given and to what they give: normal numbers before, codes after.

import { log } from '#engine/math/elementary.ts'
import { inversePhi } from '#engine/math/normal.ts'
import type { Span } from './layout.ts'

const PARTS = 1 << 16

/** Quantiles in the middle of 2^16 equal parts: a number costs 16 bits and one look-up. */
const tableOf = (quantile: (share: number) => number): Float32Array =>
  Float32Array.from({ length: PARTS }, (_, part) => quantile((part + 0.5) / PARTS))

let normal: Float32Array | undefined
let gumbel: Float32Array | undefined

/** Standard normal numbers by half word. */
export function normalByHalf(): Float32Array {
  normal ??= tableOf(inversePhi)
  return normal
}

function gumbelByHalf(): Float32Array {
  gumbel ??= tableOf((share) => -log(-log(share)))
  return gumbel
}

/** Standard normal numbers, one for each half word. */
export function fillNormal(halves: Uint16Array, into: Float32Array): void {
  lookUp(normalByHalf(), halves, into)
}

/** The same of Gumbel's law: logits plus these are largest as often as their softmax says. */
export function fillGumbel(halves: Uint16Array, into: Float32Array): void {
  lookUp(gumbelByHalf(), halves, into)
}

/** Four numbers of two words at a time: V8 takes up to four times as long one by one. */
function lookUp(table: Float32Array, halves: Uint16Array, into: Float32Array): void {
  const words = new Uint32Array(halves.buffer, halves.byteOffset, halves.length >> 1)
  const fours = into.length - (into.length % 4)
  for (let at = 0, next = 0; next < fours; at += 2, next += 4) {
    const a = words[at] as number
    const b = words[at + 1] as number
    into[next] = table[a & 0xff_ff] as number
    into[next + 1] = table[a >>> 16] as number
    into[next + 2] = table[b & 0xff_ff] as number
    into[next + 3] = table[b >>> 16] as number
  }
  for (let at = fours; at < into.length; at++) into[at] = table[halves[at] as number] as number
}

/** Standard normal numbers, column by column: of the `words` half words of each of the `rows`, those from `from` on. */
export function fillNormalByColumn(
  halves: Uint16Array,
  { words, from }: { words: number; from: number },
  { into, rows }: { into: Float32Array; rows: number },
): void {
  const table = normalByHalf()
  for (let at = from, start = 0; start < into.length; at++, start += rows)
    for (let row = 0; row < rows; row++)
      into[start + row] = table[halves[at + row * words] as number] as number
}

/** Random bits to as many bytes, 0 or 1, a multiple of 32: word n of the eight made of a word has bits n, n + 8, ... */
export function fillBits(bits: Uint32Array, into: Uint8Array): void {
  const words = new Uint32Array(into.buffer, into.byteOffset, into.length >> 2)
  for (let block = 0; block < words.length >> 3; block++) {
    const at = block << 3
    const word = bits[block] as number
    words[at] = word & ONES
    words[at + 1] = (word >>> 1) & ONES
    words[at + 2] = (word >>> 2) & ONES
    words[at + 3] = (word >>> 3) & ONES
    words[at + 4] = (word >>> 4) & ONES
    words[at + 5] = (word >>> 5) & ONES
    words[at + 6] = (word >>> 6) & ONES
    words[at + 7] = (word >>> 7) & ONES
  }
}

const ONES = 0x01_01_01_01

/**
 * A code for each column of each row, [rows, columns]: in proportion to positive weights [rows, codes], by the random
 * words [rows, columns].
 */
export function chooseCodes(
  weights: Float32Array,
  spans: readonly Span[],
  words: Uint32Array,
): Uint8Array {
  const columns = spans.length
  const counts = Int32Array.from(spans, ({ count }) => count)
  const rows = weights.length / counts.reduce((sum, count) => sum + count, 0)
  const codes = new Uint8Array(rows * columns)
  let first = 0
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const last = first + (counts[column] as number) - 1
      let sum = 0
      for (let at = first; at <= last; at++) sum += weights[at] as number
      const unit = (words[row * columns + column] as number) / 4_294_967_296
      let at = first
      let rest = unit * sum - (weights[at] as number)
      while (rest >= 0 && at < last) rest -= weights[++at] as number
      codes[row * columns + column] = at - first
      first = last + 1
    }
  return codes
}
