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
  for (let cell = 0; cell < cells.length; cell++) {
    const count = cells[cell] as number
    if (count === 0) continue
    const row = Math.floor(cell / width)
    rows[row] = (rows[row] as number) + count
    columns[cell % width] = (columns[cell % width] as number) + count
    total += count
  }
  const occurring = (sums: Float64Array): number =>
    sums.reduce((n, sum) => n + (sum > 0 ? 1 : 0), 0)
  const [r, k] = [occurring(rows), occurring(columns)]
  if (r < 2 || k < 2) return null
  let share = 0
  for (let cell = 0; cell < cells.length; cell++) {
    const count = cells[cell] as number
    if (count === 0) continue
    share +=
      count *
      (count / (rows[Math.floor(cell / width)] as number) / (columns[cell % width] as number))
  }
  const squared = Math.max(0, share - 1 - ((r - 1) * (k - 1)) / (total - 1))
  const smaller = Math.min(r - (r - 1) ** 2 / (total - 1), k - (k - 1) ** 2 / (total - 1)) - 1
  return smaller <= 0 ? 0 : Math.min(1, Math.sqrt(squared / smaller))
}
