// Patterns such as `!##-####` filled with digits: `#` is 0-9, `!` is 2-9.

import { type PackedDictionary, packDictionary, writeEntry } from './packed-dictionary.ts'

const HASH = 35
const BANG = 33
const ZERO = 48

export type PackedMask = {
  readonly patterns: PackedDictionary
  /** Of each pattern's places, last first: byte offset, number of digits allowed there. */
  readonly holes: readonly Int32Array[]
}

/** Packs patterns, already escaped as the format wants them. */
export function packMask(patterns: readonly string[]): PackedMask {
  const packed = packDictionary(patterns)
  const holes = packed.entries.map((entry) => {
    const places: number[] = []
    entry.forEach((byte, at) => {
      if (byte === HASH) places.unshift(at, 10)
      else if (byte === BANG) places.unshift(at, 8)
    })
    return Int32Array.from(places)
  })
  return { patterns: packed, holes }
}

/** Entry i: its pattern, places filled from the right by its number below 2^53. */
export function writeMask(
  view: DataView,
  p: number,
  mask: PackedMask,
  codes: Int32Array,
  numbers: Float64Array,
  i: number,
): number {
  const code = codes[i] as number
  const end = writeEntry(view, p, mask.patterns, code)
  const holes = mask.holes[code] as Int32Array
  let rest = numbers[i] as number
  for (let k = 0; k < holes.length; k += 2) {
    const base = holes[k + 1] as number
    const high = Math.floor(rest / base)
    view.setUint8(p + (holes[k] as number), ZERO + 10 - base + rest - high * base)
    rest = high
  }
  return end
}
