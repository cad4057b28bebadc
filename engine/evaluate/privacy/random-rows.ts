// Rows of no table: every value drawn by itself, evenly over the range or the levels of a column. As far from real rows
// as anything with the same columns; SDMetrics' baseline of privacy.

import { createSeededRandom } from '#engine/random/seeded-random.ts'
import { extremes, levelCounts, nullsOf } from '#engine/table/table.ts'
import type { Measured, MeasuredColumn } from '../measured.ts'

/** Nulls as often as in the table; whole numbers where the field has no decimals. */
export function randomRows(table: Measured, rows: number, seed: number): Measured {
  const columns = table.columns.map((column): MeasuredColumn => {
    const { name, decimals } = column.field
    const random = createSeededRandom(seed, `random rows ${name}`)
    const nullShare = table.rows === 0 ? 1 : nullsOf(column, table.rows) / table.rows
    const indexes = Array.from({ length: rows })
    if (column.kind === 'number') {
      const [low, high] = extremes(column.values)
      const draw = (): number =>
        decimals === 0 ? low + random.below(high - low + 1) : low + random.unit() * (high - low)
      const wide = high - low + 1 > 2 ** 32
      const number = wide ? () => Math.round(low + random.unit() * (high - low)) : draw
      const values = Float64Array.from(indexes, () =>
        random.unit() < nullShare || low > high ? Number.NaN : number(),
      )
      return { ...column, values }
    }
    const levels = [...levelCounts(column).entries()].filter(([, count]) => count > 0)
    const codes = Int32Array.from(indexes, () => {
      if (random.unit() < nullShare || levels.length === 0) return -1
      return (levels[random.below(levels.length)] as [number, number])[0]
    })
    return { ...column, codes }
  })
  return { rows, columns }
}
