// What a second real sample would score: the scores of one half of the real table against the other, and what they
// would be for as many rows as are compared.

import { createSeededRandom, shuffled } from '#engine/random/seeded-random.ts'
import { detectSynthetic } from './detection.ts'
import { type Measured, takeMeasured } from './measured.ts'
import type { Pause } from './pause.ts'
import { scoreShapes } from './shapes.ts'
import { scoreTrendsInSteps } from './trends.ts'

/** Null where the real table has too few rows to be parted. */
export type Ceiling = {
  shapes: number | null
  trends: number | null
  trends_thresholded: number | null
  detection_auc: number | null
}

/** Noise falls with a power of the rows: a half where all counts are large, less where most cells are all but empty. */
const EXPONENT_MIN = 0.05
const EXPONENT_MAX = 0.5

/**
 * The losses of halves and of quarters say how fast noise falls with rows (by their root where all counts are large,
 * slower where cells are many), and so what is left of it at the rows that are compared.
 */
export async function measureCeiling(
  real: Measured,
  syntheticRows: number,
  { seed, pause, rowsMax }: { seed: number; pause: Pause; rowsMax: number },
): Promise<Ceiling> {
  const [a, b] = partRows(real, seed)
  const part = (half: Measured): Measured => takeMeasured(half, firstRows(half, half.rows >> 1))
  const halves = await scoresOf(a, b, pause)
  const quarters = await scoresOf(part(a), part(b), pause)
  const noise = (n: number, m: number): number => 1 / n + 1 / m
  const less = noise(real.rows, Math.max(1, syntheticRows)) / noise(a.rows, b.rows)
  const scores = halves.map((score, at) => extrapolated(score, quarters[at] ?? null, less))
  const [shapes = null, trends = null, thresholded = null] = scores
  const some = (half: Measured): Measured => takeMeasured(half, firstRows(half, rowsMax))
  const detection = await detectSynthetic(some(a), some(b), { seed, pause })
  return {
    shapes,
    trends,
    trends_thresholded: thresholded,
    detection_auc: detection.boosted_trees.auc,
  }
}

function firstRows({ rows }: Measured, most: number): Int32Array {
  return Int32Array.from({ length: Math.min(rows, most) }, (_, row) => row)
}

/** In random order, so that the first rows of a half are a sample of it. */
function partRows(table: Measured, seed: number): [Measured, Measured] {
  const order = shuffled(table.rows, createSeededRandom(seed, 'halves of the ceiling'))
  const middle = table.rows >> 1
  return [takeMeasured(table, order.slice(0, middle)), takeMeasured(table, order.slice(middle))]
}

async function scoresOf(a: Measured, b: Measured, pause: Pause): Promise<(number | null)[]> {
  const trends = await scoreTrendsInSteps(a, b, pause)
  return [scoreShapes(a, b).score, trends.score, trends.thresholded]
}

/** `less` is by what the sum of the inverse rows changes from the halves to the tables that are compared. */
function extrapolated(half: number | null, quarter: number | null, less: number): number | null {
  if (half === null) return null
  const [loss, more] = [1 - half, 1 - (quarter ?? half)]
  if (loss <= 0) return half
  const exponent = Math.log2(Math.max(more, 1e-12) / loss)
  return 1 - Math.min(1, loss * less ** Math.min(EXPONENT_MAX, Math.max(EXPONENT_MIN, exponent)))
}
