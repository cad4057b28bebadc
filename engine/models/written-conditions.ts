// The forms in which users write conditions and bounds: by column, as comparisons, as text.

import { at, quote, type Report } from '#engine/config/problem.ts'
import { readCondition } from '#engine/config/read-condition.ts'
import type { Condition, Scalar } from '#engine/config/types.ts'
import { parseConditionText } from './condition-text.ts'

export type Comparison = Extract<Condition, { column: string }>

const HINT = `Write {income: ">50K"}, {age: {min: 18, max: 65}} or "income = '>50K' and age >= 18"`

export type Placed = { comparison: Comparison; path: string }

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** `conditions` as comparisons that are all to be met; what is wrong with them is reported at `path` or below. */
export function comparisonsOf(value: unknown, path: string, report: Report): Placed[] {
  if (value === undefined || value === null) return []
  if (typeof value === 'string') {
    const written = parseConditionText(value)
    if (written === null) report.problem(path, `${quote(value)} is no condition`, HINT)
    return (written ?? []).flatMap((one) => flatten(readCondition(one, path, report), path, report))
  }
  if (Array.isArray(value))
    return value.flatMap((one, i) => comparisonsOf(one, at(path, i), report))
  if (!isObject(value)) {
    report.problem(path, 'conditions are an object, a list or text', HINT)
    return []
  }
  const isWritten = 'operator' in value || ['all', 'any', 'not'].some((key) => isGroup(value[key]))
  if (isWritten) return flatten(readCondition(value, path, report), path, report)
  return Object.entries(value).flatMap(([column, wanted]) =>
    comparisonOf(column, wanted, at(path, column), report),
  )
}

const isGroup = (value: unknown): boolean =>
  isObject(value) ? 'operator' in value : Array.isArray(value) && value.every(isObject)

/** `age: 30`, `age: [30, 31]`, `age: {min: 18}`, `age: null`, `age: {not: null}`. */
function comparisonOf(column: string, wanted: unknown, path: string, report: Report): Placed[] {
  const placed = (operator: Comparison['operator'], value: Scalar | Scalar[]): Placed[] => {
    return [{ comparison: { column, operator, value }, path }]
  }
  if (wanted === null) return placed('is_null', null)
  if (isList(wanted))
    return wanted.every((one) => one === null) ? placed('is_null', null) : placed('in', wanted)
  if (isObject(wanted) && Object.keys(wanted).join() === 'not') {
    const { not } = wanted
    if (not === null) return placed('is_not_null', null)
    if (isList(not)) return placed('not_in', not)
    if (isScalar(not)) return placed('!=', not)
  }
  if (isScalar(wanted)) return placed('==', wanted)
  if (isObject(wanted)) return rangeOf(column, wanted, path, report)
  report.problem(path, 'A condition is a value, a list of values, {min, max} or {not: null}', HINT)
  return []
}

/** Of values, nulls among them. */
const isList = (value: unknown): value is Scalar[] =>
  Array.isArray(value) && value.length > 0 && value.every((one) => one === null || isScalar(one))

const isScalar = (value: unknown): value is string | number | boolean =>
  ['string', 'number', 'boolean'].includes(typeof value)

function rangeOf(
  column: string,
  wanted: Record<string, unknown>,
  path: string,
  report: Report,
): Placed[] {
  const keys = Object.keys(wanted)
  const known = keys.length > 0 && keys.every((key) => key === 'min' || key === 'max')
  if (!known || !keys.every((key) => isScalar(wanted[key]))) {
    report.problem(path, 'A range has min, max or both', 'Write {min: 18, max: 65}')
    return []
  }
  return keys.map((key) => {
    const operator = key === 'min' ? '>=' : '<='
    return { comparison: { column, operator, value: wanted[key] as Scalar }, path: at(path, key) }
  })
}

function flatten(condition: Condition | null, path: string, report: Report): Placed[] {
  if (condition === null) return []
  if ('column' in condition) return [{ comparison: condition, path }]
  if ('all' in condition) return condition.all.flatMap((one) => flatten(one, path, report))
  const message = 'Conditions on a model are met together: any and not are not for them'
  report.unsupported(
    path,
    message,
    'Write all, in, not_in, != or ranges, or one job for each case.',
  )
  return []
}

/** `bounds` as comparisons. */
export function boundsOf(bounds: unknown, report: Report): Placed[] {
  if (bounds === undefined || bounds === null) return []
  if (isObject(bounds)) {
    return Object.entries(bounds).flatMap(([column, wanted]) => {
      const path = at('/bounds', column)
      const [min, max] = Array.isArray(wanted) ? wanted : []
      const range = Array.isArray(wanted) && wanted.length === 2 ? { min, max } : wanted
      return rangeOf(column, isObject(range) ? range : {}, path, report)
    })
  }
  report.problem('/bounds', 'bounds are by column', 'Write {age: {min: 18, max: 65}}')
  return []
}
