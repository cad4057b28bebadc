// Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as
// easy as 1, 2, 3" (2011). Plain 32-bit integer operations: the same bits on every engine and machine.

const MULTIPLIER_0 = 0xd2511f53
const MULTIPLIER_1 = 0xcd9e8d57
const WEYL_0 = 0x9e3779b9
const WEYL_1 = 0xbb67ae85
const ROUNDS = 10

export const PHILOX = { MULTIPLIER_0, MULTIPLIER_1, WEYL_0, WEYL_1, ROUNDS } as const

/** The planes that a fill reads (row words) and writes (output words): one entry per row. */
export type Planes = {
  readonly rowLow: Uint32Array
  readonly rowHigh: Uint32Array
  readonly words: readonly [Uint32Array, Uint32Array, Uint32Array, Uint32Array]
}

/** High 32 bits of the 64-bit product of two 32-bit words. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff
  const aHigh = a >>> 16
  const bLow = b & 0xffff
  const bHigh = b >>> 16
  const lowHigh = Math.imul(aLow, bHigh)
  const highLow = Math.imul(aHigh, bLow)
  const middle = (Math.imul(aLow, bLow) >>> 16) + (lowHigh & 0xffff) + (highLow & 0xffff)
  return (Math.imul(aHigh, bHigh) + (lowHigh >>> 16) + (highLow >>> 16) + (middle >>> 16)) | 0
}

/**
 * For each of the first `n` rows of the planes: one 128-bit block of counter (row low, row high, draw,
 * ordinal) under key (k0, k1).
 */
export function philoxFill(
  planes: Planes,
  n: number,
  k0: number,
  k1: number,
  draw: number,
  ordinal: number,
): void {
  const [w0, w1, w2, w3] = planes.words
  for (let i = 0; i < n; i++) {
    let x0 = planes.rowLow[i] as number
    let x1 = planes.rowHigh[i] as number
    let x2 = draw
    let x3 = ordinal
    let a = k0
    let b = k1
    for (let round = 0; round < ROUNDS; round++) {
      const high0 = multiplyHigh(MULTIPLIER_0, x0)
      const low0 = Math.imul(MULTIPLIER_0, x0)
      const high1 = multiplyHigh(MULTIPLIER_1, x2)
      const low1 = Math.imul(MULTIPLIER_1, x2)
      x0 = high1 ^ x1 ^ a
      x1 = low1
      x2 = high0 ^ x3 ^ b
      x3 = low0
      a = (a + WEYL_0) | 0
      b = (b + WEYL_1) | 0
    }
    w0[i] = x0
    w1[i] = x1
    w2[i] = x2
    w3[i] = x3
  }
}
