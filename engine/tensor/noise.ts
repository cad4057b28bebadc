// Noise for models: a keystream by step, and its transformation into laws inside the graph.

import { createCipheriv, createSecretKey } from 'node:crypto'
import { giveBack } from '#engine/give-back.ts'
import { add, cast, cosine, logarithm, multiply, sine, squareRoot } from './elementwise.ts'
import type { SymbolicTensor } from './graph.ts'
import { concatenate, split } from './shaping.ts'

/** So many bytes at a time stay in a cache near the core. */
const ZEROS = new Uint8Array(1 << 16)

export type Keystream = {
  /**
   * Fills memory with the bits of one step, from a block of 16 bytes on: the same for any order of calls and after any
   * restart.
   */
  fill(step: number, into: Uint8Array | Uint32Array, block?: number): void
}

/** AES-128 in counter mode (NIST SP 800-38A): key from seed and stream, the step in the counter's upper half. */
export function createKeystream(seed: number, stream: number): Keystream {
  const key = new DataView(new ArrayBuffer(16))
  key.setBigUint64(0, BigInt(seed), true)
  key.setBigUint64(8, BigInt(stream), true)
  const secret = createSecretKey(key)
  return {
    fill(step, into, block = 0) {
      const counter = new DataView(new ArrayBuffer(16))
      counter.setBigUint64(0, BigInt(step))
      counter.setBigUint64(8, BigInt(block))
      const cipher = createCipheriv('aes-128-ctr', secret, counter)
      const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength)
      for (let at = 0; at < bytes.length; at += ZEROS.length) {
        const made = cipher.update(ZEROS.subarray(0, bytes.length - at))
        bytes.set(made, at)
        giveBack(made)
      }
    },
  }
}

/** uint32 to the open interval (0, 1). */
export function uniform(bits: SymbolicTensor): SymbolicTensor {
  return add(multiply(cast(bits), 2 ** -32 * (1 - 2 ** -24)), 2 ** -33)
}

/** uint32 [n, even] to standard normal (Box and Muller 1958). */
export function normal(bits: SymbolicTensor): SymbolicTensor {
  const half = (bits.shape[1] as number) / 2
  const [u, v] = split(uniform(bits), [half, half], 1) as [SymbolicTensor, SymbolicTensor]
  const radius = squareRoot(multiply(logarithm(u), -2))
  const angle = multiply(v, 2 * Math.PI)
  return concatenate([multiply(radius, cosine(angle)), multiply(radius, sine(angle))], 1)
}
