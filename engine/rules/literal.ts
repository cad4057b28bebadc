// Literal values of a config as the numbers that a column's vector holds.

import type { ColumnType, Scalar } from '#engine/config/types.ts'
import { parseDatetime, parseTime } from '#engine/math/calendar.ts'
import { scaledOf } from '#engine/math/decimal.ts'
import type { NumberType } from './vector.ts'

/** The number type of a column type; null for those that hold text. */
export function numberTypeOf(type: ColumnType): Exclude<NumberType, 'duration'> | null {
  switch (type) {
    case 'int':
    case 'float':
    case 'decimal':
    case 'bool':
    case 'date':
    case 'datetime':
    case 'time':
      return type
    case 'str':
    case 'uuid':
    case 'json':
      return null
  }
}

function scaledText(text: string, scale: number): number | null {
  const number = Number(text)
  return text.trim() === '' || !Number.isFinite(number) ? null : scaledOf(number, scale)
}

/** A literal as a number of the type, decimals scaled; null where it is none (null itself included). */
export function literalNumber(value: Scalar, type: NumberType, scale: number): number | null {
  if (value === null) return null
  if (typeof value === 'boolean') return value ? 1 : 0
  if (type === 'date' && typeof value === 'string') {
    const seconds = parseDatetime(value)
    return seconds === null ? null : Math.floor(seconds / 86_400)
  }
  if (type === 'datetime' && typeof value === 'string') return parseDatetime(value)
  if (type === 'time') return typeof value === 'string' ? parseTime(value) : null
  if (type === 'bool' && typeof value === 'string') {
    return value === 'true' ? 1 : value === 'false' ? 0 : null
  }
  if (typeof value === 'string') {
    return type === 'float' ? scaledText(value, 0) && Number(value) : scaledText(value, scale)
  }
  return type === 'decimal' ? scaledOf(value, scale) : value
}
