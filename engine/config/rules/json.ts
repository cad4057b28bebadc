// Rules that make JSON: object and array, nested as they are written. Inside, a rule has the type that it makes unless
// one is written beside it.
import Type from 'typebox'
import { ITEMS_MAX } from '#engine/rules/array.ts'
import { parseInstant } from '../dates.ts'
import { digitsOf } from '../numbers.ts'
import { at, quote } from '../problem.ts'
import { isObject } from '../shape.ts'
import type { ColumnType, JsonPart } from '../types.ts'
import { defineRule, type Lowering, type RuleCheck } from './rule-spec.ts'

const FIELDS_MAX = 200
const DEFAULT_LENGTH = { type: 'range', min: 1, max: 5 }

const TYPES: Readonly<Record<string, ColumnType>> = {
  int: 'int',
  float: 'float',
  decimal: 'decimal',
  str: 'str',
  string: 'str',
  bool: 'bool',
  uuid: 'uuid',
  date: 'date',
  datetime: 'datetime',
  time: 'time',
  json: 'json',
}

const TYPE_OF_RULE: Readonly<Record<string, ColumnType>> = {
  ...Object.fromEntries(
    ['sequence', 'poisson', 'binomial', 'geometric', 'zipf'].map((name) => [name, 'int']),
  ),
  ...Object.fromEntries(
    `uniform normal gaussian truncated_normal lognormal log_normal exponential gamma beta pareto weibull mixture
    histogram walk latitude longitude`
      .split(/\s+/)
      .map((name) => [name, 'float']),
  ),
  boolean: 'bool',
  bool: 'bool',
  uuid: 'uuid',
  uuid4: 'uuid',
  date: 'date',
  datetime: 'datetime',
  timestamp: 'datetime',
  time: 'time',
  object: 'json',
  array: 'json',
  point: 'json',
}

/** Rules that have no place in JSON; in an array, whose items are no rows, none that look at columns or count rows. */
const NOT_INSIDE = ['reference', 'custom']
const NOT_IN_ARRAY = [
  ...NOT_INSIDE,
  ...['expression', 'template', 'sequence', 'series', 'walk', 'state', 'state_machine'],
]

type Part = { type: ColumnType; rule: unknown; path: string }

function typeOfValues(values: readonly unknown[]): ColumnType {
  if (values.every((value) => Number.isInteger(value))) return 'int'
  if (values.every((value) => typeof value === 'number')) return 'float'
  return values.every((value) => typeof value === 'boolean') ? 'bool' : 'str'
}

function typeOfRange(rule: Record<string, unknown>): ColumnType {
  const { min, max, step = 0, decimals = 0 } = rule
  if (typeof min === 'string') {
    const instant = parseInstant(min)
    return instant === null ? 'time' : instant.dateOnly ? 'date' : 'datetime'
  }
  const written = [min, max, step].map((value) => (typeof value === 'number' ? digitsOf(value) : 0))
  return decimals !== 0 || written.some((digits) => digits > 0) ? 'float' : 'int'
}

/** The type of what a rule makes. */
function typeOf(rule: unknown): ColumnType {
  const name = isObject(rule) ? rule['type'] : rule
  if (isObject(rule) && name === 'range') return typeOfRange(rule)
  if (isObject(rule) && (name === 'choice' || name === 'constant')) {
    const value = rule['value'] ?? rule['values'] ?? []
    if (isObject(value)) return 'str'
    return typeOfValues(Array.isArray(value) ? value.filter((one) => one !== null) : [value])
  }
  return TYPE_OF_RULE[String(name)] ?? 'str'
}

/** A rule, or `{type, rule}` where the type is written beside it. */
function partOf(written: unknown, path: string): Part {
  if (!isObject(written) || written['rule'] === undefined) {
    return { type: typeOf(written), rule: written, path }
  }
  const { type, rule } = written
  const known = typeof type === 'string' && Object.hasOwn(TYPES, type) ? TYPES[type] : undefined
  return { type: known ?? typeOf(rule), rule, path: at(path, 'rule') }
}

/** A map of names to rules, or a list of `{name, type, rule}`. */
export function fieldsOf(fields: object, path: string): (Part & { name: string })[] {
  if (!Array.isArray(fields)) {
    return Object.entries(fields).map(([name, rule]) => ({ name, ...partOf(rule, at(path, name)) }))
  }
  return fields.map((field: unknown, i) => {
    const name = isObject(field) ? field['name'] : undefined
    return { name: typeof name === 'string' ? name : '', ...partOf(field, at(path, i)) }
  })
}

