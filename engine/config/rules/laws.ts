// Rules that draw numbers from a law: exponential, gamma, beta, pareto, weibull, poisson, binomial, geometric, zipf.

import Type, { type TSchema } from 'typebox'
import { hasValues } from '#engine/laws/draw.ts'
import { at } from '../problem.ts'
import type { LawRule } from '../types.ts'
import { checkOrder, checkWhole, DECIMALS_MAX, Decimals, decimalsOf } from './numbers.ts'
import { defineRule, type Lowering, NUMBER_TYPES, type RuleCheck } from './rule-spec.ts'

/** Digits that a spread of values is shown with, so that rounding cannot be seen in their law. */
const SPREAD_STEPS = 10_000

/** Digits after the point: as written, else enough for the spread of the values, at least two. */
export function decimalsFor(own: number | undefined, context: Lowering, spread: number): number {
  const decimals = decimalsOf(own, context, [])
  if (own !== undefined || context.scale !== null || context.columnType === 'int') return decimals
  let digits = decimals
  for (let steps = spread * 100; steps < SPREAD_STEPS && digits < DECIMALS_MAX; steps *= 10)
    digits++
  return digits
}

/** A law's parameters without its bounds. */
type Parameters<R = LawRule> = R extends LawRule ? Omit<R, 'min' | 'max'> : never

/** What was written: parameters by name. */
type Written = Readonly<Record<string, number | undefined>>

function numbersOf(rule: object): Written {
  return Object.fromEntries(Object.entries(rule).filter(([, value]) => typeof value === 'number'))
}

type LawDefinition = {
  description: string
  parameters: Record<string, TSchema>
  aliases?: Record<string, string>
  check?: (written: Written, context: RuleCheck) => void
  /** About how far values lie apart, for the digits of floats; none for whole numbers. */
  spread?: (written: Written) => number
  lower: (written: Written, decimals: number) => Parameters
}

function defineLaw(name: LawRule['type'], definition: LawDefinition) {
  const { description, parameters, aliases = {}, check, spread, lower } = definition
  const resolve = (rule: Written, decimals: number): LawRule =>
    ({ ...lower(rule, decimals), min: rule['min'] ?? null, max: rule['max'] ?? null }) as LawRule
  return defineRule({
    columnTypes: NUMBER_TYPES,
    aliases,
    schema: Type.Object(
      {
        type: Type.Literal(name),
        ...parameters,
        min: Type.Optional(Type.Number({ description: 'Nothing below', examples: [0] })),
        max: Type.Optional(Type.Number({ description: 'Nothing above', examples: [100] })),
        decimals: Decimals,
      },
      { additionalProperties: false, description: `${description}; min and max truncate it` },
    ),
    check: (input, context) => {
      const rule = numbersOf(input)
      checkWhole(rule, ['min', 'max'], context)
      checkOrder(rule['min'], rule['max'], context)
      const before = context.report.problems.length
      check?.(rule, context)
      if (context.report.problems.length === before) checkValues(resolve(rule, 0), context)
    },
    lower: (input, context) => {
      const rule = numbersOf(input)
      return resolve(rule, decimalsFor(rule['decimals'], context, spread?.(rule) ?? 1))
    },
  })
}

function checkValues(rule: LawRule, { path, report }: RuleCheck): void {
  const { min, max } = rule
  if ((min !== null && max !== null && min > max) || hasValues(rule)) return
  report.problem(
    at(path, min === null ? 'max' : 'min'),
    `The law has no values between ${min ?? 'its least'} and ${max ?? 'its greatest'}`,
    'Move min and max to where its values lie',
  )
}

const Positive = (description: string, example: number, maximum = 1e15) =>
  Type.Number({ exclusiveMinimum: 0, maximum, description, examples: [example] })

const Shape = (example: number) =>
  Type.Number({ minimum: 0.001, maximum: 1e6, description: 'Shape', examples: [example] })

/** Below, both ends have nearly all values, and what lies between is too steep for the tables. */
const Side = (example: number) =>
  Type.Number({ minimum: 0.02, maximum: 1e6, description: 'Shape of one end', examples: [example] })

const Probability = Type.Number({
  minimum: 0,
  maximum: 1,
  description: 'Probability of success',
  examples: [0.3],
})

/** Of several names for the same only one may be written. */
function checkOneOf(written: Written, names: readonly string[], { path, report }: RuleCheck): void {
  const [first, second] = names.filter((name) => written[name] !== undefined)
  if (first === undefined || second === undefined) return
  report.problem(at(path, second), `${first} and ${second} say the same`, `Write ${first} alone`)
}

const RATES = ['rate', 'mean', 'scale']

export const exponential = defineLaw('exponential', {
  description: 'Times between events that happen at a rate; its mean is 1 / rate',
  parameters: {
    rate: Type.Optional(Positive('Events in a unit of time', 0.5)),
    mean: Type.Optional(Positive('1 / rate, in place of it', 2)),
    scale: Type.Optional(Positive('The same as mean', 2)),
  },
  aliases: { lambda: 'rate', lam: 'rate', lambd: 'rate' },
  check: (written, context) => checkOneOf(written, RATES, context),
  spread: (written) => 1 / rateOf(written),
  lower: (written, decimals) => ({ type: 'exponential', rate: rateOf(written), decimals }),
})

