// How many different values a column has: exactly while they are few, by HyperLogLog beyond.

import { hashBytes, hashText } from '#engine/table/byte-hash.ts'
import { ownText } from './own-text.ts'

/** Counts of the values met while they are few enough to be held. */
export type DistinctCounter = {
  add(text: string, times?: number): void
  /** The same of a text's bytes, once there are too many to hold them; false before. */
  addBytes(view: DataView, from: number, to: number): boolean
  /** Exact up to `most`; within 2 % beyond. */
  count(): number
  /** Values with how often they came; null when there were more than `most`. */
  counts(): ReadonlyMap<string, number> | null
}

const REGISTER_BITS = 14
const REGISTERS = 1 << REGISTER_BITS
/** Longer values are not held. */
const HELD_LENGTH_MAX = 200

export function createDistinctCounter(most: number): DistinctCounter {
  let held: Map<string, number> | null = new Map()
  let sketch: Uint8Array | null = null
  const overflow = (): Uint8Array => {
    const registers = new Uint8Array(REGISTERS)
    for (const text of held?.keys() ?? []) record(registers, hashText(text))
    held = null
    return registers
  }
  return {
    add(text, more = 1) {
      if (held !== null) {
        const times = held.get(text)
        if (times !== undefined || (held.size < most && text.length <= HELD_LENGTH_MAX)) {
          if (times === undefined) held.set(ownText(text), more)
          else held.set(text, times + more)
          return
        }
        sketch = overflow()
      }
      record(sketch as Uint8Array, hashText(text))
    },
    addBytes(view, from, to) {
      if (sketch === null) return false
      record(sketch, hashBytes(view, from, to))
      return true
    },
    count: () => held?.size ?? Math.max(most, Math.round(estimate(sketch as Uint8Array))),
    counts: () => held,
  }
}

function record(registers: Uint8Array, bits: number): void {
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
