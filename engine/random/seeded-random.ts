// Random numbers for fitting and evaluating: a stream by seed and purpose, in sequence (unlike the numbers of rows,
// which are addressed).

import { createCipheriv, createHash } from 'node:crypto'
import { giveBack } from '#engine/give-back.ts'

export type SeededRandom = {
  /** 32 random bits. */
  word(): number
  /** Uniform in [0, 1), 53 bits. */
  unit(): number
  /** A whole number in [0, count), without bias; count up to 2^32. */
  below(count: number): number
  /** Standard normal. */
  normal(): number
}

const BLOCK_BYTES = 1 << 14
const ZEROS = new Uint8Array(BLOCK_BYTES)

/**
 * The keystream of AES-128 in counter mode (NIST SP 800-38A), its key from SHA-256 of seed and purpose; behind as many
 * words of it as `wordsBefore` says.
 */
export function createSeededRandom(seed: number, purpose: string, wordsBefore = 0): SeededRandom {
  const key = createHash('sha256').update(`${seed} ${purpose}`).digest().subarray(0, 16)
  const words = new Uint32Array(BLOCK_BYTES / 4)
  const blocksBefore = Math.floor(wordsBefore / words.length)
  const cipher = createCipheriv('aes-128-ctr', key, counterAt(blocksBefore * BLOCK_BYTES))
  const bytes = new Uint8Array(words.buffer)
  let at = words.length
  const fill = (): void => {
    const made = cipher.update(ZEROS)
    bytes.set(made)
    giveBack(made)
    at = 0
  }
  const word = (): number => {
    if (at === words.length) fill()
    return words[at++] as number
  }
  if (wordsBefore > 0) {
    fill()
    at = wordsBefore % words.length
  }
  const unit = (): number => ((word() >>> 5) * 67_108_864 + (word() >>> 6)) / 9_007_199_254_740_992
  return {
    word,
    unit,
    below(count) {
      let drawn = word()
      // Remainders of numbers above 2^32 take as long as the rest: nearly all numbers are below all of those.
      if (drawn >= 4_294_967_296 - count) {
        const unbiased = 4_294_967_296 - (4_294_967_296 % count)
        while (drawn >= unbiased) drawn = word()
      }
      return (drawn >>> 0) % count
    },
    normal: () => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit()),
  }
}

const AES_BLOCK_BYTES = 16

/** The counter, big-endian, of a place in the keystream. */
function counterAt(byte: number): Uint8Array {
  const counter = new DataView(new ArrayBuffer(AES_BLOCK_BYTES))
  counter.setBigUint64(8, BigInt(byte / AES_BLOCK_BYTES))
  return new Uint8Array(counter.buffer)
}

/** 0 .. n - 1 in random order (Fisher and Yates). */
export function shuffled(n: number, random: SeededRandom): Int32Array {
  const order = new Int32Array(n)
  for (let i = 0; i < n; i++) order[i] = i
  for (let i = n - 1; i > 0; i--) {
    const j = random.below(i + 1)
    const held = order[i] as number
    order[i] = order[j] as number
    order[j] = held
  }
  return order
}
