// Eigenvalues and eigenvectors of symmetric matrices: reflections to three diagonals (Householder 1958), then implicit
// QL steps (Dubrulle, Martin and Wilkinson, "The implicit QL algorithm", 1968). From + - * / and roots alone.

export type Eigen = {
  /** In no order. */
  values: Float64Array
  /** Row after row, the vector of each value, of length 1. */
  vectors: Float64Array
}

/** QL steps per value; it takes fewer than three in practice. */
const STEPS_MOST = 60
/** After so many, what is nothing beside the largest elements is: among noise around zero nothing is small to its neighbours. */
const STEPS_EXACT = 30
const EPSILON = 2 ** -52
/** Smaller elements beside the diagonal are zeros, however small the matrix: their squares would be. */
const NOTHING = 1e-140

/** Of an n by n matrix, row after row, both triangles filled. Throws where it holds a number that is not finite. */
export function symmetricEigen(matrix: Float64Array, n: number): Eigen {
  const { diagonal, beside, vectors } = tridiagonal(matrix.slice(), n)
  const noise = EPSILON * largestOf(diagonal, beside)
  for (let at = 0; at < n; at++) {
    let steps = 0
    for (let end = splitAfter(diagonal, beside, at, NOTHING); end > at; ) {
      if (steps++ === STEPS_MOST) throw new Error('eigenvalues of what is no matrix of numbers')
      qlStep({ diagonal, beside, vectors }, at, end)
      end = splitAfter(diagonal, beside, at, steps < STEPS_EXACT ? NOTHING : noise)
    }
  }
  return { values: diagonal, vectors }
}

type Tridiagonal = { diagonal: Float64Array; beside: Float64Array; vectors: Float64Array }

/** `vectors` is the orthogonal matrix that leads there, transposed. Overwrites the matrix. */
function tridiagonal(a: Float64Array, n: number): Tridiagonal {
  const vectors = new Float64Array(n * n)
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1
  const beside = new Float64Array(n)
  for (let k = 0; k + 2 < n; k++) {
    const mirror = mirrorOf(a.subarray(k * n + k + 1, (k + 1) * n))
    beside[k] = mirror.length
    if (mirror.factor === 0) continue
    reflectBoth(a, n, k + 1, mirror)
    reflectRows(vectors, n, k + 1, mirror)
  }
  if (n > 1) beside[n - 2] = a[(n - 2) * n + n - 1] as number
  const diagonal = Float64Array.from({ length: n }, (_, i) => a[i * n + i] as number)
  return { diagonal, beside, vectors }
}

/** Maps x to (length, 0, 0, ...): I - factor * direction * direction'. */
type Mirror = { direction: Float64Array; factor: number; length: number }

function mirrorOf(x: Float64Array): Mirror {
  const direction = x.slice()
  const first = x[0] as number
  let rest = 0
  for (let i = 1; i < x.length; i++) rest += (x[i] as number) ** 2
  if (rest < NOTHING ** 2) return { direction, factor: 0, length: first }
  const norm = Math.sqrt(first * first + rest)
  const length = first > 0 ? -norm : norm
  const head = first - length
  direction[0] = head
  return { direction, factor: 2 / (head * head + rest), length }
}

/** From both sides, in the rows and columns from `from` on. */
function reflectBoth(
  a: Float64Array,
  n: number,
  from: number,
  { direction: v, factor }: Mirror,
): void {
  const size = n - from
  const w = new Float64Array(size)
  let dot = 0
  for (let i = 0; i < size; i++) {
    const row = (from + i) * n + from
    let sum = 0
    for (let j = 0; j < size; j++) sum += (a[row + j] as number) * (v[j] as number)
    w[i] = factor * sum
    dot += factor * sum * (v[i] as number)
  }
  for (let i = 0; i < size; i++) w[i] = (w[i] as number) - (factor / 2) * dot * (v[i] as number)
  for (let i = 0; i < size; i++) {
    const row = (from + i) * n + from
    const [p, q] = [v[i] as number, w[i] as number]
    for (let j = 0; j < size; j++)
      a[row + j] = (a[row + j] as number) - p * (w[j] as number) - q * (v[j] as number)
  }
}

function reflectRows(
  a: Float64Array,
  n: number,
  from: number,
  { direction: v, factor }: Mirror,
): void {
  const sums = new Float64Array(n)
  for (let i = 0; i < v.length; i++) {
    const [row, weight] = [(from + i) * n, factor * (v[i] as number)]
    for (let j = 0; j < n; j++) sums[j] = (sums[j] as number) + weight * (a[row + j] as number)
  }
  for (let i = 0; i < v.length; i++) {
    const [row, weight] = [(from + i) * n, v[i] as number]
    for (let j = 0; j < n; j++) a[row + j] = (a[row + j] as number) - weight * (sums[j] as number)
  }
}

function largestOf(diagonal: Float64Array, beside: Float64Array): number {
  return diagonal.reduce(
    (most, value, i) => Math.max(most, Math.abs(value) + Math.abs(beside[i] as number)),
    NOTHING,
  )
}

/** The first place from `at` on whose neighbour to the right is as good as zero: at most `nothing`, or to its own. */
function splitAfter(
  diagonal: Float64Array,
  beside: Float64Array,
  at: number,
  nothing: number,
): number {
  let end = at
  while (end < diagonal.length - 1) {
    const size = Math.abs(diagonal[end] as number) + Math.abs(diagonal[end + 1] as number)
    if (Math.abs(beside[end] as number) <= EPSILON * size + nothing) break
    end++
  }
  return end
}

/** Chases a bulge from `end` up to `at`, with Wilkinson's shift. */
function qlStep({ diagonal, beside, vectors }: Tridiagonal, at: number, end: number): void {
  const first = beside[at] as number
  const half = ((diagonal[at + 1] as number) - (diagonal[at] as number)) / (2 * first)
  const root = Math.sqrt(half * half + 1)
  let bulge =
    (diagonal[end] as number) -
    (diagonal[at] as number) +
    first / (half + (half < 0 ? -root : root))
  let [sine, cosine, moved] = [1, 1, 0]
  for (let i = end - 1; i >= at; i--) {
    const [f, b] = [sine * (beside[i] as number), cosine * (beside[i] as number)]
    const length = Math.sqrt(f * f + bulge * bulge)
    beside[i + 1] = length
    if (length === 0) {
      diagonal[i + 1] = (diagonal[i + 1] as number) - moved
      beside[end] = 0
      return
    }
    sine = f / length
    cosine = bulge / length
    const rest = (diagonal[i + 1] as number) - moved
    const turned = ((diagonal[i] as number) - rest) * sine + 2 * cosine * b
    moved = sine * turned
    diagonal[i + 1] = rest + moved
    bulge = cosine * turned - b
    turnRows(vectors, diagonal.length, i, sine, cosine)
  }
  diagonal[at] = (diagonal[at] as number) - moved
  beside[at] = bulge
  beside[end] = 0
}

/** Rows i and i + 1. */
function turnRows(a: Float64Array, n: number, i: number, sine: number, cosine: number): void {
  const [upper, lower] = [i * n, (i + 1) * n]
  for (let j = 0; j < n; j++) {
    const [x, y] = [a[upper + j] as number, a[lower + j] as number]
    a[lower + j] = sine * x + cosine * y
    a[upper + j] = cosine * x - sine * y
  }
}
