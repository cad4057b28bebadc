// Laws whose place or spread is a formula over columns: read as the expression that draws them, so that what holds for
// expressions holds for them.
import Type, { type TSchema } from 'typebox'
import { namesInExpression } from '#engine/expression/names.ts'
import { at, quote } from '../problem.ts'
import { NUMBER_TYPES, type RuleCheck, type RuleInput, type RuleSpec } from './rule-spec.ts'

/** Parameters that only move or stretch a law; others change its shape. */
const MOVED: Readonly<Record<string, readonly string[]>> = {
  range: ['min', 'max'],
  uniform: ['min', 'max'],
  normal: ['mean', 'stddev'],
  truncated_normal: ['mean', 'stddev'],
  lognormal: ['mean', 'stddev'],
  exponential: ['rate', 'mean', 'scale'],
  gamma: ['shape', 'scale', 'rate'],
  pareto: ['shape', 'scale'],
  weibull: ['shape', 'scale'],
  beta: [],
  poisson: [],
  binomial: [],
  geometric: [],
  zipf: [],
}

const BOUNDED = ['range', 'uniform']
const FLOAT_DECIMALS = 2

const isFormula = (value: unknown): value is string => {
  if (typeof value !== 'string') return false
  const { columns, parents } = namesInExpression(value)
  return columns.length + parents.length > 0
}

/** Formulas among the parameters of a law for numbers; none for other rules and columns. */
function formulasOf(rule: RuleInput, { columnType }: RuleCheck): string[] {
  if (!NUMBER_TYPES.includes(columnType) || !Object.hasOwn(MOVED, rule.type)) return []
  return Object.keys(rule).filter((key) => key !== 'type' && isFormula(rule[key]))
}

/** Whether parameters of a law are formulas, where no column is seen; then they are reported. */
export function refuseFormulas(rule: RuleInput, context: RuleCheck): boolean {
  const [first] = formulasOf(rule, context)
  if (first === undefined) return false
  const message = `${first} must be a number: only the rule of a column sees other columns`
  context.report.problem(at(context.path, first), message, `Write ${first}: 10`)
  return true
}

/**
 * The rule itself where no parameter is a formula; else an expression, whose `formulas` are the parameters as written.
 * Null where one cannot be, which is reported.
 */
export function readFormulas(rule: RuleInput, context: RuleCheck): RuleInput | null {
  const formulas = formulasOf(rule, context)
  const [first] = formulas
  if (first === undefined) return rule
  const { path, report } = context
  const moved = (MOVED[rule.type] ?? []).filter((key) => key !== 'shape')
  const wrong = formulas.find((key) => !moved.includes(key))
  if (wrong !== undefined) {
    const works = moved.length > 0 ? `Write formulas in ${moved.join(' and ')}` : 'Write a number'
    const message = `${wrong} of ${rule.type} changes the shape of the law: it cannot be the formula ${quote(rule[wrong])}`
    report.problem(at(path, wrong), message, works)
    return null
  }
  const known = [...(MOVED[rule.type] ?? []), 'type', 'decimals']
  const other = Object.keys(rule).find((key) => !known.includes(key))
  if (other !== undefined) {
    const message = `${other} does not go with a formula in ${first}: a law is cut where its parameters are numbers`
    const hint = `Remove ${other}, or write an expression, such as max(0, normal(price * 2, 3))`
    report.problem(at(path, other), message, hint)
    return null
  }
  // What is wrong with them together is said of the first.
  report.written(at(path, 'value'), at(path, first))
  const each = Object.fromEntries(formulas.map((key) => [key, rule[key]]))
  return { ...expressionOf(rule, context), formulas: each }
}

/** Formulas stand in brackets, so that each is read as a whole. */
function expressionOf(rule: RuleInput, { columnType }: RuleCheck): RuleInput {
  const { type, decimals } = rule
  const isInt = columnType === 'int'
  const digits = decimals ?? (columnType === 'float' ? FLOAT_DECIMALS : undefined)
  const value = BOUNDED.includes(type) ? between(rule, isInt) : drawn(rule, isInt)
  return { type: 'expression', value, ...(digits === undefined ? {} : { decimals: digits }) }
}

const bracketed = (value: unknown): string => `(${String(value)})`

function between({ min = 0, max = 1 }: RuleInput, isInt: boolean): string {
  return isInt
    ? `range(ceil(${bracketed(min)}), floor(${bracketed(max)}))`
    : `uniform(${bracketed(min)}, ${bracketed(max)})`
}

function drawn(rule: RuleInput, isInt: boolean): string {
  const given = Object.entries(rule).filter(([key]) => key !== 'type' && key !== 'decimals')
  const parameters = given.map(([key, value]) => parameterOf(rule.type, key, value))
  const law = rule.type === 'truncated_normal' ? 'normal' : rule.type
  const draw = `${law}(${parameters.join(', ')})`
  return isInt ? `round(${draw})` : draw
}

/** The parameter by which the expression's law is stretched, where another name was written. */
function parameterOf(law: string, key: string, value: unknown): string {
  if (law === 'exponential' && key !== 'rate') return `rate: 1 / ${bracketed(value)}`
  if (law === 'gamma' && key === 'rate') return `scale: 1 / ${bracketed(value)}`
  return typeof value === 'number' ? `${key}: ${value}` : `${key}: ${bracketed(value)}`
}

/** A rule's schema as editors know it: parameters that may be formulas are texts too. */
export function schemaWithFormulas({ schema }: RuleSpec, name: string): TSchema {
  const moved = (MOVED[name] ?? []).filter((key) => key !== 'shape' && name !== 'range')
  const widened = moved.flatMap((key) => {
    const known = schema.properties[key]
    if (known === undefined) return []
    const { description, ...rest } = known as TSchema & { description?: string }
    const either = Type.Union([rest, Type.String({ maxLength: 2000 })], {
      description: `${description}; or a formula over columns`,
    })
    return [[key, either] as const]
  })
  if (widened.length === 0) return schema
  return { ...schema, properties: { ...schema.properties, ...Object.fromEntries(widened) } }
}
