// 64-bit integers out of doubles, without BigInt.

const TWO_POW_21 = 2_097_152
const TWO_POW_32 = 4_294_967_296

/**
 * Stores `value * factor` at p, little-endian: exact for |value| < 2^53 and, where `factor` is not 1, for
 * |value| < 2^38 and factor < 2^20.
 */
export function putInt64(view: DataView, p: number, value: number, factor: number): void {
  if (factor === 1) {
    view.setInt32(p, value | 0, true)
    view.setInt32(p + 4, Math.floor(value / TWO_POW_32), true)
    return
  }
  // value = high * 2^21 + low; the products of both with the factor are exact.
  const high = Math.floor(value / TWO_POW_21)
  const upper = high * factor
  const lower = (value - high * TWO_POW_21) * factor + (upper & 2047) * TWO_POW_21
  view.setUint32(p, lower % TWO_POW_32, true)
  view.setInt32(p + 4, Math.floor(upper / 2048) + Math.floor(lower / TWO_POW_32), true)
}
