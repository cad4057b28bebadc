// 53-bit hashes of values: equal for a number and for text that is written like it, so that keys of different files
// meet.

import { bytesOf, joined, longHashBytes, mixed } from '#engine/table/byte-hash.ts'

const TWO_32 = 4_294_967_296
const ONE_32ND = 1 / TWO_32
const [MINUS, ZERO, DIGITS_MAX] = [45, 48, 15]

const double = new Float64Array(1)
const words = new Uint32Array(double.buffer)

/** Whole, from 0 to 2^53 - 1. */
export type ValueHasher = {
  number(value: number): number
  text(value: string): number
  /** The same of the text's bytes in UTF-8. */
  bytes(view: DataView, from: number, to: number): number
  /** The hash of two hashes in this order. */
  pair(first: number, second: number): number
}

/** Hashes of one salt compare with each other; without it nobody can look values up by theirs. */
export function createValueHasher(salt: number): ValueHasher {
  const [first, second] = [mixed(salt >>> 0) | 1, mixed((salt / TWO_32) >>> 0) ^ 0x9e3779b9]
  const seeds = [first ^ 0x811c9dc5, second] as const
  const number = (value: number): number => {
    double[0] = value === 0 ? 0 : value
    const [low, high] = [words[0] as number, words[1] as number]
    const a = mixed(low ^ mixed(high ^ first))
    return joined(a, mixed(high ^ mixed(low ^ second) ^ a))
  }
  const bytes = (view: DataView, from: number, to: number): number => {
    const whole = plainInteger(view, from, to)
    return Number.isNaN(whole) ? longHashBytes(view, from, to, seeds) : number(whole)
  }
  return {
    number,
    bytes,
    text(value) {
      const { view, length } = bytesOf(value)
      return bytes(view, 0, length)
    },
    pair(one, other) {
      const a = (Math.imul(one >>> 0, 0x9e3779b1) + (other >>> 0)) ^ first
      const b =
        (Math.imul((one * ONE_32ND) >>> 0, 0x85ebca77) + ((other * ONE_32ND) >>> 0)) ^ second
      const high = mixed(a ^ ((b << 16) | (b >>> 16)))
      return joined(high, mixed(b ^ high))
    },
  }
}

/** NaN for what a number would not be written as: other characters, zeros ahead, too many digits. */
function plainInteger(view: DataView, from: number, to: number): number {
  const isNegative = to > from && view.getUint8(from) === MINUS
  const whole = isNegative ? from + 1 : from
  const digits = to - whole
  if (digits < 1 || digits > DIGITS_MAX) return Number.NaN
  if (view.getUint8(whole) === ZERO && (digits > 1 || isNegative)) return Number.NaN
  let value = 0
  for (let at = whole; at < to; at++) {
    const digit = view.getUint8(at) - ZERO
    if (digit < 0 || digit > 9) return Number.NaN
    value = 10 * value + digit
  }
  return isNegative ? -value : value
}
