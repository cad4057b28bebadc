// Distributions inside expressions: normal(100, 15), poisson(mean: 3). Each call draws by itself.

import type { Rule } from '#engine/config/types.ts'
import { exp } from '#engine/math/elementary.ts'
import { arithmetic } from './arithmetic.ts'
import { randomRange } from './number-functions.ts'
import { mapNumbers, toFloat } from './numbers.ts'
import { ExpressionError, type ExpressionProblem } from './problem.ts'
import { asNumbers, isNumeric, type Typed, typed } from './typed.ts'

/** Parameters by position, as the rules name them, and whether the values are whole. */
const LAWS: ReadonlyMap<string, { parameters: readonly string[]; whole?: true }> = new Map([
  ['uniform', { parameters: ['min', 'max'] }],
  ['normal', { parameters: ['mean', 'stddev', 'min', 'max'] }],
  ['truncated_normal', { parameters: ['mean', 'stddev', 'min', 'max'] }],
  ['lognormal', { parameters: ['mean', 'stddev', 'min', 'max'] }],
  ['exponential', { parameters: ['rate', 'min', 'max'] }],
  ['gamma', { parameters: ['shape', 'scale', 'min', 'max'] }],
  ['beta', { parameters: ['alpha', 'beta', 'min', 'max'] }],
  ['pareto', { parameters: ['shape', 'scale', 'min', 'max'] }],
  ['weibull', { parameters: ['shape', 'scale', 'min', 'max'] }],
  ['poisson', { parameters: ['mean', 'min', 'max'], whole: true }],
  ['binomial', { parameters: ['n', 'p', 'min', 'max'], whole: true }],
  ['geometric', { parameters: ['p', 'min', 'max'], whole: true }],
  ['zipf', { parameters: ['s', 'n', 'min', 'max'], whole: true }],
])

/** Digits of a draw from a law: its rule rounds, and what comes of it is rounded once more in the end. */
const DRAW_DECIMALS = 6
const STANDARD_DECIMALS = 12

/** The distributions of the language. */
export const LAW_NAMES: readonly string[] = [...LAWS.keys()]

const kindOfLaw = (law: string): 'int' | 'float' => (LAWS.get(law)?.whole ? 'int' : 'float')

export type NamedArgument = { name: string; value: Typed }

/** Arguments by parameter; ExpressionError for one too many, twice or unknown. */
function assign(
  at: number,
  law: string,
  args: readonly Typed[],
  named: readonly NamedArgument[],
): Map<string, Typed> {
  const parameters = LAWS.get(law)?.parameters ?? []
  const given = new Map<string, Typed>()
  const hint = `Write ${law}(${parameters.join(', ')})`
  for (const [i, value] of args.entries()) {
    const parameter = parameters[i]
    if (parameter === undefined)
      throw new ExpressionError(at, `${law} has too many arguments`, { hint })
    given.set(parameter, value)
  }
  for (const { name, value } of named) {
    if (given.has(name)) throw new ExpressionError(value.at, `${name} is given twice`, { hint })
    given.set(name, value)
  }
  for (const { at: place, kind } of given.values()) {
    if (!isNumeric(kind))
      throw new ExpressionError(place, `${law} needs numbers, not ${kind}`, { hint })
  }
  return given
}

function literalOf(law: string, name: string, { at, literal }: Typed): number {
  if (typeof literal === 'number') return literal
  throw new ExpressionError(at, `${name} of ${law} must be a number here, not a formula`, {
    hint: 'Write the number itself; formulas go into range, uniform, normal, lognormal, rates and scales',
  })
}

/** A law's parameters as its rule has them, `type` included. */
export type LawInput = { type: string } & Record<string, string | number>

/**
 * What is wrong with the parameters of a law, or that it is not to be had: asked where a config is checked. A
 * config that was checked is compiled without it.
 */
export type CheckLaw = (
  law: LawInput,
  columnType: 'int' | 'float',
) => Omit<ExpressionProblem, 'offset'> | null

type Numbers = Readonly<Record<string, number>>

/** What a law takes where nothing was written, or the same was said by another name. */
function completed(law: string, given: Numbers): Numbers {
  const { rate, scale, mean } = given
  if (law === 'exponential') return { ...given, rate: rate ?? 1 / (mean ?? scale ?? 1) }
  if (law === 'gamma') return { ...given, scale: scale ?? 1 / (rate ?? 1) }
  if (law === 'zipf') return { s: 1, ...given }
  return { scale: 1, ...given }
}

