// What a second real sample would score: the scores of one half of the real table against the other, and what they
// would be for as many rows as are compared.

import { detectSynthetic } from './detection.ts'
import { drawRows } from './folds.ts'
import { type Measured, takeMeasured } from './measured.ts'
import type { Pause } from './pause.ts'
import { scoreShapes } from './shapes.ts'
import { scoreTrends } from './trends.ts'

/** Null where the real table has too few rows to be parted. */
export type Ceiling = {
  shapes: number | null
  trends: number | null
  trends_thresholded: number | null
  detection_auc: number | null
}

/** Shares and distribution functions are off by the root of 1/n + 1/m, so the halves' loss is scaled by it. */
export async function measureCeiling(
  real: Measured,
  syntheticRows: number,
  { seed, pause, rowsMax }: { seed: number; pause: Pause; rowsMax: number },
): Promise<Ceiling> {
  const order = drawRows(real.rows, Math.floor(real.rows / 2), seed, 'halves of the ceiling')
  const isFirst = new Uint8Array(real.rows)
  for (const row of order) isFirst[row] = 1
  const others = Int32Array.from({ length: real.rows }, (_, row) => row).filter(
    (row) => !isFirst[row],
  )
  const [a, b] = [takeMeasured(real, order), takeMeasured(real, others)]
  const noise = (n: number, m: number): number => Math.sqrt(1 / n + 1 / m)
  const scale = noise(real.rows, Math.max(1, syntheticRows)) / noise(a.rows, b.rows)
  const scaled = (score: number | null): number | null =>
    score === null ? null : Math.max(0, 1 - (1 - score) * scale)
  await pause()
  const shapes = scoreShapes(a, b)
  await pause()
  const trends = scoreTrends(a, b)
  const some = (half: Measured, purpose: string): Measured =>
    takeMeasured(half, drawRows(half.rows, rowsMax, seed, purpose))
  const detection = await detectSynthetic(some(a, 'ceiling a'), some(b, 'ceiling b'), {
    seed,
    pause,
  })
  return {
    shapes: scaled(shapes.score),
    trends: scaled(trends.score),
    trends_thresholded: scaled(trends.thresholded),
    detection_auc: detection.boosted_trees.auc,
  }
}
