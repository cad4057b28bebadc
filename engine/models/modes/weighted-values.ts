// A column of numbers as few weighted points: its distinct values, or means of equally filled bins.

export type WeightedValues = {
  /** Ascending. */
  values: Float64Array
  /** Rows that each stands for. */
  weights: Float64Array
}

/** Of ascending numbers: each distinct one with its count. */
export function countValues(sorted: Float64Array): WeightedValues {
  const values = new Float64Array(sorted.length)
  const weights = new Float64Array(sorted.length)
  let count = 0
  for (const value of sorted) {
    if (count === 0 || values[count - 1] !== value) values[count++] = value
    weights[count - 1] = (weights[count - 1] as number) + 1
  }
  return { values: values.slice(0, count), weights: weights.slice(0, count) }
}

/** At most `most` points: neighbours are merged into means of about as many rows each. */
export function mergeValues({ values, weights }: WeightedValues, most: number): WeightedValues {
  if (values.length <= most) return { values, weights }
  const rows = weights.reduce((sum, weight) => sum + weight, 0)
  const means = new Float64Array(most)
  const counts = new Float64Array(most)
  let passed = 0
  for (const [at, value] of values.entries()) {
    const weight = weights[at] as number
    const bin = Math.min(most - 1, Math.floor(((passed + weight / 2) / rows) * most))
    means[bin] = (means[bin] as number) + value * weight
    counts[bin] = (counts[bin] as number) + weight
    passed += weight
  }
  const filled = [...counts.keys()].filter((bin) => (counts[bin] as number) > 0)
  return {
    values: Float64Array.from(filled, (bin) => (means[bin] as number) / (counts[bin] as number)),
    weights: Float64Array.from(filled, (bin) => counts[bin] as number),
  }
}