function rateOf({ rate, mean, scale }: Written): number {
  return rate ?? 1 / (mean ?? scale ?? 1)
}

const SCALED = { scale: Type.Optional(Positive('Factor of all values [1]', 2)) }

export const gamma = defineLaw('gamma', {
  description: 'Sums of `shape` exponential values of mean `scale`',
  parameters: {
    shape: Shape(2),
    ...SCALED,
    rate: Type.Optional(Positive('1 / scale, in place of it', 0.5)),
  },
  aliases: { k: 'shape', alpha: 'shape', theta: 'scale', beta: 'rate' },
  check: (written, context) => checkOneOf(written, ['scale', 'rate'], context),
  spread: ({ shape = 1, scale, rate = 1 }) => Math.sqrt(shape) * (scale ?? 1 / rate),
  lower: ({ shape = 1, scale, rate = 1 }, decimals) => ({
    type: 'gamma',
    shape,
    scale: scale ?? 1 / rate,
    decimals,
  }),
})

export const beta = defineLaw('beta', {
  description: 'Shares between 0 and 1; their mean is alpha / (alpha + beta)',
  parameters: { alpha: Side(2), beta: Side(5) },
  aliases: { a: 'alpha', b: 'beta' },
  lower: ({ alpha = 1, beta: other = 1 }, decimals) => ({
    type: 'beta',
    alpha,
    beta: other,
    decimals,
  }),
})

export const pareto = defineLaw('pareto', {
  description: 'Few large values, many small ones, from `scale` on',
  parameters: { shape: Shape(3), ...SCALED },
  aliases: { alpha: 'shape', a: 'shape', xm: 'scale', x_m: 'scale' },
  spread: ({ scale = 1 }) => scale,
  lower: ({ shape = 1, scale = 1 }, decimals) => ({ type: 'pareto', shape, scale, decimals }),
})

export const weibull = defineLaw('weibull', {
  description: 'Lifetimes: shape below 1 fails early, above 1 wears out',
  parameters: { shape: Shape(1.5), ...SCALED },
  aliases: { k: 'shape', alpha: 'shape', a: 'shape', lambda: 'scale', beta: 'scale' },
  spread: ({ shape = 1, scale = 1 }) => scale / Math.max(1, shape),
  lower: ({ shape = 1, scale = 1 }, decimals) => ({ type: 'weibull', shape, scale, decimals }),
})

export const poisson = defineLaw('poisson', {
  description: 'How many events happen in a time in which `mean` are expected',
  parameters: {
    mean: Type.Number({ minimum: 0, maximum: 1e15, description: 'Mean', examples: [3] }),
  },
  aliases: { lambda: 'mean', lam: 'mean', mu: 'mean', rate: 'mean' },
  lower: ({ mean = 1 }) => ({ type: 'poisson', mean }),
})

export const binomial = defineLaw('binomial', {
  description: 'Successes of n trials of probability p',
  parameters: {
    n: Type.Integer({ minimum: 0, maximum: 1e15, description: 'Trials', examples: [10] }),
    p: Probability,
  },
  aliases: { trials: 'n', probability: 'p' },
  lower: ({ n = 1, p = 0 }) => ({ type: 'binomial', n, p }),
})

export const geometric = defineLaw('geometric', {
  description: 'Trials of probability p up to the first success: 1, 2, ...',
  parameters: {
    p: Type.Number({
      minimum: 1e-12,
      maximum: 1,
      description: 'Probability of success',
      examples: [0.3],
    }),
  },
  aliases: { probability: 'p' },
  lower: ({ p = 1 }) => ({ type: 'geometric', p }),
})

/** Where there is no end only exponents above 1 have a law. */
const exponentOf = ({ s, n, max }: Written): number =>
  s ?? (n === undefined && max === undefined ? 2 : 1)

export const zipf = defineLaw('zipf', {
  description: 'Ranks 1 to n, of which k is as likely as 1 / k^s',
  parameters: {
    s: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 20,
        description: 'Exponent [1, or 2 without n and max]',
        examples: [1.2],
      }),
    ),
    n: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: Number.MAX_SAFE_INTEGER,
        description: 'Greatest rank; without it there is none, and s is above 1',
        examples: [1000],
      }),
    ),
  },
  aliases: { a: 's', alpha: 's', exponent: 's' },
  check: (written, { path, report }) => {
    const { n, max } = written
    const s = exponentOf(written)
    if (s > 1 || n !== undefined || max !== undefined) return
    report.problem(
      at(path, 's'),
      `Without n the exponent s must be above 1, not ${s}`,
      'Write n: 1000',
    )
  },
  lower: (written) => ({ type: 'zipf', s: exponentOf(written), n: written['n'] ?? null }),
})
