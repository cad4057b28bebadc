// Numbers with a fixed number of digits after the point, as pieces of text, and the way back from such pieces.

import { pow10, roundHalfAway } from '#engine/math/decimal.ts'
import type { Piece } from './vector.ts'

/** Tells these pieces from all others. */
const SIGNS = ['', '-'] as const
/** Up to here the quotient of degrees is never rounded up to the next one. */
const EXACT_DECIMALS = 9

/** A number with a fixed number of digits after the point, as pieces, and what sets some entries. */
export function fixedDigits(decimals: number, capacity: number) {
  const codes = new Int32Array(capacity)
  const whole = new Float64Array(capacity)
  const rest = new Float64Array(capacity)
  const unit = pow10(decimals)
  const pieces: Piece[] = [
    { kind: 'code', dictionary: SIGNS, codes },
    { kind: 'integer', values: whole, pad: 1 },
  ]
  if (decimals > 0) {
    pieces.push({ kind: 'literal', text: '.' }, { kind: 'integer', values: rest, pad: decimals })
  }
  const set = (values: Float64Array, from: number, n: number): void => {
    for (let k = 0; k < n; k++) {
      const i = from + k
      const scaled = roundHalfAway((values[k] as number) * unit)
      const size = Math.abs(scaled)
      const degrees = Math.floor(size / unit)
      codes[i] = Number(scaled < 0) | 0
      whole[i] = degrees
      rest[i] = decimals <= EXACT_DECIMALS ? size - degrees * unit : size % unit
    }
  }
  return { pieces, set }
}

/** Fills the first n entries. */
type Read = (out: Float64Array, n: number) => void

function readerOf(codes: Int32Array, whole: Float64Array, rest: Float64Array, pad: number): Read {
  const unit = pow10(pad)
  return (out, n) => {
    for (let i = 0; i < n; i++) {
      // Degrees in units of the last digit are exact, so that the quotient is what the text reads as.
      const size = ((whole[i] as number) * unit + (rest[i] as number)) / unit
      out[i] = size * (1 - 2 * (codes[i] as number))
    }
  }
}

/**
 * What reads the numbers that `fixedDigits` has put among the pieces, in order; null where there are other numbers, or
 * numbers without digits after the point.
 */
export function readFixedDigits(pieces: readonly Piece[]): Read[] | null {
  const readers: Read[] = []
  for (let at = 0; at < pieces.length; at++) {
    const [sign, whole, , rest] = pieces.slice(at)
    if (sign?.kind === 'literal' && !/[-\d]/.test(sign.text)) continue
    if (sign?.kind !== 'code' || sign.dictionary !== SIGNS) return null
    if (whole?.kind !== 'integer' || rest?.kind !== 'integer') return null
    readers.push(readerOf(sign.codes, whole.values, rest.values, rest.pad))
    at += 3
  }
  return readers
}
