// Correlations of two columns: Pearson, Spearman (Pearson of ranks) and the correlation ratio.

/** Of the rows where both are numbers; null for fewer than two of them and for constants. */
export function pearson(a: Float64Array, b: Float64Array): number | null {
  let [count, meanA, meanB] = [0, 0, 0]
  for (let row = 0; row < a.length; row++) {
    const [x, y] = [a[row] as number, b[row] as number]
    if (Number.isNaN(x + y)) continue
    count++
    meanA += x
    meanB += y
  }
  if (count < 2) return null
  meanA /= count
  meanB /= count
  let [squareA, squareB, product] = [0, 0, 0]
  for (let row = 0; row < a.length; row++) {
    const [x, y] = [(a[row] as number) - meanA, (b[row] as number) - meanB]
    if (Number.isNaN(x + y)) continue
    squareA += x * x
    squareB += y * y
    product += x * y
  }
  if (isNothing(squareA, count, meanA) || isNothing(squareB, count, meanB)) return null
  return bounded(product / Math.sqrt(squareA) / Math.sqrt(squareB))
}

/** Pearson's correlation of columns by their places: what a column adds to it is computed once where it has no nulls. */
export function createCorrelations(
  columns: readonly (Float64Array | null)[],
): (first: number, second: number) => number | null {
  const centred = columns.map((values) => (values ? centre(values) : null))
  return (first, second) => {
    const [a, b] = [centred[first], centred[second]]
    if (a && b) return a.length === 0 || b.length === 0 ? null : bounded(dot(a, b))
    return pearson(columns[first] as Float64Array, columns[second] as Float64Array)
  }
}

/** Less the mean, and of length 1; empty for constants and null where there are nulls. */
function centre(values: Float64Array): Float64Array | null {
  let sum = 0
  for (let row = 0; row < values.length; row++) sum += values[row] as number
  if (Number.isNaN(sum)) return null
  const mean = sum / values.length
  const centred = new Float64Array(values.length)
  for (let row = 0; row < values.length; row++) centred[row] = (values[row] as number) - mean
  const square = dot(centred, centred)
  if (values.length < 2 || isNothing(square, values.length, mean)) return new Float64Array(0)
  const scale = 1 / Math.sqrt(square)
  for (let row = 0; row < values.length; row++) centred[row] = (centred[row] as number) * scale
  return centred
}

/** In four sums, none of which waits for another. */
function dot(a: Float64Array, b: Float64Array): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0]
  const whole = a.length - (a.length % 4)
  for (let i = 0; i < whole; i += 4) {
    s0 += (a[i] as number) * (b[i] as number)
    s1 += (a[i + 1] as number) * (b[i + 1] as number)
    s2 += (a[i + 2] as number) * (b[i + 2] as number)
    s3 += (a[i + 3] as number) * (b[i + 3] as number)
  }
  for (let i = whole; i < a.length; i++) s0 += (a[i] as number) * (b[i] as number)
  return s0 + s1 + (s2 + s3)
}

const bounded = (r: number): number => Math.max(-1, Math.min(1, r))

/** Whether squares that sum up to this are rounding alone. */
const isNothing = (square: number, count: number, mean: number): boolean =>
  square <= 1e-26 * count * mean * mean

/** Ranks from 1, equal values share the mean of theirs; NaN stays. Pearson of two of them is Spearman's rho. */
export function ranks(values: Float64Array): Float64Array {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort()
  const rankOf = new Map<number, number>()
  for (let from = 0; from < sorted.length; ) {
    const value = sorted[from] as number
    let to = from + 1
    while (to < sorted.length && sorted[to] === value) to++
    rankOf.set(value, (from + 1 + to) / 2)
    from = to
  }
  return values.map((value) => rankOf.get(value) ?? Number.NaN)
}

/**
 * Eta (Pearson 1905): the root of the share of the numbers' variance that lies between the codes, negative codes
 * left out; null for constants.
 */
export function correlationRatio(
  codes: Int32Array,
  size: number,
  values: Float64Array,
): number | null {
  const [counts, sums] = [new Float64Array(size), new Float64Array(size)]
  let [count, sum] = [0, 0]
  for (let row = 0; row < codes.length; row++) {
    const [code, value] = [codes[row] as number, values[row] as number]
    if (code < 0 || Number.isNaN(value)) continue
    counts[code] = (counts[code] as number) + 1
    sums[code] = (sums[code] as number) + value
    count++
    sum += value
  }
  if (count < 2) return null
  const mean = sum / count
  let [between, whole] = [0, 0]
  for (let code = 0; code < size; code++) {
    const rows = counts[code] as number
    if (rows > 0) between += rows * ((sums[code] as number) / rows - mean) ** 2
  }
  for (let row = 0; row < codes.length; row++) {
    const value = values[row] as number
    if ((codes[row] as number) >= 0 && !Number.isNaN(value)) whole += (value - mean) ** 2
  }
  return isNothing(whole, count, mean) ? null : Math.sqrt(Math.min(1, between / whole))
}
