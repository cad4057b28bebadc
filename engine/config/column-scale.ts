// Digits after the point of a decimal column: what its rules say, else its type, else two.
import type { ColumnConfig } from './dataset-config.ts'

const DEFAULT_SCALE = 2

/** Null for columns that are not decimal. */
export function columnScale({
  type,
  rule,
  conditional_rules,
  precision,
}: ColumnConfig): number | null {
  if (type !== 'decimal') return null
  const given = [rule, ...conditional_rules.map((one) => one.rule)]
    .map((one) => one?.['decimals'])
    .filter((decimals) => typeof decimals === 'number')
  return given.length > 0 ? Math.max(...given) : (precision?.scale ?? DEFAULT_SCALE)
}
