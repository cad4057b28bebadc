// A condition of a conditional rule: a comparison, or all, any, not over others.
import { at, nameHint, quote, type Report } from './problem.ts'
import { ComparisonSchema, OPERATORS } from './schema-conditions.ts'
import { checkShape, type Fields, isObject } from './shape.ts'
import type { Condition, Operator, Scalar } from './types.ts'

const OPERATOR_ALIASES: Readonly<Record<string, Operator>> = {
  '=': '==',
  eq: '==',
  equals: '==',
  '<>': '!=',
  '=>': '>=',
  '=<': '<=',
  ne: '!=',
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
  'not in': 'not_in',
  startswith: 'starts_with',
  endswith: 'ends_with',
}

const HINT = 'Write {column: status, operator: "==", value: pending}, or all, any, not over such'

/** Null when it is not usable; the report then says why. */
export function readCondition(value: unknown, path: string, report: Report): Condition | null {
  if (!isObject(value)) {
    report.problem(path, 'A condition is an object', HINT)
    return null
  }
  const keys = Object.keys(value)
  const group = keys.find((key) => key === 'all' || key === 'any' || key === 'not')
  if (group === undefined) return readComparison(value, path, report)
  if (keys.length > 1) {
    report.problem(path, `${group} stands alone in its condition`, HINT)
    return null
  }
  if (group === 'not') {
    const inner = readCondition(value['not'], at(path, 'not'), report)
    return inner === null ? null : { not: inner }
  }
  const inner = readGroup(value[group], at(path, group), report)
  if (inner === null) return null
  return group === 'all' ? { all: inner } : { any: inner }
}

function readGroup(value: unknown, path: string, report: Report): Condition[] | null {
  if (!Array.isArray(value) || value.length === 0) {
    report.problem(path, 'all and any take a list of conditions', HINT)
    return null
  }
  const read = value.map((item, i) => readCondition(item, at(path, i), report))
  const conditions = read.filter((condition) => condition !== null)
  return conditions.length === read.length ? conditions : null
}

function readComparison(value: Fields, path: string, report: Report): Condition | null {
  const options = { what: 'condition', deep: ['operator'] }
  const shaped = checkShape(ComparisonSchema, value, path, report, options)
  const operator = readOperator(value['operator'], at(path, 'operator'), report)
  if (!shaped || operator === null) return null
  const literal = value['value'] as Scalar | Scalar[] | undefined
  if (!checkValue(operator, literal, path, report)) return null
  return { column: value['column'] as string, operator, value: literal ?? null }
}

function readOperator(value: unknown, path: string, report: Report): Operator | null {
  if (value === undefined) return null
  const name = typeof value === 'string' ? value.trim().toLowerCase() : ''
  const alias = Object.hasOwn(OPERATOR_ALIASES, name) ? OPERATOR_ALIASES[name] : undefined
  const operator = alias ?? OPERATORS.find((known) => known === name)
  if (operator === undefined) {
    const near = nameHint(name, OPERATORS)
    const hint = near.startsWith('Did') ? near : `Use one of ${OPERATORS.join(' ')}.`
    report.problem(path, `There is no operator ${quote(value)}`, hint)
  }
  return operator ?? null
}

function checkValue(
  operator: Operator,
  value: Scalar | Scalar[] | undefined,
  path: string,
  report: Report,
): boolean {
  const fault = valueFault(operator, value)
  if (fault === null) return true
  report.problem(at(path, 'value'), `${operator} ${fault[0]}`, fault[1])
  return false
}

const IS_NULL = 'Write operator: is_null, by itself or beside others under any'

function valueFault(operator: Operator, value: Scalar | Scalar[] | undefined): string[] | null {
  const isList = Array.isArray(value)
  const takesNull = operator === 'is_null' || operator === 'is_not_null'
  if (!takesNull && (isList ? value.includes(null) : value === null)) {
    return ['compares with no null', IS_NULL]
  }
  switch (operator) {
    case 'is_null':
    case 'is_not_null':
      return value === undefined || value === null ? null : ['takes no value', 'Remove value']
    case 'in':
    case 'not_in':
      return isList && value.length > 0 ? null : ['takes a list', 'Write value: [a, b]']
    case 'between':
      return isList && value.length === 2 ? null : ['takes two values', 'Write value: [1, 10]']
    case 'contains':
    case 'starts_with':
    case 'ends_with':
      return typeof value === 'string' ? null : ['takes text', 'Write value: "abc"']
    case 'matches':
      return typeof value === 'string'
        ? patternFault(value)
        : ['takes a pattern', 'Write value: "^A"']
    default:
      return isList || value === undefined ? ['takes one value', 'Write value: 1'] : null
  }
}

const PATTERN_MAX = 200

/** Patterns that can take exponential time (a repeated group with repeats or alternatives, a backreference) are refused. */
function patternFault(pattern: string): string[] | null {
  if (pattern.length > PATTERN_MAX)
    return ['takes a short pattern', `Use at most ${PATTERN_MAX} characters`]
  if (/\([^)]*[*+{|][^)]*\)[*+{]|\\[1-9]|\\k<|\(\(|\)\)[*+{]/.test(pattern)) {
    const message = 'takes a pattern without repeats of repeats or alternatives, or backreferences'
    return [message, 'Write it without them, for example [ab]+ in place of (a|b)+']
  }
  try {
    new RegExp(pattern, 'u')
    return null
  } catch {
    return ['takes a regular expression, and this is none', 'Write for example "^[A-Z]{3}"']
  }
}
