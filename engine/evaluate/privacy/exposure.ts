// Which values of few people the synthetic table shows: rare levels, and values of columns that should be made anew.

import { type CategoryColumn, type Column, isNullAt, levelCounts } from '#engine/table/table.ts'
import type { LeftOut, Measured, MeasuredColumn } from '../measured.ts'

/** Levels that fewer real rows have are rare. */
const RARE_ROWS = 5

/** Of a column's rare levels those that some synthetic row has, and how many rows have one. */
export type RareExposure = { column: string; rare_levels: number; shown: number; rows: number }

/** Columns with at least one rare level. */
export function rareExposure(real: Measured, synthetic: Measured): RareExposure[] {
  return real.columns.flatMap((column, at) => {
    if (column.kind !== 'category') return []
    const counts = levelCounts(column)
    const made = levelCounts(synthetic.columns[at] as MeasuredColumn as CategoryColumn)
    const exposure = { column: column.field.name, rare_levels: 0, shown: 0, rows: 0 }
    for (const [level, count] of counts.entries()) {
      if (count === 0 || count >= RARE_ROWS) continue
      exposure.rare_levels++
      if ((made[level] as number) > 0) exposure.shown++
      exposure.rows += made[level] as number
    }
    return exposure.rare_levels > 0 ? [exposure] : []
  })
}

/** Of a left-out column's synthetic values the share that the real column has too; null where there is none. */
export type CopiedValues = { column: string; reason: LeftOut['reason']; copied: number | null }

export function copiedValues(leftOut: readonly LeftOut[]): CopiedValues[] {
  return leftOut
    .filter(({ sides: [, synthetic] }) => synthetic !== undefined)
    .map(({ name, reason, sides: [real, synthetic] }) => ({
      column: name,
      reason,
      copied: copiedShare(real as Column, synthetic as Column),
    }))
}

function copiedShare(real: Column, synthetic: Column): number | null {
  const known = new Set<string>()
  for (const value of texts(real)) known.add(value)
  let [values, copied] = [0, 0]
  for (const value of texts(synthetic)) {
    values++
    if (known.has(value)) copied++
  }
  return values === 0 ? null : copied / values
}

function* texts(column: Column): Generator<string> {
  const rows = column.kind === 'category' ? column.codes.length : column.values.length
  for (let row = 0; row < rows; row++) {
    if (isNullAt(column, row)) continue
    if (column.kind === 'category') yield column.levels[column.codes[row] as number] as string
    else yield String(column.values[row])
  }
}
