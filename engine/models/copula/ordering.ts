// The order of levels: that in which they go together with the other columns best, so that one number, their place,
// says most of what the others depend on.

import { type LatentData, reordered } from './latent.ts'
import { scoresOf } from './scores.ts'

const SWEEPS = 3
const POWER_STEPS = 30
/** Rows of its own that a level's place weighs as much as its being in the middle. */
const PRIOR_ROWS = 8

/** The score of each row's piece; 0, the mean, where it has none. */
export function rowScores({ mass, pieces }: LatentData): Float64Array {
  const scores = scoresOf(mass)
  const found = new Float64Array(pieces.length)
  for (let row = 0; row < pieces.length; row++) {
    const piece = pieces[row] as number
    if (piece >= 0) found[row] = scores[piece] as number
  }
  return found
}

/**
 * Levels by the leading component of the other variables' mean scores: optimal scaling by alternating least squares
 * (Young, Takane and de Leeuw 1978), one column after another, `SWEEPS` times. Other variables stay as they are.
 */
export function orderLevels(latents: readonly LatentData[]): LatentData[] {
  const found = [...latents]
  const scores = found.map(rowScores)
  for (let sweep = 0; sweep < SWEEPS; sweep++)
    for (const [at, latent] of found.entries()) {
      if (latent.of !== 'level' || latent.mass.length < 3) continue
      const others = scores.filter((_, other) => other !== at)
      const places = leadingPlaces(latent, others)
      const order = [...latent.mass.keys()].sort(
        (a, b) => (places[a] as number) - (places[b] as number) || a - b,
      )
      const next = reordered(latent, order)
      found[at] = next
      scores[at] = rowScores(next)
    }
  return found
}

/** One number per level. */
function leadingPlaces(
  { mass, pieces }: LatentData,
  others: readonly Float64Array[],
): Float64Array {
  const means = others.map((scores) => meansOf(mass, pieces, scores))
  let direction = means.map((column) => weightedSquares(column, mass))
  let places = new Float64Array(mass.length)
  for (let step = 0; step < POWER_STEPS; step++) {
    places = new Float64Array(mass.length)
    for (const [other, column] of means.entries())
      for (let level = 0; level < places.length; level++)
        places[level] =
          (places[level] as number) + (direction[other] as number) * (column[level] as number)
    direction = means.map((column) => weightedProducts(column, places, mass))
    const norm = Math.sqrt(direction.reduce((sum, part) => sum + part * part, 0))
    if (norm === 0) break
    direction = direction.map((part) => part / norm)
  }
  return places
}

function meansOf(mass: Float64Array, pieces: Int32Array, scores: Float64Array): Float64Array {
  const sums = new Float64Array(mass.length)
  const rows = pieces.length
  for (let row = 0; row < rows; row++) {
    const piece = pieces[row] as number
    if (piece >= 0) sums[piece] = (sums[piece] as number) + (scores[row] as number)
  }
  return sums.map((sum, piece) => sum / ((mass[piece] as number) * rows + PRIOR_ROWS))
}

function weightedProducts(a: Float64Array, b: Float64Array, mass: Float64Array): number {
  let sum = 0
  for (let at = 0; at < a.length; at++)
    sum += (a[at] as number) * (b[at] as number) * (mass[at] as number)
  return sum
}

const weightedSquares = (a: Float64Array, mass: Float64Array): number =>
  weightedProducts(a, a, mass)
