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
  const tiny = (square: number, mean: number): boolean => square <= 1e-26 * count * mean * mean
  if (tiny(squareA, meanA) || tiny(squareB, meanB)) return null
  const r = product / Math.sqrt(squareA) / Math.sqrt(squareB)
  return Math.max(-1, Math.min(1, r))
}

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
  return whole <= 1e-26 * count * mean * mean ? null : Math.sqrt(Math.min(1, between / whole))
}
