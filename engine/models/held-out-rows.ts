// Which rows a network learns, and which say how good it is.

import { createSeededRandom, shuffled } from '#engine/random/seeded-random.ts'

const HELD_OUT_SHARE = 0.1

/** Numbers of rows in random order: a tenth is held out, at most `most`; a single row is both. */
export function holdOutRows(rows: number, seed: number, most: number) {
  const order = shuffled(rows, createSeededRandom(seed, 'held-out rows'))
  const count = Math.min(most, Math.ceil(rows * HELD_OUT_SHARE))
  return { train: order.subarray(rows > 1 ? count : 0), holdout: order.subarray(0, count) }
}
