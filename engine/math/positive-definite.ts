// Correlation matrices: the nearest positive definite one, and its Cholesky factor. Matrices are row after row.

import { symmetricEigen } from './symmetric-eigen.ts'

const FLOOR = 1e-8

/**
 * The nearest correlation matrix whose eigenvalues are at least about 1e-8: alternating projections with Dykstra's
 * correction (Higham 2002), at most `steps` of them, then scaled to ones on the diagonal. One that is already so
 * is returned unchanged.
 */
export function nearestCorrelation(matrix: Float64Array, n: number, steps: number): Float64Array {
  if (cholesky(matrix, n) !== null) return matrix
  let current = matrix
  let correction = new Float64Array(n * n)
  for (let step = 0; step < steps; step++) {
    const shifted = current.map((value, at) => value - (correction[at] as number))
    const projected = withFloor(shifted, n)
    correction = projected.map((value, at) => value - (shifted[at] as number))
    current = projected.slice()
    for (let i = 0; i < n; i++) current[i * n + i] = 1
    if (largestDifference(current, projected) < 1e-9) break
  }
  return unitDiagonal(withFloor(current, n), n)
}

/** With eigenvalues raised to the floor: what is missing is added, vector by vector. */
function withFloor(matrix: Float64Array, n: number): Float64Array {
  const { values, vectors } = symmetricEigen(matrix, n)
  const raised = matrix.slice()
  for (let k = 0; k < n; k++) {
    const missing = FLOOR - (values[k] as number)
    if (missing <= 0) continue
    const vector = vectors.subarray(k * n, (k + 1) * n)
    for (let i = 0; i < n; i++) {
      const weight = missing * (vector[i] as number)
      for (let j = 0; j <= i; j++)
        raised[i * n + j] = (raised[i * n + j] as number) + weight * (vector[j] as number)
    }
  }
  return mirrored(raised, n)
}

/** The lower triangle above the diagonal too: rounding leaves both halves equal. */
function mirrored(matrix: Float64Array, n: number): Float64Array {
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++) matrix[j * n + i] = matrix[i * n + j] as number
  return matrix
}

function largestDifference(a: Float64Array, b: Float64Array): number {
  return a.reduce((most, value, at) => Math.max(most, Math.abs(value - (b[at] as number))), 0)
}

function unitDiagonal(matrix: Float64Array, n: number): Float64Array {
  const roots = Float64Array.from({ length: n }, (_, i) => Math.sqrt(matrix[i * n + i] as number))
  return matrix.map((value, at) => {
    const [i, j] = [Math.floor(at / n), at % n]
    return i === j ? 1 : value / ((roots[i] as number) * (roots[j] as number))
  })
}

/** The lower triangle whose product with its transpose is the matrix; null where that is not positive definite. */
export function cholesky(matrix: Float64Array, n: number): Float64Array | null {
  const lower = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j] as number
      for (let k = 0; k < j; k++) sum -= (lower[i * n + k] as number) * (lower[j * n + k] as number)
      if (i === j && !(sum > FLOOR / 100)) return null
      lower[i * n + j] = i === j ? Math.sqrt(sum) : sum / (lower[j * n + j] as number)
    }
  return lower
}
