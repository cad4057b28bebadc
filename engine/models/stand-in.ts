// The column of a config that stands for one of a model: what formats, plans and anomalies look at.

import type { ColumnType, Scalar } from '#engine/config/types.ts'
import { dateText, datetimeText, timeText } from '#engine/math/calendar.ts'
import type { Field } from '#engine/table/table.ts'
import type { PreparedColumn } from './prepare.ts'
import type { TargetShape } from './sampled.ts'

const DIGITS_MAX = 15

/**
 * Decimals beyond what whole numbers of their last digit can say are floats, and so are those of the most digits that are
 * told (engine/ingest/column-type.ts): they may have more.
 */
export function typeOf(column: PreparedColumn, targets: readonly TargetShape[]): ColumnType {
  const { kind, field } = column
  switch (field.type) {
    case 'integer':
      return 'int'
    case 'decimal':
      return field.decimals < DIGITS_MAX &&
        largestOf(column, targets) * 10 ** field.decimals < 10 ** DIGITS_MAX
        ? 'decimal'
        : 'float'
    case 'boolean':
      return kind === 'generated' ? 'str' : 'bool'
    case 'date':
    case 'datetime':
    case 'time':
      return field.type
    case 'id':
      return isCount(column) ? 'int' : 'str'
    case 'category':
    case 'text':
      return 'str'
  }
}

/** Ids that are plain numbers, one after the other. */
function isCount(column: PreparedColumn): boolean {
  if (column.kind !== 'generated') return false
  const { type, prefix, pad } = column.rule
  return type === 'sequence' && prefix === undefined && pad === undefined
}

function largestOf(column: PreparedColumn, targets: readonly TargetShape[]): number {
  if (column.kind === 'constant') return Math.abs(Number(column.value))
  const target = column.kind === 'numeric' ? targets[column.target] : undefined
  return target?.kind === 'numeric' ? Math.max(Math.abs(target.min), Math.abs(target.max)) : 0
}

/** Its rule makes values of the type and within the bounds of those learned. */
export function standIn(column: PreparedColumn, targets: readonly TargetShape[]): object {
  const { name } = column.field
  const type = typeOf(column, targets)
  const decimal = { type: `decimal(${DIGITS_MAX},${column.field.decimals})` }
  const isNumber = type === 'decimal' || type === 'int' || type === 'float'
  const { layout } = column.field
  const shown = isNumber && layout !== null ? { format: layout } : {}
  const base = { name, ...(type === 'decimal' ? decimal : { type }), ...shown }
  switch (column.kind) {
    case 'numeric':
      return { ...base, rule: numberRule(column.field, targets[column.target] as TargetShape) }
    case 'category':
      return { ...base, rule: levelRule(type, column.levels) }
    case 'constant':
      return { ...base, rule: { type: 'constant', value: constantOf(column.value, column.field) } }
    case 'generated': {
      const { rule, nullRate } = column
      return { ...base, rule, ...(nullRate > 0 && { nullable: { rate: nullRate } }) }
    }
  }
}

function numberRule(field: Field, target: TargetShape): object {
  const { min, max } = target.kind === 'numeric' ? target : { min: 0, max: 0 }
  const { type, layout, zone } = field
  const shown = layout === null ? {} : { format: layout }
  switch (type) {
    case 'date':
      return { type, min: dateText(min), max: dateText(max), ...shown }
    case 'datetime': {
      const zoned = zone === null ? {} : { zone }
      return {
        type,
        min: datetimeText(Math.floor(min)),
        max: datetimeText(Math.ceil(max)),
        ...shown,
        ...zoned,
      }
    }
    case 'time':
      return { type, min: timeText(Math.floor(min)), max: timeText(Math.floor(max)), ...shown }
    default:
      return { type: 'range', min, max, decimals: field.decimals }
  }
}

/** One level is enough for what depends on it: the longest. */
function levelRule(type: ColumnType, levels: readonly (string | null)[]): object {
  if (type === 'bool') return { type: 'boolean' }
  const longest = levels.reduce<string>(
    (most, level) => ((level ?? '').length > most.length ? (level ?? '') : most),
    '',
  )
  return { type: 'choice', values: [longest] }
}

function constantOf(value: string | number | null, { type }: Field): Scalar {
  if (type === 'boolean' && value !== null) return value === 'true'
  if (typeof value !== 'number') return value
  if (type === 'date') return dateText(value)
  if (type === 'datetime') return datetimeText(Math.round(value))
  return type === 'time' ? timeText(Math.round(value)) : value
}
