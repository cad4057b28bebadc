// Cramer's V with the correction for bias of Bergsma, "A bias-correction for Cramer's V and Tschuprow's T" (2013).

/** `cells` are counts, row by row. Null where either side has fewer than two values that occur. */
export function correctedV({
  cells,
  height,
  width,
}: {
  cells: Int32Array
  height: number
  width: number
}): number | null {
  const [rows, columns] = [new Float64Array(height), new Float64Array(width)]
  let total = 0
  for (let row = 0; row < height; row++) {
    let sum = 0
    for (let column = 0; column < width; column++) {
      const count = cells[row * width + column] as number
      sum += count
      columns[column] = (columns[column] as number) + count
    }
    rows[row] = sum
    total += sum
  }
  const [r, k] = [occurring(rows), occurring(columns)]
  if (r < 2 || k < 2) return null
  let share = 0
  for (let row = 0; row < height; row++) {
    let sum = 0
    for (let column = 0; column < width; column++) {
      const count = cells[row * width + column] as number
      if (count > 0) sum += (count * count) / (columns[column] as number)
    }
    if (sum > 0) share += sum / (rows[row] as number)
  }
  const squared = Math.max(0, share - 1 - ((r - 1) * (k - 1)) / (total - 1))
  const smaller = Math.min(r - (r - 1) ** 2 / (total - 1), k - (k - 1) ** 2 / (total - 1)) - 1
  return smaller <= 0 ? 0 : Math.min(1, Math.sqrt(squared / smaller))
}

function occurring(sums: Float64Array): number {
  return sums.reduce((count, sum) => count + (sum > 0 ? 1 : 0), 0)
}
