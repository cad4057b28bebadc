// Rules that make numbers: sequence, range, normal, lognormal.
import Type from 'typebox'
import { ceilTo, digitsOf, floorTo } from '../numbers.ts'
import { at } from '../problem.ts'
import type { ColumnType } from '../types.ts'
import { checkTimeBounds, lowerTimes } from './dates.ts'
import { defineRule, type Lowering, NUMBER_TYPES, type RuleCheck } from './rule-spec.ts'
import { checkClock, lowerClock } from './times.ts'

export const DECIMALS_MAX = 15
const FLOAT_DECIMALS = 2
const SAFE = Number.MAX_SAFE_INTEGER

/** Digits after the point, where they can be chosen. */
export const Decimals = Type.Optional(
  Type.Integer({
    minimum: 0,
    maximum: DECIMALS_MAX,
    description: 'Digits after the point',
    examples: [2],
  }),
)

/** Digits of the values a rule makes: its own, else the column's, else two or as many as its numbers are written with. */
export function decimalsOf(own: number | undefined, context: Lowering, written: number[]): number {
  if (context.columnType === 'int') return 0
  if (own !== undefined) return own
  if (context.scale !== null) return context.scale
  return Math.min(DECIMALS_MAX, Math.max(FLOAT_DECIMALS, ...written.map(digitsOf)))
}

/** Reports a min above its max. */
export function checkOrder(min: unknown, max: unknown, context: RuleCheck): void {
  if (typeof min !== 'number' || typeof max !== 'number' || min <= max) return
  context.report.problem(
    at(context.path, 'min'),
    `min ${min} is greater than max ${max}`,
    `Write min: ${max}, max: ${min}`,
  )
}

/** Reports parameters of an int column that are not whole, and decimals. */
export function checkWhole(
  rule: Record<string, unknown>,
  keys: string[],
  context: RuleCheck,
): void {
  if (context.columnType !== 'int') return
  for (const key of keys) {
    const value = rule[key]
    if (typeof value !== 'number' || Number.isSafeInteger(value)) continue
    context.report.problem(
      at(context.path, key),
      `${key} of an int column must be a whole number within 2^53`,
      `Write ${key}: ${Math.max(-SAFE, Math.min(SAFE, Math.round(value)))}, or type: float`,
    )
  }
  if (typeof rule['decimals'] === 'number' && rule['decimals'] > 0) {
    context.report.problem(
      at(context.path, 'decimals'),
      'An int column has no decimals',
      'Remove decimals, or write type: decimal',
    )
  }
}

export const sequence = defineRule({
  columnTypes: ['int', 'str'],
  schema: Type.Object(
    {
      type: Type.Literal('sequence'),
      start: Type.Optional(
        Type.Integer({ minimum: -SAFE, maximum: SAFE, description: 'First value', examples: [1] }),
      ),
      step: Type.Optional(
        Type.Integer({
          minimum: -SAFE,
          maximum: SAFE,
          description: 'Added per row',
          examples: [1],
        }),
      ),
      prefix: Type.Optional(
        Type.String({ maxLength: 128, description: 'Text before the number', examples: ['ORD-'] }),
      ),
      pad: Type.Optional(
        Type.Integer({ minimum: 0, maximum: 32, description: 'Least digits', examples: [6] }),
      ),
    },
    { additionalProperties: false, description: 'start, start + step, ...: never repeats' },
  ),
  check: ({ step, prefix, pad }, { path, columnType, report }) => {
    if (step === 0) report.problem(at(path, 'step'), 'step must not be 0', 'Write step: 1')
    if (columnType === 'int' && (prefix !== undefined || pad !== undefined)) {
      const key = prefix === undefined ? 'pad' : 'prefix'
      report.problem(at(path, key), `${key} makes text, the column is int`, 'Write type: str')
    }
  },
  lower: ({ start = 1, step = 1, prefix = '', pad = 0 }) => ({
    type: 'sequence',
    start,
    step,
    prefix,
    pad,
  }),
})

const Bound = (description: string, example: number) =>
  Type.Union([Type.Number(), Type.String({ maxLength: 40 })], { description, examples: [example] })

export const range = defineRule({
  columnTypes: [...NUMBER_TYPES, 'date', 'datetime', 'time'],
  aliases: { min_value: 'min', max_value: 'max' },
  schema: Type.Object(
    {
      type: Type.Literal('range'),
      min: Bound('Least value, included; a date for date columns', 18),
      max: Bound('Greatest value, included; a date for date columns', 80),
      step: Type.Optional(
        Type.Number({ exclusiveMinimum: 0, description: 'Grid from min on', examples: [5] }),
      ),
      decimals: Decimals,
    },
    { additionalProperties: false, description: 'Every value between min and max is as likely' },
  ),
  check: (rule, context) => {
    if (context.columnType === 'time') checkClockRange(rule, context)
    else if (isTime(context.columnType)) checkTimeRange(rule, context)
    else checkNumberRange(rule, context)
  },
  lower: (rule, context) => {
    const { columnType } = context
    if (columnType === 'date' || columnType === 'datetime') {
      return lowerTimes({ min: String(rule.min), max: String(rule.max) }, columnType, context)
    }
    if (columnType === 'time') return lowerClock(clockBounds(rule))
    const [min, max, step] = [Number(rule.min), Number(rule.max), rule.step ?? null]
    const decimals = decimalsOf(rule.decimals, context, [min, max, step ?? 0])
    return {
      type: 'range',
      min: ceilTo(min, decimals),
      max: floorTo(max, decimals),
      step,
      decimals,
    }
  },
})

