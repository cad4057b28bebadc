// How many different values a column has: exactly while they are few, by HyperLogLog beyond.

import { ownText } from './own-text.ts'

/** Counts of the values met while they are few enough to be held. */
export type DistinctCounter = {
  add(text: string): void
  /** Exact up to `most`; within 2 % beyond. */
  count(): number
  /** Values with how often they came; null when there were more than `most`. */
  counts(): ReadonlyMap<string, number> | null
}

const REGISTER_BITS = 12
const REGISTERS = 1 << REGISTER_BITS
/** Longer values are not held. */
const HELD_LENGTH_MAX = 200

export function createDistinctCounter(most: number): DistinctCounter {
  let held: Map<string, number> | null = new Map()
  let sketch: Uint8Array | null = null
  const overflow = (): Uint8Array => {
    const registers = new Uint8Array(REGISTERS)
    for (const text of held?.keys() ?? []) record(registers, text)
    held = null
    return registers
  }
  return {
    add(text) {
      if (held !== null) {
        const times = held.get(text)
        if (times !== undefined || (held.size < most && text.length <= HELD_LENGTH_MAX)) {
          if (times === undefined) held.set(ownText(text), 1)
          else held.set(text, times + 1)
          return
        }
        sketch = overflow()
      }
      record(sketch as Uint8Array, text)
    },
    count: () => held?.size ?? Math.max(most, Math.round(estimate(sketch as Uint8Array))),
    counts: () => held,
  }
}

/** FNV-1a, then the finaliser of MurmurHash3, which spreads its low bits. */
function hash(text: string): number {
  let state = 0x811c9dc5
  for (let at = 0; at < text.length; at++)
    state = Math.imul(state ^ text.charCodeAt(at), 0x01000193)
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35)
  return (state ^ (state >>> 16)) >>> 0
}

function record(registers: Uint8Array, text: string): void {
  const bits = hash(text)
  const register = bits >>> (32 - REGISTER_BITS)
  const zeros = Math.clz32((bits << REGISTER_BITS) | (1 << (REGISTER_BITS - 1))) + 1
  if (zeros > (registers[register] as number)) registers[register] = zeros
}

/** Flajolet et al. 2007, with linear counting while registers are empty and the correction for 32-bit hashes. */
function estimate(registers: Uint8Array): number {
  let [sum, empty] = [0, 0]
  for (const zeros of registers) {
    sum += 2 ** -zeros
    if (zeros === 0) empty++
  }
  const raw = ((0.7213 / (1 + 1.079 / REGISTERS)) * REGISTERS * REGISTERS) / sum
  if (raw <= 2.5 * REGISTERS && empty > 0) return REGISTERS * Math.log(REGISTERS / empty)
  return raw <= 2 ** 32 / 30 ? raw : -(2 ** 32) * Math.log(1 - raw / 2 ** 32)
}
