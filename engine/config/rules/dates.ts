// Rules that make dates and times: date, datetime. Bounds are written as dates, as a span back from now, or as `now`.
import Type from 'typebox'
import { findZone, offsetAt, utcOf, zoneNames, zoneOffsets } from '#engine/data/zones.ts'
import { SECONDS_PER_DAY } from '#engine/math/calendar.ts'
import { businessCount } from '#engine/rules/business-days.ts'
import { parseInstant, parseSpan } from '../dates.ts'
import { at, nameHint, quote } from '../problem.ts'
import type { Rule } from '../types.ts'
import { checkLayout, LayoutParameter } from './layouts.ts'
import { defineRule, type Lowering, type RuleCheck } from './rule-spec.ts'

type TimeInput = { min?: string; max?: string; last?: string; zone?: string }

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
): Extract<Rule, { type: 'date' | 'datetime' }> {
  const { min, max } = boundsOf(input, nowSeconds)
  if (unit === 'datetime') return { type: 'datetime', min, max }
  const day = (seconds: number): number =>
    Math.floor((seconds + offsetIn(input.zone, seconds)) / SECONDS_PER_DAY)
  return { type: 'date', min: day(min), max: day(max) }
}

function boundsOf({ min, max, last, zone }: TimeInput, now: number): { min: number; max: number } {
  if (min === undefined) {
    return { min: now - (parseSpan(last ?? DEFAULT_LAST) ?? 0), max: now }
  }
  const from = parseInstant(min)
  const to = max === undefined ? null : parseInstant(max)
  const utc = (text: string | undefined, seconds: number): number =>
    zone === undefined || OWN_OFFSET.test(text ?? '') ? seconds : toUtc(zone, seconds)
  return {
    min: from === null ? now : utc(min, from.seconds),
    max: to === null ? now : utc(max, endOf(to)),
  }
}

/** A time that says how far it is from UTC needs no zone. */
const OWN_OFFSET = /:\d{2}(?:Z|[+-]\d{2}:?\d{2})$/

function offsetIn(zone: string | undefined, seconds: number): number {
  const name = zone === undefined ? null : findZone(zone)
  return name === null ? 0 : offsetAt(zoneOffsets(name, seconds, seconds), seconds)
}

function toUtc(zone: string, local: number): number {
  const name = findZone(zone)
  const near = 2 * SECONDS_PER_DAY
  return name === null ? local : utcOf(zoneOffsets(name, local - near, local + near), local)
}

type Shaped = TimeInput & { format?: string; business_days?: boolean }

/** Reports bounds, zone and layout that are none, and bounds without a business day. */
function checkTimes(rule: Shaped, context: RuleCheck): void {
  checkTimeBounds(rule, context)
  checkZone(rule.zone, context)
  checkLayout(rule.format, context)
  const [from, to] = [parseInstant(rule.min ?? ''), parseInstant(rule.max ?? '')]
  if (rule.business_days !== true || from === null || to === null) return
  if (from.seconds > endOf(to) || businessCount(from.seconds, endOf(to), SECONDS_PER_DAY) > 0)
    return
  context.report.problem(
    at(context.path, 'business_days'),
    `From ${rule.min} to ${rule.max} there is no business day`,
    'Write bounds with a Monday to Friday between them',
  )
}

function checkZone(zone: string | undefined, { path, report }: RuleCheck): void {
  if (zone === undefined || findZone(zone) !== null) return
  const hint = nameHint(zone, zoneNames())
  report.problem(at(path, 'zone'), `There is no time zone ${quote(zone)}`, hint)
}

/** What a rule says of showing its times; UTC is what they are shown in anyway. */
function shaped(rule: Shaped, unit: 'date' | 'datetime', context: Lowering): Rule {
  const lowered = lowerTimes(rule, unit, context)
  const zone = rule.zone === undefined ? null : findZone(rule.zone)
  return {
    ...lowered,
    ...(rule.business_days === true && { business_days: true }),
    ...(lowered.type === 'datetime' && zone !== null && zone !== 'UTC' && { zone }),
    ...(rule.format !== undefined && { format: rule.format }),
  }
}

const Bound = (description: string, example: string) =>
  Type.Optional(Type.String({ maxLength: 40, description, examples: [example] }))

const parameters = {
  min: Bound('First day or moment, included', '2025-01-01'),
  max: Bound('Last day or moment, included; a date alone means the end of that day', '2025-12-31'),
  last: Bound('A span up to now, in place of min and max', '90 days'),
  business_days: Type.Optional(
    Type.Boolean({ description: 'Monday to Friday alone', examples: [true] }),
  ),
  zone: Bound('Time zone of bounds without one, and of what is written', 'Europe/Berlin'),
  format: LayoutParameter,
}

export const date = defineRule({
  columnTypes: ['date', 'str'],
  aliases: { start: 'min', end: 'max', min_value: 'min', max_value: 'max' },
  schema: Type.Object(
    { type: Type.Literal('date'), ...parameters },
    { additionalProperties: false, description: 'A day; without bounds one of the last 365' },
  ),
  check: checkTimes,
  lower: (rule, context) => shaped(rule, 'date', context),
})

export const datetime = defineRule({
  columnTypes: ['datetime', 'date', 'str'],
  aliases: { start: 'min', end: 'max', min_value: 'min', max_value: 'max' },
  schema: Type.Object(
    { type: Type.Literal('datetime'), ...parameters },
    { additionalProperties: false, description: 'A moment, whole seconds' },
  ),
  check: checkTimes,
  lower: (rule, context) =>
    shaped(rule, context.columnType === 'date' ? 'date' : 'datetime', context),
})
