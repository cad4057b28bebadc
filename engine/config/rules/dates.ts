// Rules that make dates and times: date, datetime. Bounds are written as dates, as a span back from now, or as `now`.
import Type from 'typebox'
import { parseInstant, parseSpan, SECONDS_PER_DAY } from '../dates.ts'
import { at, quote } from '../problem.ts'
import type { Rule } from '../types.ts'
import { defineRule, type Lowering, type RuleCheck } from './rule-spec.ts'

type TimeInput = { min?: string; max?: string; last?: string }

const DEFAULT_LAST = '365 days'
const NOW = 'now'
const FORMAT_HINT = 'Write a date such as "2025-01-31" or a time such as "2025-01-31T12:00:00Z"'

/** Reports bounds that are no dates, in the wrong order, or at odds with `last`. */
export function checkTimeBounds({ min, max, last }: TimeInput, context: RuleCheck): void {
  const { path, report } = context
  const problem = (key: string, message: string, hint: string): void =>
    report.problem(at(path, key), message, hint)
  if (last !== undefined) {
    const span = parseSpan(last)
    if (span === null) problem('last', `${quote(last)} is no span of time`, 'Write last: "90 days"')
    if (min !== undefined || max !== undefined) {
      problem('last', 'last stands in place of min and max', 'Remove min and max, or last')
    }
    return
  }
  for (const [key, text] of [
    ['min', min],
    ['max', max],
  ] as const) {
    if (text !== undefined && text !== NOW && parseInstant(text) === null) {
      problem(key, `${quote(text)} is not a date`, FORMAT_HINT)
    }
  }
  if (min === undefined && max !== undefined) {
    problem('max', 'max needs a min', 'Write min: "2024-01-01" beside it, or last: "90 days"')
  }
  checkTimeOrder(min, max, context)
}

function checkTimeOrder(
  min: string | undefined,
  max: string | undefined,
  context: RuleCheck,
): void {
  const [from, to] = [parseInstant(min ?? ''), parseInstant(max ?? '')]
  if (from === null || to === null || from.seconds <= endOf(to)) return
  context.report.problem(
    at(context.path, 'min'),
    `min ${min} is later than max ${max}`,
    `Write min: "${max}", max: "${min}"`,
  )
}

function endOf({ seconds, dateOnly }: { seconds: number; dateOnly: boolean }): number {
  return dateOnly ? seconds + SECONDS_PER_DAY - 1 : seconds
}

/** The rule in whole days or seconds; bounds that were left out are the last year up to now. */
export function lowerTimes(
  input: TimeInput,
  unit: 'date' | 'datetime',
  { nowSeconds }: Lowering,
): Rule {
  const { min, max } = boundsOf(input, nowSeconds)
  if (unit === 'datetime') return { type: 'datetime', min, max }
  const day = (seconds: number): number => Math.floor(seconds / SECONDS_PER_DAY)
  return { type: 'date', min: day(min), max: day(max) }
}

function boundsOf({ min, max, last }: TimeInput, now: number): { min: number; max: number } {
  if (min === undefined) {
    return { min: now - (parseSpan(last ?? DEFAULT_LAST) ?? 0), max: now }
  }
  const from = parseInstant(min)
  const to = max === undefined ? null : parseInstant(max)
  return { min: from?.seconds ?? now, max: to === null ? now : endOf(to) }
}

const Bound = (description: string, example: string) =>
  Type.Optional(Type.String({ maxLength: 40, description, examples: [example] }))

const later = {
  format: 'Leave format out: times are written as 2025-01-01T00:00:00Z, dates as 2025-01-01',
  zone: 'Leave zone out: times are UTC',
  business_days: 'Leave business_days out: every day of the week is drawn',
}

const parameters = {
  min: Bound('First day or moment, included', '2025-01-01'),
  max: Bound('Last day or moment, included; a date alone means the end of that day', '2025-12-31'),
  last: Bound('A span up to now, in place of min and max', '90 days'),
}

export const date = defineRule({
  columnTypes: ['date'],
  aliases: { start: 'min', end: 'max', min_value: 'min', max_value: 'max' },
  later,
  schema: Type.Object(
    { type: Type.Literal('date'), ...parameters },
    { additionalProperties: false, description: 'A day; without bounds one of the last 365' },
  ),
  check: checkTimeBounds,
  lower: (rule, context) => lowerTimes(rule, 'date', context),
})

export const datetime = defineRule({
  columnTypes: ['datetime', 'date'],
  aliases: { start: 'min', end: 'max', min_value: 'min', max_value: 'max' },
  later,
  schema: Type.Object(
    { type: Type.Literal('datetime'), ...parameters },
    { additionalProperties: false, description: 'A moment, whole seconds, UTC' },
  ),
  check: checkTimeBounds,
  lower: (rule, context) =>
    lowerTimes(rule, context.columnType === 'date' ? 'date' : 'datetime', context),
})
