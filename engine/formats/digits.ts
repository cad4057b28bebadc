// Numbers as decimal and hexadecimal digits, written straight into memory. Every function returns the
// position after what it wrote and may store up to eight bytes beyond it.

import { pow10 } from '#engine/math/decimal.ts'

const MINUS = 45
const POINT = 46
const ZERO = 48

/** Little-endian ASCII of 00 .. 99. */
export const DIGITS_2 = Uint16Array.from(
  { length: 100 },
  (_, value) => (ZERO + Math.floor(value / 10)) | ((ZERO + (value % 10)) << 8),
)

/** Little-endian ASCII of 0000 .. 9999. */
export const DIGITS_4 = Uint32Array.from(
  { length: 10_000 },
  (_, value) =>
    (DIGITS_2[Math.floor(value / 100)] as number) | ((DIGITS_2[value % 100] as number) << 16),
)

const hexDigit = (value: number): number => (value < 10 ? ZERO + value : 87 + value)

const HEX_2 = Uint16Array.from(
  { length: 256 },
  (_, value) => hexDigit(value >>> 4) | (hexDigit(value & 15) << 8),
)

/** Little-endian ASCII of the hexadecimal 0000 .. ffff. */
export const HEX_4 = Uint32Array.from(
  { length: 65_536 },
  (_, value) => (HEX_2[value >>> 8] as number) | ((HEX_2[value & 255] as number) << 16),
)

/** 0 .. 9999 without leading zeros. */
function writeSmall(view: DataView, p: number, value: number): number {
  const width = value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : 4
  view.setUint32(p, (DIGITS_4[value] as number) >>> (32 - 8 * width), true)
  return p + width
}

/** A non-negative integer below 2^53 without leading zeros. */
function writeNatural(view: DataView, p: number, value: number): number {
  if (value < 10_000) return writeSmall(view, p, value)
  if (value < 100_000_000) {
    const high = (value / 10_000) | 0
    const at = writeSmall(view, p, high)
    view.setUint32(at, DIGITS_4[value - high * 10_000] as number, true)
    return at + 4
  }
  const high = Math.floor(value / 100_000_000)
  return writePadded(view, writeNatural(view, p, high), value - high * 100_000_000, 8)
}

/** The last `width` decimal digits of a non-negative integer below 2^53, zeros in front. */
export function writePadded(view: DataView, p: number, value: number, width: number): number {
  let rest = value
  let at = p + width
  while (at - p >= 4) {
    const high = Math.floor(rest / 10_000)
    at -= 4
    view.setUint32(at, DIGITS_4[rest - high * 10_000] as number, true)
    rest = high
  }
  while (at > p) {
    const high = Math.floor(rest / 10)
    at--
    view.setUint8(at, ZERO + rest - high * 10)
    rest = high
  }
  return p + width
}

/** An integer within 2^53. */
export function writeInteger(view: DataView, p: number, value: number): number {
  if (value >= 0) return writeNatural(view, p, value)
  view.setUint8(p, MINUS)
  return writeNatural(view, p + 1, -value)
}

/** An integer with at least `pad` digits. */
export function writePaddedInteger(view: DataView, p: number, value: number, pad: number): number {
  if (value < 0) {
    view.setUint8(p, MINUS)
    return writePaddedInteger(view, p + 1, -value, pad)
  }
  if (pad > 15 || value >= pow10(pad)) {
    let at = p
    for (let width = pad; width > 16; width--) view.setUint8(at++, ZERO)
    return pad > 15 ? writePadded(view, at, value, 16) : writeNatural(view, p, value)
  }
  return writePadded(view, p, value, pad)
}

/** An integer scaled by 10^scale, with all `scale` digits after the point; scale from 1 to 15. */
export function writeDecimal(view: DataView, p: number, value: number, scale: number): number {
  if (value < 0) {
    view.setUint8(p, MINUS)
    return writeDecimal(view, p + 1, -value, scale)
  }
  const unit = pow10(scale)
  let whole = Math.floor(value / unit)
  let rest = value - whole * unit
  if (rest < 0) {
    // The quotient of two doubles was rounded up to the next integer.
    whole--
    rest += unit
  }
  const at = writeNatural(view, p, whole)
  view.setUint8(at, POINT)
  if (scale !== 2) return writePadded(view, at + 1, rest, scale)
  view.setUint16(at + 1, DIGITS_2[rest] as number, true)
  return at + 3
}

function writeAscii(view: DataView, p: number, text: string): number {
  for (let k = 0; k < text.length; k++) view.setUint8(p + k, text.charCodeAt(k))
  return p + text.length
}

/** Digits up to here always are the shortest text of the double they give. */
const EXACT_DIGITS = 1e15
/** Beyond this many decimals the shortest text may have an exponent. */
const PLAIN_DECIMALS = 6

/**
 * The shortest text that gives the same double again, as JavaScript spells it. Values with few digits, as
 * `decimals` lets expect, are written without making a string.
 */
export function writeFloat(view: DataView, p: number, value: number, decimals: number): number {
  const unit = pow10(decimals)
  let scaled = Math.round(value * unit)
  const exact = decimals <= PLAIN_DECIMALS && Math.abs(scaled) < EXACT_DIGITS
  if (!exact || scaled / unit !== value) return writeAscii(view, p, String(value))
  let scale = decimals
  while (scale > 0 && scaled % 10 === 0) {
    scaled /= 10
    scale--
  }
  return scale === 0 ? writeInteger(view, p, scaled) : writeDecimal(view, p, scaled, scale)
}
