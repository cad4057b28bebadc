// A Gaussian copula of mixed columns: normal variables with a correlation matrix, seen through the pieces of their
// columns. Fitted in one pass, without iterations over the data.

import { nearestCorrelation } from '#engine/math/positive-definite.ts'
import { createSeededRandom, shuffled } from '#engine/random/seeded-random.ts'
import type { Target } from '../sampled.ts'
import { estimateCorrelations } from './correlation.ts'
import { type Latent, type LatentData, latentsOf } from './latent.ts'
import { orderLevels } from './ordering.ts'

export type Copula = {
  latents: readonly Latent[]
  /** Positive definite, row after row, in the order of the latents. */
  correlation: Float64Array
}

/**
 * Rows that dependences are estimated from: with the most their standard error is .003, with the least .01. In between, as
 * many as let all pairs of variables have their time.
 */
const ROWS = { least: 10_000, most: 100_000, perPairs: 1e9 }
/** Steps towards a positive definite matrix: what their time allows. */
const PROJECTIONS = { least: 1, most: 100, perCube: 1e8 }

const bounded = (wanted: number, { least, most }: { least: number; most: number }): number =>
  Math.min(most, Math.max(least, Math.floor(wanted)))

/** Marginals are of all rows, dependences of `ROWS`, chosen by the seed. */
export function fitCopula(targets: readonly Target[], { seed }: { seed: number }): Copula {
  const all = targets.flatMap((target, index) => latentsOf(target, index))
  const ordered = orderLevels(someRows(all, seed))
  const correlation = nearestCorrelation(
    estimateCorrelations(ordered),
    ordered.length,
    bounded(PROJECTIONS.perCube / ordered.length ** 3, PROJECTIONS),
  )
  const latents = ordered.map(({ target, of, from, to, mass }) => ({ target, of, from, to, mass }))
  return { latents, correlation }
}

function someRows(latents: LatentData[], seed: number): LatentData[] {
  const rows = latents[0]?.pieces.length ?? 0
  const most = bounded(ROWS.perPairs / latents.length ** 2, ROWS)
  if (rows <= most) return latents
  const chosen = shuffled(rows, createSeededRandom(seed, 'copula rows')).subarray(0, most)
  return latents.map((latent) => {
    return { ...latent, pieces: chosen.map((row) => latent.pieces[row] as number) }
  })
}