/** The rule of a resolved config; it ignores what is no parameter of its law. */
function resolvedLaw(law: string, given: Numbers, decimals: number): Rule {
  const bounds = { min: null, max: null, n: null, decimals }
  const parameters = { ...bounds, ...completed(law, given) }
  if (law === 'uniform') {
    const { min, max } = parameters
    return { ...parameters, type: 'range', min: min ?? 0, max: max ?? 1, step: null }
  }
  return { ...parameters, type: law === 'truncated_normal' ? 'normal' : law } as Rule
}

/** The rule of a law with literal parameters. */
function ruleOf(at: number, law: string, given: ReadonlyMap<string, Typed>, check: CheckLaw): Rule {
  const kind = kindOfLaw(law)
  const decimals = kind === 'int' ? 0 : DRAW_DECIMALS
  const entries = [...given].map(([name, value]) => [name, literalOf(law, name, value)] as const)
  const parameters = Object.fromEntries(entries)
  const problem = check({ type: law, ...parameters }, kind)
  if (problem) throw new ExpressionError(at, problem.message, problem)
  return resolvedLaw(law, parameters, decimals)
}

function drawn(at: number, kind: 'int' | 'float', rule: Rule): Typed {
  return typed(at, kind, ({ context }) => context.nested(rule, { type: kind, scale: null }))
}

/** mean + stddev * z of a standard normal z, so that both may be formulas. */
function normal(at: number, mean: Typed, stddev: Typed): Typed {
  if (typeof stddev.literal === 'number' && stddev.literal < 0) {
    throw new ExpressionError(stddev.at, 'stddev must not be negative', {
      hint: 'Write it without -',
    })
  }
  const z = drawn(at, 'float', {
    ...{ type: 'normal', mean: 0, stddev: 1, min: null, max: null, decimals: STANDARD_DECIMALS },
  })
  return arithmetic('+', mean, arithmetic('*', stddev, z))
}

function exponentialOf(exponent: Typed): Typed {
  return typed(exponent.at, 'float', (building) => {
    const { capacity } = building.context
    const kernel = toFloat(asNumbers(exponent.build(building, null)), capacity)
    return mapNumbers(capacity, { type: 'float', scale: 0, partial: true }, [kernel], exp)
  })
}

function asFloat(operand: Typed): Typed {
  return typed(operand.at, 'float', (building) =>
    toFloat(asNumbers(operand.build(building, null)), building.context.capacity),
  )
}

/** Laws that a parameter only stretches, and how. */
const STRETCHED: ReadonlyMap<string, { parameter: string; operator: '*' | '/' }> = new Map([
  ['exponential', { parameter: 'rate', operator: '/' }],
  ['gamma', { parameter: 'scale', operator: '*' }],
  ['pareto', { parameter: 'scale', operator: '*' }],
  ['weibull', { parameter: 'scale', operator: '*' }],
])

/** A law whose rate or scale is a formula: that of 1, stretched. */
function stretched(
  at: number,
  law: string,
  given: ReadonlyMap<string, Typed>,
  check: CheckLaw,
): Typed | undefined {
  const { parameter = '', operator = '*' } = STRETCHED.get(law) ?? {}
  const factor = given.get(parameter)
  if (!factor || typeof factor.literal === 'number' || given.has('min') || given.has('max')) {
    return undefined
  }
  const others = new Map([...given].filter(([name]) => name !== parameter))
  const one = { ...factor, literal: 1 }
  const standard = ruleOf(at, law, new Map([...others, [parameter, one]]), check)
  return arithmetic(operator, drawn(at, 'float', standard), factor)
}

/** The laws whose parameters may be formulas; undefined for the others. */
function composed(at: number, law: string, given: ReadonlyMap<string, Typed>): Typed | undefined {
  const [mean, stddev, min, max] = ['mean', 'stddev', 'min', 'max'].map((name) => given.get(name))
  if (given.size !== 2) return undefined
  if (law === 'uniform' && min && max) return randomRange(asFloat(min), asFloat(max))
  if (!mean || !stddev) return undefined
  if (law === 'normal') return normal(at, mean, stddev)
  return law === 'lognormal' ? exponentialOf(normal(at, mean, stddev)) : undefined
}

/** A random draw from a law; undefined where `law` is none, ExpressionError where its parameters are wrong. */
export function drawFrom(
  at: number,
  law: string,
  args: readonly Typed[],
  named: readonly NamedArgument[],
  check: CheckLaw,
): Typed | undefined {
  if (!LAWS.has(law)) return undefined
  const given = assign(at, law, args, named)
  return (
    composed(at, law, given) ??
    stretched(at, law, given, check) ??
    drawn(at, kindOfLaw(law), ruleOf(at, law, given, check))
  )
}
