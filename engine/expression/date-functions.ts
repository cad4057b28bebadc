// Functions over dates and times: duration, and the fields year, month, day, weekday, hour, minute, second.

import { nameHint } from '#engine/config/problem.ts'
import { civilOf, SECONDS_PER_DAY } from '#engine/math/calendar.ts'
import { pow10, roundHalfAway } from '#engine/math/decimal.ts'
import type { NumberKernel } from '#engine/rules/kernel.ts'
import { requireNumber } from './number-functions.ts'
import { mapNumbers, scaleOf } from './numbers.ts'
import { ExpressionError } from './problem.ts'
import { asNumbers, isTemporal, type Typed, typed } from './typed.ts'

const UNIT_SECONDS: ReadonlyMap<string, number> = new Map([
  ['weeks', 7 * SECONDS_PER_DAY],
  ['days', SECONDS_PER_DAY],
  ['hours', 3600],
  ['minutes', 60],
  ['seconds', 1],
])

function durationPart(seconds: number, value: Typed): Typed {
  requireNumber(value, 'duration(...)')
  const build: Typed['build'] = (building) => {
    const kernel = asNumbers(value.build(building, null))
    const unit = pow10(scaleOf(kernel))
    const shape = { type: 'duration', scale: 0 } as const
    return mapNumbers(building.context.capacity, shape, [kernel], (x) =>
      roundHalfAway((x * seconds) / unit),
    )
  }
  return typed(value.at, 'duration', build, seconds % SECONDS_PER_DAY === 0 && value.kind === 'int')
}

/** `duration(days: 1, hours: 2, ...)`, in whole seconds. */
export function duration(at: number, parts: readonly { name: string; value: Typed }[]): Typed {
  const spans = parts.map(({ name, value }) => {
    const seconds = UNIT_SECONDS.get(name)
    if (seconds !== undefined) return durationPart(seconds, value)
    const units = [...UNIT_SECONDS.keys()].join(', ')
    throw new ExpressionError(value.at, `duration has no unit "${name}"; it has ${units}`, {
      hint: nameHint(name, [...UNIT_SECONDS.keys()]),
    })
  })
  const [first, ...rest] = spans
  if (!first) throw new ExpressionError(at, 'duration(...) needs a unit: duration(days: 1)')
  return rest.reduce((a, b) => {
    const build: Typed['build'] = (building) => {
      const operands: [NumberKernel, NumberKernel] = [
        asNumbers(a.build(building, null)),
        asNumbers(b.build(building, null)),
      ]
      const shape = { type: 'duration', scale: 0 } as const
      return mapNumbers(building.context.capacity, shape, operands, (x, y) => x + y)
    }
    return typed(a.at, 'duration', build, a.wholeDays && b.wholeDays)
  }, first)
}

const SECONDS_PER_HOUR = 3600
const DAYS_PER_WEEK = 7
/** 1970-01-01 was a Thursday. */
const MONDAY_TO_1970 = 3

const modulo = (value: number, by: number): number => value - Math.floor(value / by) * by

type ReadField = (days: number, secondOfDay: number) => number

const FIELDS = {
  year: (days) => civilOf(days).year,
  month: (days) => civilOf(days).month,
  day: (days) => civilOf(days).day,
  weekday: (days) => modulo(days + MONDAY_TO_1970, DAYS_PER_WEEK) + 1,
  hour: (_, second) => Math.floor(second / SECONDS_PER_HOUR),
  minute: (_, second) => modulo(Math.floor(second / 60), 60),
  second: (_, second) => modulo(second, 60),
} as const satisfies Record<string, ReadField>

export type DateField = keyof typeof FIELDS

const TIME_FIELDS: readonly DateField[] = ['hour', 'minute', 'second']

/** The functions that read a field of a date. */
export const DATE_FIELDS = Object.keys(FIELDS) as DateField[]

/** A field of a date, or of a moment in UTC; hour, minute and second of a time of day too; `weekday` counts from Monday, 1, to Sunday, 7 (ISO 8601). */
export function dateField(field: DateField, operand: Typed): Typed {
  const ofTime = operand.kind === 'time' && TIME_FIELDS.includes(field)
  if (!isTemporal(operand.kind) && !ofTime) {
    throw new ExpressionError(operand.at, `${field}(...) needs a date, not ${operand.kind}`)
  }
  const perDay = operand.kind === 'date' ? 1 : SECONDS_PER_DAY
  const read: ReadField = FIELDS[field]
  return typed(operand.at, 'int', (building) => {
    const kernel = asNumbers(operand.build(building, null))
    const shape = { type: 'int', scale: 0 } as const
    return mapNumbers(building.context.capacity, shape, [kernel], (x) => {
      const days = Math.floor(x / perDay)
      return read(days, x - days * perDay)
    })
  })
}
