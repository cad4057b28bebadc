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
    return { coefficients, variance, scores: rowScores(latent), present: presence(latent) }
  })
  for (const [i, a] of columns.entries()) {
    matrix[i * count + i] = 1
    for (let j = 0; j < i; j++) {
      const b = columns[j] as (typeof columns)[number]
      const whole = a.present === null && b.present === null
      const seen = whole ? meanProduct(a.scores, b.scores) : ofRowsWithBoth(a, b)
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

type Column = { present: Float64Array | null; scores: Float64Array; variance: number }

/** 1 where a row has the variable, else 0; null if all rows have. */
function presence({ pieces }: LatentData): Float64Array | null {
  if (!pieces.includes(-1)) return null
  const present = new Float64Array(pieces.length)
  for (let row = 0; row < present.length; row++) present[row] = Number((pieces[row] as number) >= 0)
  return present
}

/** Covariance over the rows with both, as it would be if these had the variances of all rows. */
function ofRowsWithBoth(a: Column, b: Column): number {
  const ones = new Float64Array(a.scores.length).fill(1)
  const [hasA, hasB] = [a.present ?? ones, b.present ?? ones]
  let [n, sumA, sumB, squaresA, squaresB, products] = [0, 0, 0, 0, 0, 0]
  for (let row = 0; row < ones.length; row++) {
    const x = (a.scores[row] as number) * (hasB[row] as number)
    const y = (b.scores[row] as number) * (hasA[row] as number)
    n += (hasA[row] as number) * (hasB[row] as number)
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
