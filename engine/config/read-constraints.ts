// Column constraints in both spellings: a list of names (PK, FK, unique, ...), or bounds and values in an object.
import { at, nameHint, quote, type Report } from './problem.ts'
import { FieldConstraintsSchema } from './schema-column.ts'
import { checkShape, type Fields, isObject } from './shape.ts'
import type { ColumnType } from './types.ts'

export type Constraints = {
  primary_key: boolean
  foreign_key: boolean
  unique: boolean
  not_null: boolean
  nullable: boolean
  /** Bounds on the characters of a text. */
  min_length: number | null
  max_length: number | null
  /** The rule that the bounds or values stand for. */
  rule: Fields | null
}

const NAMES: Readonly<
  Record<string, Exclude<keyof Constraints, 'rule' | 'min_length' | 'max_length'>>
> = {
  pk: 'primary_key',
  primary_key: 'primary_key',
  fk: 'foreign_key',
  foreign_key: 'foreign_key',
  unique: 'unique',
  not_null: 'not_null',
  required: 'not_null',
  nullable: 'nullable',
  null: 'nullable',
}

const VALID = ['PK', 'FK', 'unique', 'not_null', 'nullable']

export function readConstraints(
  value: unknown,
  path: string,
  type: ColumnType,
  report: Report,
): Constraints {
  const none: Constraints = {
    primary_key: false,
    foreign_key: false,
    unique: false,
    not_null: false,
    nullable: false,
    min_length: null,
    max_length: null,
    rule: null,
  }
  if (value === undefined || value === null) return none
  if (isObject(value)) return { ...none, ...readFieldConstraints(value, path, type, report) }
  for (const [i, name] of (Array.isArray(value) ? value : [value]).entries()) {
    const key =
      typeof name === 'string'
        ? name
            .trim()
            .toLowerCase()
            .replaceAll(/[\s-]+/g, '_')
        : ''
    const flag = Object.hasOwn(NAMES, key) ? NAMES[key] : undefined
    const place = Array.isArray(value) ? at(path, i) : path
    if (flag !== undefined) none[flag] = true
    else report.problem(place, `There is no constraint ${quote(name)}`, nameHint(key, VALID))
  }
  return none
}

function readFieldConstraints(
  value: Fields,
  path: string,
  type: ColumnType,
  report: Report,
): Partial<Constraints> {
  const given = Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null))
  const options = { what: 'constraints object' }
  if (!checkShape(FieldConstraintsSchema, given, path, report, options)) return {}
  for (const [name, written] of IN_A_RULE) {
    if (given[written] !== undefined) report.written(at(path, name), at(path, written))
  }
  return {
    primary_key: given['primary_key'] === true,
    unique: given['unique'] === true,
    not_null: given['not_null'] === true,
    nullable: given['nullable'] === true,
    min_length: (given['min_length'] as number | undefined) ?? null,
    max_length: (given['max_length'] as number | undefined) ?? null,
    rule: ruleOf(given, type),
  }
}

/** Parameters of the rule that bounds and values stand for, and what they are called here; the last one there counts. */
const IN_A_RULE = [
  ['min', 'min_value'],
  ['max', 'max_value'],
  ['value', 'pattern'],
  ['value', 'enum'],
] as const

const FREE_MIN = 0
const FREE_SPAN = 1000

function ruleOf(
  { enum: values, pattern, min_value, max_value }: Fields,
  type: ColumnType,
): Fields | null {
  if (values !== undefined) return { type: 'choice', value: values }
  if (pattern !== undefined) return { type: 'regex', value: pattern }
  if (min_value === undefined && max_value === undefined) return null
  if (type === 'date' || type === 'datetime' || type === 'time') {
    const bounds = { ...(min_value === undefined ? {} : { min: min_value }) }
    return { type, ...bounds, ...(max_value === undefined ? {} : { max: max_value }) }
  }
  // What is no number is reported as it was written.
  const [low, high] = [Number(min_value) || 0, Number(max_value) || 0]
  const min = min_value ?? Math.min(FREE_MIN, high - FREE_SPAN)
  const max = max_value ?? Math.max(FREE_MIN, low) + FREE_SPAN
  return { type: 'range', min, max }
}
