// The rule time: a time of day, without date or zone. Bounds are written as 08:30 or 08:30:00.
import Type from 'typebox'
import { parseTime, timeText } from '#engine/math/calendar.ts'
import { at, quote } from '../problem.ts'
import type { Rule } from '../types.ts'
import { checkLayout, LayoutParameter } from './layouts.ts'
import { defineRule, type RuleCheck } from './rule-spec.ts'

type ClockInput = { min?: string; max?: string }

const LAST_SECOND = 86_399

/** Reports bounds that are no times of day, or in the wrong order. */
export function checkClock(input: ClockInput, { path, report }: RuleCheck): void {
  for (const key of ['min', 'max'] as const) {
    const text = input[key]
    if (text === undefined || parseTime(text.trim()) !== null) continue
    const hint = 'Write a time such as "08:30:00"'
    report.problem(at(path, key), `${quote(text)} is not a time of day`, hint)
  }
  const { min, max } = clockOf(input)
  if (min === null || max === null || min <= max) return
  report.problem(
    at(path, 'min'),
    `min ${timeText(min)} is later than max ${timeText(max)}`,
    'Write the earlier time as min; hours on both sides of midnight are two rules',
  )
}

function clockOf({ min, max }: ClockInput): { min: number | null; max: number | null } {
  return {
    min: min === undefined ? 0 : parseTime(min.trim()),
    max: max === undefined ? LAST_SECOND : parseTime(max.trim()),
  }
}

/** The rule in seconds since midnight; the whole day without bounds. */
export function lowerClock(input: ClockInput): Extract<Rule, { type: 'time' }> {
  const { min, max } = clockOf(input)
  return { type: 'time', min: min ?? 0, max: max ?? LAST_SECOND }
}

const Clock = (description: string, example: string) =>
  Type.Optional(Type.String({ maxLength: 40, description, examples: [example] }))

export const time = defineRule({
  columnTypes: ['time', 'str'],
  aliases: { start: 'min', end: 'max', min_value: 'min', max_value: 'max' },
  schema: Type.Object(
    {
      type: Type.Literal('time'),
      min: Clock('First time of day, included', '08:00:00'),
      max: Clock('Last time of day, included', '18:00:00'),
      format: LayoutParameter,
    },
    { additionalProperties: false, description: 'A time of day, whole seconds' },
  ),
  check: (rule, context) => {
    checkClock(rule, context)
    checkLayout(rule.format, context)
  },
  lower: (rule) => ({ ...lowerClock(rule), ...(rule.format && { format: rule.format }) }),
})
