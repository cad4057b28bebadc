// Permutations of 0 .. size-1 that need no memory: a Feistel network over the next even number of bits,
// walked until it lands inside (Black and Rogaway, "Ciphers with arbitrary finite domains", 2002).

import type { Stream } from './generator.ts'
import { philoxFill } from './philox.ts'

const ROUNDS = 6

/** Round keys of a stream: words of its blocks at row 2^64-1, which is no row of any table. */
export function roundKeys({ key, draw }: Stream): Int32Array {
  const one = () => new Uint32Array(1)
  const words = [one(), one(), one(), one()] as const
  const planes = { rowLow: one().fill(0xffff_ffff), rowHigh: one().fill(0xffff_ffff), words }
  const keys = new Int32Array(ROUNDS)
  for (let ordinal = 0; ordinal * 4 < ROUNDS; ordinal++) {
    philoxFill(planes, 1, key.k0, key.k1, draw, ordinal)
    words.forEach((word, index) => {
      if (ordinal * 4 + index < ROUNDS) keys[ordinal * 4 + index] = word[0] as number
    })
  }
  return keys
}

/** Bits of each half, of which two together number `size` values or more. */
export function halfBits(size: number): number {
  let bits = 1
  for (let values = 4; values < size; values *= 4) bits++
  return bits
}

/**
 * A bijection of 0 .. size-1 (1 <= size < 2^53) fixed by the stream; other arguments are a caller's error.
 * Size is the capacity of what is drawn, never a row count, so that the first rows do not depend on it.
 */
export function createPermutation(size: number, stream: Stream): (index: number) => number {
  return withKeys(size, roundKeys(stream))
}

/** Sets, from `at` on, the round keys of a whole number `tweak` below 2^53 in place of the stream's own. */
export function tweakKeys(keys: Int32Array, at: number, base: Int32Array, tweak: number): void {
  let mixed = (tweak | 0) ^ Math.imul(Math.floor(tweak / 4_294_967_296), 0x9e3779b1)
  for (let round = 0; round < ROUNDS; round++) {
    mixed = Math.imul(mixed ^ (mixed >>> 16) ^ (base[round] as number), 0x85ebca6b)
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
    keys[at + round] = mixed ^ (mixed >>> 16)
  }
}

/** A bijection of 0 .. size-1 for each whole number `tweak` below 2^53: `permute(tweak, index)`. */
export function createKeyedPermutation(
  size: number,
  stream: Stream,
): (tweak: number, index: number) => number {
  const base = roundKeys(stream)
  const keys = base.slice()
  const permute = withKeys(size, keys)
  let last = -1
  return (tweak, index) => {
    if (tweak !== last) tweakKeys(keys, 0, base, tweak)
    last = tweak
    return permute(index)
  }
}

/** Undoes `createPermutation` of the same size, at most 2^52, and stream. */
export function createInverse(size: number, stream: Stream): (index: number) => number {
  const keys = roundKeys(stream)
  const { bits, half } = networkOf(size)
  return (index) => {
    let x = index
    do {
      let left = Math.floor(x / half)
      let right = x - left * half
      for (let round = ROUNDS - 1; round >= 0; round--) {
        const before = (right ^ mix(left, keys[round] as number, bits)) & (half - 1)
        right = left
        left = before
      }
      x = left * half + right
    } while (x >= size)
    return x
  }
}

function networkOf(size: number): { bits: number; half: number } {
  if (!(size >= 1 && size <= Number.MAX_SAFE_INTEGER))
    throw new RangeError(`permutation of ${size} values`)
  const bits = halfBits(size)
  return { bits, half: 1 << bits }
}

/** The upper `bits` of a half and a round's key mixed. */
function mix(half: number, key: number, bits: number): number {
  let mixed = Math.imul(half ^ key, 0x9e3779b1)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed >>> (32 - bits)
}

function withKeys(size: number, keys: Int32Array): (index: number) => number {
  const { bits, half } = networkOf(size)
  const mask = half - 1
  return (index) => {
    let x = index
    do {
      let left = Math.floor(x / half)
      // What is left; as a remainder of doubles it would be a call.
      let right = x - left * half
      for (let round = 0; round < ROUNDS; round++) {
        const next = (left ^ mix(right, keys[round] as number, bits)) & mask
        left = right
        right = next
      }
      x = left * half + right
    } while (x >= size)
    return x
  }
}
