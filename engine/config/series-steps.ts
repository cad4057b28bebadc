// Whether a series passes no value twice: then the rows of one entity, or of a table that is one, do not repeat.

import { SECONDS_PER_DAY } from '#engine/math/calendar.ts'
import { scaledOf } from '#engine/math/decimal.ts'
import { columnScale } from './column-scale.ts'
import type { ColumnConfig, RuleInput, TableConfig } from './dataset-config.ts'
import { parseSpan } from './dates.ts'
import { entityOf } from './entity-of.ts'
import type { Per } from './entity-rules.ts'
import { DECIMALS_MAX } from './rules/numbers.ts'
import { secondsIn } from './rules/series.ts'
import { isObject } from './shape.ts'

/** The entities whose rows a series keeps apart; undefined for columns that may repeat within one. */
export function risingEntity(column: ColumnConfig, table: TableConfig): Per | undefined {
  const { rule, type, conditional_rules } = column
  if (rule?.type !== 'series' || type === 'time' || conditional_rules.length > 0) return undefined
  const least = leastStep(column, rule, table)
  if (!(least >= 1 || least <= -1)) return undefined
  return entityOf(rule['per'] as string | number | undefined, table)
}

/** In units of the last digit of the column's values; 0 where it is not known to be more. */
function leastStep(column: ColumnConfig, rule: RuleInput, table: TableConfig): number {
  const { step, dwell } = rule
  const states = table.columns.find(({ name }) => name === dwell)?.rule
  const drawn = dwell === undefined ? step : states?.['dwell']
  const isDate = column.type === 'date'
  const isTime = isDate || column.type === 'datetime'
  if (isObject(drawn)) {
    const scale = isTime ? 0 : scaleOf(column, rule, DRAWN_DIGITS)
    const { type, min } = drawn
    const seconds = secondsIn(dwell === undefined ? rule['unit'] : states?.['unit'])
    const unit = isTime ? seconds / (isDate ? SECONDS_PER_DAY : 1) : 1
    return type === 'range' && typeof min === 'number' ? min * unit * 10 ** scale : 0
  }
  const scale = isTime ? 0 : scaleOf(column, rule, FIXED_DIGITS)
  if (typeof step === 'number') return scaledOf(step, scale)
  return typeof step === 'string' ? (parseSpan(step) ?? 0) : step === undefined ? 1 : 0
}

/** Digits after the point of a float that does not say: those of its step, and where steps are drawn at least two. */
const FIXED_DIGITS = DECIMALS_MAX
const DRAWN_DIGITS = 2

function scaleOf(column: ColumnConfig, { decimals }: RuleInput, others: number): number {
  if (column.type === 'int') return 0
  return typeof decimals === 'number' ? decimals : (columnScale(column) ?? others)
}
