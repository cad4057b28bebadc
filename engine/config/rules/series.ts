// The rule series: numbers, days or moments that go on by steps, in each entity.
import Type from 'typebox'
import { parseTime, SECONDS_PER_DAY } from '#engine/math/calendar.ts'
import { scaledOf } from '#engine/math/decimal.ts'
import { parseInstant, parseSpan } from '../dates.ts'
import { digitsOf } from '../numbers.ts'
import { at, quote } from '../problem.ts'
import { isObject } from '../shape.ts'
import type { ColumnType, Rule } from '../types.ts'
import { checkDrawn, PER_ALIASES, Per } from './entity-parts.ts'
import { DECIMALS_MAX, Decimals } from './numbers.ts'
import { defineRule, type Lowering, NUMBER_TYPES, type RuleCheck } from './rule-spec.ts'

type SeriesInput = {
  start?: string | number
  step?: unknown
  dwell?: string
  unit?: string
  per?: string | number
  decimals?: number
}

const UNITS: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3600, day: 86_400 }
const DEFAULT_DECIMALS = 2
const TEMPORAL: readonly ColumnType[] = ['date', 'datetime', 'time']
const DEFAULT_STEPS: Readonly<Partial<Record<ColumnType, string>>> = {
  date: '1 day',
  datetime: '5 minutes',
  time: '5 minutes',
}
const NOW = 'now'

export const Unit = Type.Optional(
  Type.Union(
    Object.keys(UNITS).map((unit) => Type.Literal(unit)),
    { description: 'What drawn spans of time are counted in', examples: ['minute'] },
  ),
)

/** Seconds of a unit; of a second where none is written. */
export function secondsIn(unit: unknown): number {
  return UNITS[typeof unit === 'string' ? unit : 'second'] ?? 1
}

export const series = defineRule({
  columnTypes: ['datetime', 'date', 'time', ...NUMBER_TYPES],
  aliases: { ...PER_ALIASES, min: 'start', interval: 'step' },
  schema: Type.Object(
    {
      type: Type.Literal('series'),
      start: Type.Optional(
        Type.Union([Type.String({ maxLength: 40 }), Type.Number()], {
          description: 'The first value of each entity',
          examples: ['2025-01-01'],
        }),
      ),
      step: Type.Optional(
        Type.Unknown({
          description: 'A span, a number, or a rule that draws each step',
          examples: ['5 minutes'],
        }),
      ),
      dwell: Type.Optional(
        Type.String({
          description: 'A column of states whose dwell times are the steps',
          examples: ['status'],
        }),
      ),
      unit: Unit,
      per: Per,
      decimals: Decimals,
    },
    { additionalProperties: false, description: 'start, start + step, ... in each entity' },
  ),
  check: (rule, context) => {
    checkStart(rule, context)
    checkStep(rule, context)
  },
  lower: lowerSeries,
})

function checkStart({ start }: SeriesInput, { path, columnType, report }: RuleCheck): void {
  const problem = (message: string, hint: string): void =>
    report.problem(at(path, 'start'), message, hint)
  if (start === undefined) return
  if (!TEMPORAL.includes(columnType)) {
    if (typeof start !== 'number') problem(`${quote(start)} is not a number`, 'Write start: 0')
  } else if (columnType === 'time') {
    if (parseTime(String(start).trim()) === null) {
      problem(`${quote(start)} is not a time of day`, 'Write start: "08:00:00"')
    }
  } else if (start !== NOW && parseInstant(String(start)) === null) {
    problem(`${quote(start)} is not a date`, 'Write start: "2025-01-31T12:00:00Z"')
  }
}

function checkStep({ step, dwell }: SeriesInput, context: RuleCheck): void {
  const { path, columnType, report } = context
  const place = at(path, 'step')
  if (step !== undefined && dwell !== undefined) {
    report.problem(at(path, 'dwell'), 'dwell stands in place of step', 'Remove one of them')
  } else if (isObject(step)) checkDrawn(step, place, context)
  else if (step !== undefined && stepOf(step, columnType) === null) {
    const [what, hint] = TEMPORAL.includes(columnType)
      ? [columnType === 'date' ? 'span of whole days' : 'span of time', 'step: "1 day"']
      : ['number', 'step: 1']
    report.problem(place, `${quote(step)} is no ${what}`, `Write ${hint}`)
  }
}

/** In days, seconds or the column's own unit; null where it is none. */
function stepOf(step: unknown, columnType: ColumnType): number | null {
  if (typeof step === 'number') {
    const whole = columnType === 'int' || TEMPORAL.includes(columnType)
    return whole && !Number.isSafeInteger(step) ? null : step
  }
  if (typeof step !== 'string' || !TEMPORAL.includes(columnType)) return null
  const seconds = parseSpan(step)
  if (columnType !== 'date' || seconds === null) return seconds
  return seconds % SECONDS_PER_DAY === 0 ? seconds / SECONDS_PER_DAY : null
}

function startOf(start: string | number | undefined, { columnType, nowSeconds }: Lowering): number {
  if (columnType === 'time') return parseTime(String(start ?? '00:00').trim()) ?? 0
  if (!TEMPORAL.includes(columnType)) return Number(start ?? 0)
  const seconds =
    start === undefined || start === NOW
      ? nowSeconds
      : (parseInstant(String(start))?.seconds ?? nowSeconds)
  return columnType === 'date' ? Math.floor(seconds / SECONDS_PER_DAY) : seconds
}

function decimalsOf({ start, step, decimals }: SeriesInput, context: Lowering): number {
  if (context.columnType === 'decimal') return decimals ?? context.scale ?? DEFAULT_DECIMALS
  if (context.columnType !== 'float') return 0
  const written = [start, step].map((value) => (typeof value === 'number' ? digitsOf(value) : 0))
  return decimals ?? Math.min(DECIMALS_MAX, Math.max(DEFAULT_DECIMALS, ...written))
}

function drawnSteps(rule: SeriesInput, context: Lowering): { rule: Rule; unit: number } | null {
  const source = rule.dwell === undefined ? null : context.ruleOf(rule.dwell)
  const written = source === null ? rule.step : source['dwell']
  if (!isObject(written) && source === null) return null
  const seconds = secondsIn(source === null ? rule.unit : source['unit'])
  const perDay = context.columnType === 'date' ? SECONDS_PER_DAY : 1
  const unit = TEMPORAL.includes(context.columnType) ? seconds / perDay : 1
  return { rule: context.lowerNested(written, 'float'), unit }
}

function lowerSeries(rule: SeriesInput, context: Lowering): Rule {
  const decimals = decimalsOf(rule, context)
  const start = scaledOf(startOf(rule.start, context), decimals)
  const drawn = drawnSteps(rule, context)
  const step = rule.step ?? DEFAULT_STEPS[context.columnType] ?? 1
  const fixed = scaledOf(stepOf(step, context.columnType) ?? 1, decimals)
  return { type: 'series', start, step: drawn ?? fixed, decimals, per: context.entity(rule.per) }
}
