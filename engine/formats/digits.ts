// Numbers as decimal and hexadecimal digits, written straight into memory. Every function returns the
// position after what it wrote and may store up to eight bytes beyond it. Column writers take array and
// index rather than the value: a double handed from function to function may cost an allocation.

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
export const DIGITS_4 = Int32Array.from(
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
export const HEX_4 = new Int32Array(65_536)
for (let value = 0; value < HEX_4.length; value++) {
  HEX_4[value] = (HEX_2[value >>> 8] as number) | ((HEX_2[value & 255] as number) << 16)
}

/** 0 .. 9999 without leading zeros. */
function writeSmall(view: DataView, p: number, value: number): number {
  const digits = DIGITS_4[value] as number
  if (value >= 1000) {
    view.setInt32(p, digits, true)
    return p + 4
  }
  const width = value < 100 ? (value < 10 ? 1 : 2) : 3
  view.setInt32(p, digits >> (32 - 8 * width), true)
  return p + width
}

/** 0 .. 99,999,999 without leading zeros. */
function writeMiddle(view: DataView, p: number, value: number): number {
  if (value < 10_000) return writeSmall(view, p, value)
  const high = (value / 10_000) | 0
  const at = writeSmall(view, p, high)
  view.setInt32(at, DIGITS_4[value - high * 10_000] as number, true)
  return at + 4
}

/** A non-negative integer below 2^53 without leading zeros. */
function writeNatural(view: DataView, p: number, value: number): number {
  if (value < 100_000_000) return writeMiddle(view, p, value | 0)
  const high = Math.floor(value / 100_000_000)
  const at = writeMiddle(view, p, high | 0)
  return writePadded(view, at, value - high * 100_000_000, 8)
}

/** The last `width` decimal digits of a non-negative integer below 2^53, zeros in front. */
function writePadded(view: DataView, p: number, value: number, width: number): number {
  let rest = value
  let at = p + width
  while (at - p >= 4) {
    const high = Math.floor(rest / 10_000)
    at -= 4
    view.setInt32(at, DIGITS_4[(rest - high * 10_000) | 0] as number, true)
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

function writeSigned(view: DataView, p: number, value: number): number {
  if (value >= 0) return writeNatural(view, p, value)
  view.setUint8(p, MINUS)
  return writeNatural(view, p + 1, -value)
}

/** Entry i, an integer within 2^53. */
export function writeInteger(view: DataView, p: number, values: Float64Array, i: number): number {
  return writeSigned(view, p, values[i] as number)
}

function writeWide(view: DataView, p: number, value: number, pad: number): number {
  if (pad <= 15) {
    return value >= pow10(pad) ? writeNatural(view, p, value) : writePadded(view, p, value, pad)
  }
  let at = p
  for (let width = pad; width > 16; width--) view.setUint8(at++, ZERO)
  return writePadded(view, at, value, 16)
}

/** Entry i, an integer, with at least `pad` digits. */
export function writePaddedInteger(
  view: DataView,
  p: number,
  values: Float64Array,
  i: number,
  pad: number,
): number {
  const value = values[i] as number
  if (value >= 0) return writeWide(view, p, value, pad)
  view.setUint8(p, MINUS)
  return writeWide(view, p + 1, -value, pad)
}

/** Integers up to here are worth the two-decimals path in 32 bits. */
const SMALL_MONEY = 2_000_000_000

function writeMoney(view: DataView, p: number, value: number): number {
  const whole = (value / 100) | 0
  const at = whole < 10_000 ? writeSmall(view, p, whole) : writeMiddle(view, p, whole)
  view.setUint8(at, POINT)
  view.setUint16(at + 1, DIGITS_2[value - whole * 100] as number, true)
  return at + 3
}

function writeScaled(view: DataView, p: number, value: number, scale: number): number {
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
  return writePadded(view, at + 1, rest, scale)
}

/** Entry i, an integer scaled by 10^scale, with all digits after the point; scale from 1 to 15. */
export function writeDecimal(
  view: DataView,
  p: number,
  values: Float64Array,
  i: number,
  scale: number,
): number {
  const value = values[i] as number
  if (scale === 2 && value >= 0 && value < SMALL_MONEY) return writeMoney(view, p, value | 0)
  if (value >= 0) return writeScaled(view, p, value, scale)
  view.setUint8(p, MINUS)
  return writeScaled(view, p + 1, -value, scale)
}

function writeAscii(view: DataView, p: number, text: string): number {
  for (let k = 0; k < text.length; k++) view.setUint8(p + k, text.charCodeAt(k))
  return p + text.length
}

/** Digits up to here always are the shortest text of the double they give. */
const EXACT_DIGITS = 1e15
/** Beyond this many decimals the shortest text may have an exponent. */
const PLAIN_DECIMALS = 6

function writeTrimmed(view: DataView, p: number, value: number, decimals: number): number {
  let scaled = Math.abs(value)
  let scale = decimals
  let at = p
  if (value < 0) view.setUint8(at++, MINUS)
  while (scale > 0 && scaled % 10 === 0) {
    scaled /= 10
    scale--
  }
  return scale === 0 ? writeNatural(view, at, scaled) : writeScaled(view, at, scaled, scale)
}

/**
 * Entry i as the shortest text that gives the same double again, as JavaScript spells it. Values with few
 * digits, as `decimals` lets expect, are written without making a string.
 */
export function writeFloat(
  view: DataView,
  p: number,
  values: Float64Array,
  i: number,
  decimals: number,
): number {
  const value = values[i] as number
  const unit = pow10(decimals)
  const scaled = Math.round(value * unit)
  const exact = decimals <= PLAIN_DECIMALS && Math.abs(scaled) < EXACT_DIGITS
  if (exact && scaled / unit === value) return writeTrimmed(view, p, scaled, decimals)
  return writeAscii(view, p, String(value))
}
