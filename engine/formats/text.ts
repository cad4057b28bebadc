// Free text: escaped and encoded as it is written. Returns the position after the text.

import type { Dialect } from './dialect.ts'

const encoder = new TextEncoder()

/** Whether every unit is ASCII that the dialect shows as it is; copies it to `p` as far as it is. */
function copyPlain(memory: Uint8Array, p: number, value: string, plain: Uint8Array): boolean {
  for (let k = 0; k < value.length; k++) {
    const unit = value.charCodeAt(k)
    if (plain[unit] !== 1) return false
    memory[p + k] = unit
  }
  return value.length > 0
}

/** A string value as the dialect writes it, quotes included. */
export function writeText(memory: Uint8Array, p: number, value: string, dialect: Dialect): number {
  const open = dialect.quote.length
  const { reserved, plain } = dialect
  if (value !== reserved && copyPlain(memory, p + open, value, plain)) {
    if (open === 1) {
      const quote = dialect.quote.charCodeAt(0)
      memory[p] = quote
      memory[p + 1 + value.length] = quote
    }
    return p + value.length + 2 * open
  }
  return p + encoder.encodeInto(dialect.text(value), memory.subarray(p)).written
}

/** Most bytes that a string takes, quotes included. */
export function textBound(value: string, dialect: Dialect): number {
  return value.length * dialect.bytesPerUnit + 2
}
