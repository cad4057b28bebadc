// Correlations of the normal variables behind columns, estimated from the pieces that rows have.

import type { LatentData } from './latent.ts'
import { rowScores } from './ordering.ts'
import { hermiteOf, latentCorrelation } from './scores.ts'

/** Nearer to 1 or -1 no correlation goes. */
const MOST = 1 - 1e-7

/**
 * Symmetric, row after row, ones on the diagonal; not always positive definite, since each pair is taken by itself, over
 * the rows that have both. 0 where nothing can be said.
 */
export function estimateCorrelations(latents: readonly LatentData[]): Float64Array {
  const count = latents.length
  const matrix = new Float64Array(count * count)
  const columns = latents.map((latent) => {
    const coefficients = hermiteOf(latent.mass)
    const variance = coefficients.reduce((sum, part) => sum + part * part, 0)
    return {
      ...{ latent, coefficients, variance, scores: rowScores(latent) },
      whole: !latent.pieces.includes(-1),
    }
  })
  for (const [i, a] of columns.entries()) {
    matrix[i * count + i] = 1
    for (let j = 0; j < i; j++) {
      const b = columns[j] as (typeof columns)[number]
      const seen = a.whole && b.whole ? meanProduct(a.scores, b.scores) : ofRowsWithBoth(a, b)
      const found = latentCorrelation(seen, a.coefficients, b.coefficients, MOST)
      matrix[i * count + j] = found
      matrix[j * count + i] = found
    }
  }
  return matrix
}

function meanProduct(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let row = 0; row < a.length; row++) sum += (a[row] as number) * (b[row] as number)
  return sum / a.length
}

type Column = { latent: LatentData; scores: Float64Array; variance: number }

/** Covariance over the rows with both, as it would be if these had the variances of all rows. */
function ofRowsWithBoth(a: Column, b: Column): number {
  let [n, sumA, sumB, squaresA, squaresB, products] = [0, 0, 0, 0, 0, 0]
  for (let row = 0; row < a.scores.length; row++) {
    if ((a.latent.pieces[row] as number) < 0 || (b.latent.pieces[row] as number) < 0) continue
    const [x, y] = [a.scores[row] as number, b.scores[row] as number]
    n++
    sumA += x
    sumB += y
    squaresA += x * x
    squaresB += y * y
    products += x * y
  }
  const spread = (n * squaresA - sumA * sumA) * (n * squaresB - sumB * sumB)
  if (n < 2 || !(spread > 1e-9)) return 0
  const correlation = (n * products - sumA * sumB) / Math.sqrt(spread)
  return correlation * Math.sqrt(a.variance * b.variance)
}
