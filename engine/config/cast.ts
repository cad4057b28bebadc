// A literal of the config as the column it stands for writes it: dates and times in one spelling, UUIDs in lower case.

import {
  dateText,
  datetimeText,
  parseTime,
  SECONDS_PER_DAY,
  timeText,
} from '#engine/math/calendar.ts'
import { parseInstant } from './dates.ts'
import type { ColumnType, Scalar } from './types.ts'

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Undefined when the literal is not of that type; null stays null. Text columns take numbers and booleans as text. */
export function castScalar(value: Scalar, type: ColumnType): Scalar | undefined {
  if (value === null) return null
  switch (type) {
    case 'int':
      return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined
    case 'float':
    case 'decimal':
      return typeof value === 'number' ? value : undefined
    case 'bool':
      return typeof value === 'boolean' ? value : undefined
    case 'uuid':
      return typeof value === 'string' && UUID.test(value.toLowerCase())
        ? value.toLowerCase()
        : undefined
    case 'date':
    case 'datetime':
      return typeof value === 'string' ? castTime(value, type) : undefined
    case 'str':
      return String(value)
    case 'time':
      return typeof value === 'string' ? castClock(value) : undefined
    case 'json':
      return undefined
  }
}

function castTime(text: string, type: 'date' | 'datetime'): string | undefined {
  const instant = parseInstant(text)
  if (instant === null) return undefined
  const { seconds } = instant
  return type === 'datetime'
    ? datetimeText(seconds)
    : dateText(Math.floor(seconds / SECONDS_PER_DAY))
}

function castClock(text: string): string | undefined {
  const seconds = parseTime(text.trim())
  return seconds === null ? undefined : timeText(seconds)
}

/** How a literal of the type is written, for hints. */
export function literalOf(type: ColumnType): string {
  const examples: Record<ColumnType, string> = {
    int: 'a whole number',
    float: 'a number',
    decimal: 'a number',
    bool: 'true or false',
    uuid: 'a UUID',
    date: 'a date such as "2025-01-31"',
    datetime: 'a time such as "2025-01-31T12:00:00Z"',
    str: 'text',
    time: 'a time such as "08:30:00"',
    json: 'JSON',
  }
  return examples[type]
}
