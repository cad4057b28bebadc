// Uniform numbers from random words.

const TWO_POW_32 = 4_294_967_296
const INVERSE_TWO_POW_32 = 1 / TWO_POW_32
const INVERSE_TWO_POW_53 = 1 / 9_007_199_254_740_992

/** Counts up to this draw from 32 bits (relative bias below 2^-16), larger ones from 53. */
export const NARROW_COUNT = 65_536

/** A double in [0, 1) with 53 random bits. */
export function unitOf(high: number, low: number): number {
  return ((high >>> 5) * 67_108_864 + (low >>> 6)) * INVERSE_TWO_POW_53
}

/** `unitOf` the n words from `from` on, into the first of `out`. */
export function fillUnits(
  out: Float64Array,
  high: Uint32Array,
  low: Uint32Array,
  from: number,
  n: number,
): void {
  for (let i = 0; i < n; i++) out[i] = unitOf(high[from + i] as number, low[from + i] as number)
}

/** A double in (0, 1), symmetric about 1/2: 52 random bits and a half. */
export function openUnitOf(high: number, low: number): number {
  return ((high >>> 6) * 67_108_864 + (low >>> 6) + 0.5) * (2 * INVERSE_TWO_POW_53)
}

/** `out[i]` uniform in 0 .. count-1 from one word; for counts up to `NARROW_COUNT`. */
export function fillNarrow(
  out: Float64Array | Int32Array,
  words: Uint32Array,
  n: number,
  count: number,
): void {
  const factor = count * INVERSE_TWO_POW_32
  for (let i = 0; i < n; i++) out[i] = ((words[i] as number) * factor) | 0
}

/** `out[i]` uniform in 0 .. count-1 from two words; for counts up to 2^53. */
export function fillWide(
  out: Float64Array | Int32Array,
  high: Uint32Array,
  low: Uint32Array,
  n: number,
  count: number,
): void {
  for (let i = 0; i < n; i++) {
    const value = Math.floor(unitOf(high[i] as number, low[i] as number) * count)
    out[i] = value < count ? value : count - 1
  }
}

/**
 * 1 where a word is below the threshold (0 to 2^32), else 0. Arithmetic instead of a branch, which a
 * processor could only guess at.
 */
export function below(word: number, threshold: number): number {
  return 0 - Math.floor((word - threshold) * INVERSE_TWO_POW_32)
}

/** `out[i]` 1 where the word is below the threshold (an integer from 0 to 2^32), else 0: `below` in 32-bit integers. */
export function fillBelow(out: Uint8Array, words: Uint32Array, n: number, threshold: number): void {
  if (threshold === TWO_POW_32) {
    out.fill(1, 0, n)
    return
  }
  const limit = threshold | 0
  for (let i = 0; i < n; i++) {
    const word = (words[i] as number) | 0
    // The borrow of word - limit, both unsigned.
    out[i] = ((~word & limit) | ((~word | limit) & ((word - limit) | 0))) >>> 31
  }
}

/** The word below which a draw of probability `p` is true. */
export function wordThreshold(p: number): number {
  return Math.ceil(p * TWO_POW_32)
}