function checkPart({ type, rule, path }: Part, context: RuleCheck): void {
  const name = isObject(rule) ? rule['type'] : rule
  const from = isObject(rule) && context.inArray ? rule['from'] : undefined
  const refused = context.inArray ? NOT_IN_ARRAY : NOT_INSIDE
  if ((typeof name === 'string' && refused.includes(name)) || from !== undefined) {
    const what = from === undefined ? `The rule ${String(name)}` : 'from'
    const where = context.inArray ? 'an array' : 'JSON'
    const works = 'Write a rule of its own, or a column beside this one'
    context.report.unsupported(path, `${what} cannot look out of ${where} in this release`, works)
  } else context.nested(rule, path, type)
}

function lowered({ type, rule }: Part, { lowerNested }: Lowering): JsonPart {
  const decimals = isObject(rule) ? rule['decimals'] : undefined
  const scale = type === 'decimal' ? (typeof decimals === 'number' ? decimals : 2) : null
  return { type, scale, rule: lowerNested(rule, type) }
}

export const object = defineRule({
  columnTypes: ['json'],
  aliases: { properties: 'fields' },
  schema: Type.Object(
    {
      type: Type.Literal('object'),
      fields: Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Array(Type.Unknown())], {
        description: 'Names and their rules; or a list of {name, type, rule}',
        examples: [{ size: { type: 'range', min: 1, max: 9 }, owner: 'full_name' }],
      }),
    },
    { additionalProperties: false, description: 'An object of values by rules of their own' },
  ),
  check: ({ fields }, context) => {
    const path = at(context.path, 'fields')
    const parts = fieldsOf(fields, path)
    if (parts.length > FIELDS_MAX) {
      context.report.problem(path, `${parts.length} fields are too many`, `At most ${FIELDS_MAX}`)
      return
    }
    const names = parts.map(({ name }) => name)
    for (const [i, part] of parts.entries()) {
      if (part.name === '' && Array.isArray(fields)) {
        context.report.problem(part.path, 'The field needs a name', 'Write name: size')
      } else if (names.indexOf(part.name) < i) {
        const hint = 'Give each field a name of its own'
        context.report.problem(part.path, `There are two fields ${quote(part.name)}`, hint)
      }
      checkPart(part, context)
    }
  },
  lower: ({ fields }, context) => ({
    type: 'object',
    fields: fieldsOf(fields, '').map((part) => ({ name: part.name, ...lowered(part, context) })),
  }),
})

/** Rules of items, however deep: they know that no row is theirs. */
function nestedInArray({ nested }: RuleCheck): RuleCheck['nested'] {
  return (written, path, as) => nested(written, path, as, true)
}

type Length = number | Record<string, unknown>

/** A number, `{min, max}` or a rule of numbers. */
function lengthRule(length: Length): number | Record<string, unknown> {
  return isObject(length) && length['type'] === undefined ? { type: 'range', ...length } : length
}

export const array = defineRule({
  columnTypes: ['json'],
  aliases: { item: 'items', size: 'length', count: 'length' },
  schema: Type.Object(
    {
      type: Type.Literal('array'),
      items: Type.Unknown({
        description: 'The rule of each item',
        examples: [{ type: 'range', min: 1, max: 6 }],
      }),
      length: Type.Optional(
        Type.Union(
          [
            Type.Integer({ minimum: 0, maximum: ITEMS_MAX }),
            Type.Record(Type.String(), Type.Unknown()),
          ],
          {
            description: 'How many items: a number, {min, max}, or a rule',
            examples: [3],
          },
        ),
      ),
    },
    { additionalProperties: false, description: 'A list of values by one rule' },
  ),
  check: ({ items, length }, context) => {
    const { path, report } = context
    const inside = { ...context, inArray: true, nested: nestedInArray(context) }
    checkPart(partOf(items, at(path, 'items')), inside)
    if (length === undefined || typeof length === 'number') return
    const place = at(path, 'length')
    const rule = lengthRule(length)
    const most = isObject(rule) && rule['type'] === 'range' ? rule['max'] : 0
    if (typeof most === 'number' && most > ITEMS_MAX) {
      const message = `An array has at most ${ITEMS_MAX} items`
      report.problem(at(place, 'max'), message, `Write max: ${ITEMS_MAX}`)
    }
    checkPart({ type: 'int', rule, path: place }, inside)
  },
  lower: ({ items, length = DEFAULT_LENGTH }, context) => {
    const written = lengthRule(length)
    return {
      type: 'array',
      items: lowered(partOf(items, ''), context),
      length: typeof written === 'number' ? written : context.lowerNested(written, 'int'),
    }
  },
})
