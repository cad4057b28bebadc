// Correlation matrices: the nearest positive definite one, and its Cholesky factor. Matrices are row after row.

const FLOOR = 1e-8
const SWEEPS_MOST = 30

/** Eigenvalues, and eigenvectors as columns, of a symmetric matrix: cyclic rotations (Jacobi 1846). */
export function eigenOf(matrix: Float64Array, n: number) {
  const a = matrix.slice()
  const vectors = identity(n)
  for (let sweep = 0; sweep < SWEEPS_MOST; sweep++) {
    let off = 0
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off += (a[p * n + q] as number) ** 2
    if (off < 1e-22 * n) break
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, vectors, n, p, q)
  }
  return { values: Float64Array.from({ length: n }, (_, i) => a[i * n + i] as number), vectors }
}

function identity(n: number): Float64Array {
  const matrix = new Float64Array(n * n)
  for (let i = 0; i < n; i++) matrix[i * n + i] = 1
  return matrix
}

/** Makes the element (p, q) zero. */
function rotate(a: Float64Array, vectors: Float64Array, n: number, p: number, q: number): void {
  const apq = a[p * n + q] as number
  if (apq === 0) return
  const theta = ((a[q * n + q] as number) - (a[p * n + p] as number)) / (2 * apq)
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
  const c = 1 / Math.sqrt(t * t + 1)
  const s = t * c
  for (let k = 0; k < n; k++) turn(a, k * n + p, k * n + q, c, s)
  for (let k = 0; k < n; k++) turn(a, p * n + k, q * n + k, c, s)
  for (let k = 0; k < n; k++) turn(vectors, k * n + p, k * n + q, c, s)
}

function turn(values: Float64Array, at: number, other: number, c: number, s: number): void {
  const [x, y] = [values[at] as number, values[other] as number]
  values[at] = c * x - s * y
  values[other] = s * x + c * y
}

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

function withFloor(matrix: Float64Array, n: number): Float64Array {
  const { values, vectors } = eigenOf(matrix, n)
  const result = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0
      for (let k = 0; k < n; k++)
        sum +=
          (vectors[i * n + k] as number) *
          (vectors[j * n + k] as number) *
          Math.max(values[k] as number, FLOOR)
      result[i * n + j] = sum
      result[j * n + i] = sum
    }
  return result
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
