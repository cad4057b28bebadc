// Type names, ours and those of other dialects. A type that names a kind of word (`email`, `phone`) is text with that rule.
import { nameHint, quote, type Report } from './problem.ts'
import { WORD_RULES } from './rules/registry.ts'
import { ANY_TYPE } from './rules/rule-spec.ts'
import type { ColumnType } from './types.ts'

export type ReadType = {
  type: ColumnType
  precision: { digits: number; scale: number } | null
  /** The rule that the type itself names, null for plain types. */
  rule: string | null
}

const TYPES: Readonly<Record<string, ColumnType>> = {
  int: 'int',
  integer: 'int',
  bigint: 'int',
  smallint: 'int',
  long: 'int',
  float: 'float',
  double: 'float',
  real: 'float',
  number: 'float',
  decimal: 'decimal',
  numeric: 'decimal',
  money: 'decimal',
  str: 'str',
  string: 'str',
  text: 'str',
  varchar: 'str',
  char: 'str',
  enum: 'str',
  category: 'str',
  categorical: 'str',
  bool: 'bool',
  boolean: 'bool',
  uuid: 'uuid',
  date: 'date',
  datetime: 'datetime',
  timestamp: 'datetime',
  time: 'time',
  json: 'json',
  jsonb: 'json',
  object: 'json',
  array: 'json',
}

const WORD_TYPES: Readonly<Record<string, string>> = {
  name: 'full_name',
  phone_number: 'phone',
  ...Object.fromEntries(WORD_RULES.filter((rule) => rule !== 'uuid').map((rule) => [rule, rule])),
}

const OUR_TYPES = [...ANY_TYPE, 'json']
const DIGITS_MAX = 38
const SCALE_MAX = 15

/** Null when the type is unknown or not of this release. */
export function readColumnType(value: string, path: string, report: Report): ReadType | null {
  const match = /^([a-z_ ]+?)\s*(?:\(\s*(\d{1,4})\s*(?:,\s*(\d{1,3})\s*)?\))?$/.exec(
    value.trim().toLowerCase(),
  )
  const name = (match?.[1] ?? value).trim().replaceAll(' ', '_')
  const type = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined
  if (type === 'decimal') return readDecimal(match?.[2], match?.[3], path, report)
  if (type !== undefined) return { type, precision: null, rule: name === 'array' ? name : null }
  const rule = Object.hasOwn(WORD_TYPES, name) ? WORD_TYPES[name] : undefined
  if (rule !== undefined) return { type: 'str', precision: null, rule }
  const types = [...OUR_TYPES, ...Object.keys(WORD_TYPES)]
  report.problem(path, `There is no type ${quote(value)}`, nameHint(name, types))
  return null
}

function readDecimal(
  digitsText: string | undefined,
  scaleText: string | undefined,
  path: string,
  report: Report,
): ReadType | null {
  if (digitsText === undefined) return { type: 'decimal', precision: null, rule: null }
  const [digits, scale] = [Number(digitsText), Number(scaleText ?? '0')]
  if (digits >= 1 && digits <= DIGITS_MAX && scale <= Math.min(digits, SCALE_MAX)) {
    return { type: 'decimal', precision: { digits, scale }, rule: null }
  }
  const message = `decimal(${digits},${scale}) is not possible`
  report.problem(
    path,
    message,
    `Write decimal(18,2): up to ${DIGITS_MAX} digits, ${SCALE_MAX} of them decimals`,
  )
  return null
}