type RangeInput = { min: number | string; max: number | string; step?: number; decimals?: number }

function checkNoGrid(rule: RangeInput, context: RuleCheck): void {
  for (const key of ['step', 'decimals'] as const) {
    if (rule[key] !== undefined) {
      context.report.problem(at(context.path, key), `${key} is for numbers`, `Remove ${key}`)
    }
  }
}

function checkTimeRange(rule: RangeInput, context: RuleCheck): void {
  checkNoGrid(rule, context)
  checkTimeBounds({ min: String(rule.min), max: String(rule.max) }, context)
}

function checkClockRange(rule: RangeInput, context: RuleCheck): void {
  checkNoGrid(rule, context)
  checkClock(clockBounds(rule), context)
}

const clockBounds = ({ min, max }: RangeInput) => ({ min: String(min), max: String(max) })

/** Reports bounds of numbers that are no numbers, in the wrong order or off the grid. */
export function checkNumberRange(rule: RangeInput, context: RuleCheck): void {
  for (const key of ['min', 'max'] as const) {
    if (typeof rule[key] === 'string') {
      context.report.problem(
        at(context.path, key),
        `${key} must be a number, as the column is ${context.columnType}`,
        `Write ${key}: ${Number.isFinite(Number(rule[key])) ? Number(rule[key]) : 10}, or type: date`,
      )
    }
  }
  checkWhole(rule, ['min', 'max', 'step'], context)
  checkOrder(rule.min, rule.max, context)
  checkWidth(rule, context)
  checkGrid(rule, context)
}

/** The draw is a share of the width, which must be a number itself. */
function checkWidth({ min, max }: RangeInput, { path, report }: RuleCheck): void {
  if (typeof min !== 'number' || typeof max !== 'number' || Number.isFinite(max - min)) return
  const message = `Between ${min} and ${max} lies more than numbers can measure`
  report.problem(at(path, 'max'), message, 'Write bounds less far apart')
}

function checkGrid({ min, max, decimals }: RangeInput, { path, report }: RuleCheck): void {
  if (decimals === undefined || typeof min !== 'number' || typeof max !== 'number') return
  if (min <= max && ceilTo(min, decimals) > floorTo(max, decimals)) {
    report.problem(
      at(path, 'decimals'),
      `No number with ${decimals} decimals lies between ${min} and ${max}`,
      `Write decimals: ${Math.max(digitsOf(min), digitsOf(max))}`,
    )
  }
}

function isTime(type: ColumnType): boolean {
  return type === 'date' || type === 'datetime'
}

/** exp(36) is the last whole power below 2^53. */
const LOG_MEAN_MAX = 36

function checkLogMean(mean: number, { path, report }: RuleCheck): void {
  if (Math.abs(mean) <= LOG_MEAN_MAX) return
  report.problem(
    at(path, 'mean'),
    `mean ${mean} is that of the logarithm: exp(${mean}) is out of range`,
    'Write the logarithm of the middle value, for example mean: 10.8 for 50,000',
  )
}

function bell(name: 'normal' | 'lognormal' | 'truncated_normal', description: string) {
  return defineRule({
    columnTypes: NUMBER_TYPES,
    aliases: { std: 'stddev', std_dev: 'stddev', sd: 'stddev', mu: 'mean', sigma: 'stddev' },
    schema: Type.Object(
      {
        type: Type.Literal(name),
        mean: Type.Number({ description: 'Mean', examples: [name === 'lognormal' ? 3 : 50] }),
        stddev: Type.Number({
          exclusiveMinimum: 0,
          description: 'Standard deviation',
          examples: [name === 'lognormal' ? 0.5 : 10],
        }),
        min: Type.Optional(Type.Number({ description: 'Nothing below', examples: [0] })),
        max: Type.Optional(Type.Number({ description: 'Nothing above', examples: [100] })),
        decimals: Decimals,
      },
      { additionalProperties: false, description },
    ),
    check: (rule, context) => {
      checkWhole(rule, ['min', 'max'], context)
      checkOrder(rule.min, rule.max, context)
      if (name === 'lognormal') checkLogMean(rule.mean, context)
    },
    lower: ({ mean, stddev, min = null, max = null, decimals }, context) => ({
      type: name === 'lognormal' ? 'lognormal' : 'normal',
      mean,
      stddev,
      min,
      max,
      decimals: decimalsOf(decimals, context, []),
    }),
  })
}

export const normal = bell('normal', 'The bell curve; min and max truncate it')
export const truncated_normal = bell('truncated_normal', 'The bell curve between min and max')
export const lognormal = bell(
  'lognormal',
  'exp of a normal variable with this mean and standard deviation; min and max truncate it',
)
