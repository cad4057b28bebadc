// Which rows a training step reads.

import { createSeededRandom, shuffled } from '#engine/random/seeded-random.ts'

const STEPS_LEAST = 20

/** Of whole batches; a small table makes epochs of several passes. */
export function stepsPerEpoch(rows: number, batchRows: number): number {
  return Math.max(STEPS_LEAST, Math.floor(rows / batchRows))
}

/** Rows of a step: each epoch has all rows in an order of its own; what does not fill a batch waits for another. */
export function createRowOrder(
  rows: number,
  batchRows: number,
  seed: number,
): (step: number) => Int32Array {
  const perEpoch = Math.max(1, Math.floor(rows / batchRows))
  let epoch = -1
  let order: Int32Array = new Int32Array(0)
  return (step) => {
    const wanted = Math.floor(step / perEpoch)
    if (wanted !== epoch)
      order = shuffled(rows, createSeededRandom(seed, `rows of epoch ${wanted}`))
    epoch = wanted
    const from = (step % perEpoch) * batchRows
    if (rows >= batchRows) return order.subarray(from, from + batchRows)
    return Int32Array.from({ length: batchRows }, (_, i) => order[i % rows] as number)
  }
}
