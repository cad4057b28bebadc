// A Gaussian copula of mixed columns: normal variables with a correlation matrix, seen through the pieces of their
// columns. Fitted in one pass, without iterations over the data.

import type { Target } from '../sampled.ts'
import { createSeededRandom, shuffled } from '../seeded-random.ts'
import { estimateCorrelations } from './correlation.ts'
import { type Latent, type LatentData, latentsOf } from './latent.ts'
import { orderLevels } from './ordering.ts'
import { nearestCorrelation } from './positive-definite.ts'

export type Copula = {
  latents: readonly Latent[]
  /** Positive definite, row after row, in the order of the latents. */
  correlation: Float64Array
}

/** Dependences are estimated from this many rows at most: their standard error is then .003. */
const ROWS_MOST = 100_000
/** Projections towards a positive definite matrix: what their time allows. */
const projections = (count: number): number => (count <= 100 ? 50 : 1)

/** Marginals of all rows, dependences of at most `ROWS_MOST`, chosen by the seed. */
export function fitCopula(targets: readonly Target[], { seed }: { seed: number }): Copula {
  const all = targets.flatMap((target, index) => latentsOf(target, index))
  const ordered = orderLevels(someRows(all, seed))
  const correlation = nearestCorrelation(
    estimateCorrelations(ordered),
    ordered.length,
    projections(ordered.length),
  )
  const latents = ordered.map(({ target, of, from, to, mass }) => ({ target, of, from, to, mass }))
  return { latents, correlation }
}

function someRows(latents: LatentData[], seed: number): LatentData[] {
  const rows = latents[0]?.pieces.length ?? 0
  if (rows <= ROWS_MOST) return latents
  const chosen = shuffled(rows, createSeededRandom(seed, 'copula rows')).subarray(0, ROWS_MOST)
  return latents.map((latent) => {
    return { ...latent, pieces: chosen.map((row) => latent.pieces[row] as number) }
  })
}
