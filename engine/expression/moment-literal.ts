// Dates and times written as text beside one: ordered_at > '2025-06-01', coalesce(opens, '08:00').

import { parseDate, parseDatetime, parseTime } from '#engine/math/calendar.ts'
import { numberVector } from '#engine/rules/vector.ts'
import { isTemporal, type Typed, typed, type ValueKind } from './typed.ts'

/** Whether values of the kind are dates, moments or times of day. */
export const isOfTime = (kind: ValueKind): boolean => isTemporal(kind) || kind === 'time'

type MomentKind = 'date' | 'datetime' | 'time'

function read(text: string, beside: ValueKind): [MomentKind, number] | null {
  const day = beside === 'date' ? parseDate(text) : null
  if (day !== null) return ['date', day]
  const kind = beside === 'time' ? 'time' : 'datetime'
  const seconds = kind === 'time' ? parseTime(text) : parseDatetime(text)
  return seconds === null ? null : [kind, seconds]
}

/** The date or time that a literal text spells beside a value of this kind; null where it spells none. */
export function momentLiteral({ at, literal }: Typed, beside: ValueKind): Typed | null {
  const found = typeof literal === 'string' && isOfTime(beside) ? read(literal, beside) : null
  if (!found) return null
  const [kind, value] = found
  return typed(at, kind, ({ context }) => {
    const vector = numberVector(kind, 0, context.capacity)
    vector.values.fill(value)
    return { vector, fill: () => undefined }
  })
}

/** The operands, texts read as dates and times where one of them is one. */
export function withMoments(operands: readonly Typed[]): readonly Typed[] {
  const moment = operands.find(({ kind }) => isOfTime(kind))
  if (!moment) return operands
  return operands.map((operand) => momentLiteral(operand, moment.kind) ?? operand)
}
