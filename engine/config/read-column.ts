// One column as written, in any dialect, to its normal form.
import type { ColumnConfig, ConditionalRule } from './dataset-config.ts'
import { impliedRule } from './implied-rule.ts'
import { at, type Report } from './problem.ts'
import { ColumnAnomaliesSchema, readAnomalies } from './read-anomalies.ts'
import { type ReadType, readColumnType } from './read-column-type.ts'
import { readCondition } from './read-condition.ts'
import { type Constraints, readConstraints } from './read-constraints.ts'
import { readLocale } from './read-locale.ts'
import { readNullable } from './read-nullable.ts'
import { readRule } from './read-rule.ts'
import { ColumnSchema } from './schema-column.ts'
import { ConditionalRuleSchema } from './schema-conditions.ts'
import { checkShape, type Fields, isObject } from './shape.ts'
import type { ColumnType } from './types.ts'

const DEEP = ['rule', 'conditional_rules', 'constraints', 'nullable', 'locale', 'anomalies']

const HINTS = {
  primary_key: 'Write constraints: [PK]',
  unique: 'Write constraints: [unique]',
  foreign_key: 'Write constraints: [FK], and foreign_keys on the table',
  references: 'Write constraints: [FK], and foreign_keys on the table',
  values: 'Write rule: {type: choice, value: [...]}',
  min: 'Write rule: {type: range, min: 1, max: 10}',
  max: 'Write rule: {type: range, min: 1, max: 10}',
  default: 'Write rule: {type: constant, value: ...}',
}

/** Null when the column has no name: nothing further can be said about it. */
export function readColumn(value: unknown, path: string, report: Report): ColumnConfig | null {
  if (!isObject(value)) {
    report.problem(path, 'A column is an object', 'Write {name: age, type: int, rule: ...}')
    return null
  }
  const fields = dropNulls(value)
  const options = { what: 'column', deep: DEEP, hints: HINTS }
  checkShape(ColumnSchema, fields, path, report, options)
  const { name, type } = fields
  if (typeof name !== 'string' || name === '') return null
  const read = typeof type === 'string' ? readColumnType(type, at(path, 'type'), report) : null
  if (read !== null) return assemble(fields, name, read, path, report)
  const {
    rule: _bounds,
    nullable: _nullable,
    ...flags
  } = readConstraints(fields['constraints'], at(path, 'constraints'), 'str', report)
  return { ...unreadable(name, path), ...flags }
}

/** Stands for a column whose type is unknown, so that others may still name it. */
function unreadable(name: string, path: string): ColumnConfig {
  return {
    path,
    name,
    type: 'str',
    precision: null,
    rule: null,
    rule_given: true,
    conditional_rules: [],
    nullable: null,
    primary_key: false,
    foreign_key: false,
    unique: false,
    not_null: false,
    locale: null,
    sensitivity: null,
    format: null,
    min_length: null,
    max_length: null,
    anomalies: null,
    readable: false,
  }
}

function assemble(
  fields: Fields,
  name: string,
  { type, precision, rule: typeRule }: ReadType,
  path: string,
  report: Report,
): ColumnConfig {
  const constraints = readConstraints(fields['constraints'], at(path, 'constraints'), type, report)
  const conditional = readConditionalRules(fields['conditional_rules'], type, path, report)
  const given = givenRule(fields, constraints, type, path, report)
  const { rule: _bounds, nullable: mayBeNull, ...flags } = constraints
  for (const key of ['nullable', 'min_length', 'max_length']) {
    if (fields[key] !== undefined || fields['constraints'] === undefined) continue
    const inside = isObject(fields['constraints']) ? `constraints/${key}` : 'constraints'
    report.written(at(path, key), `${path}/${inside}`)
  }
  const nullable = readNullable(
    fields['nullable'] ?? (mayBeNull || undefined),
    at(path, 'nullable'),
    report,
  )
  const column: ColumnConfig = {
    path,
    name,
    type,
    precision,
    rule: given.rule,
    rule_given: given.given,
    conditional_rules: conditional,
    nullable,
    ...flags,
    locale: readLocale(fields['locale'], at(path, 'locale'), report),
    sensitivity: typeof fields['sensitivity'] === 'string' ? fields['sensitivity'] : null,
    format: typeof fields['format'] === 'string' ? fields['format'] : null,
    min_length: lengthOf(fields['min_length']) ?? constraints.min_length,
    max_length: lengthOf(fields['max_length']) ?? constraints.max_length,
    anomalies: readAnomalies(
      fields['anomalies'],
      at(path, 'anomalies'),
      ColumnAnomaliesSchema,
      report,
    ),
    readable: !given.given || given.rule !== null,
  }
  if (!given.given && fields['conditional_rules'] === undefined) {
    column.rule = impliedRule(column, typeRule)
  }
  return column
}

/** Null where none is written, or none that is one: the report then says so. */
function lengthOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null
}

function givenRule(
  fields: Fields,
  { rule: bounds }: Constraints,
  type: ColumnType,
  path: string,
  report: Report,
): { rule: ColumnConfig['rule']; given: boolean } {
  if (fields['rule'] !== undefined) {
    if (bounds !== null) {
      const hint = 'Write the bounds and values in the rule'
      report.problem(at(path, 'constraints'), 'The column has a rule and bounds beside it', hint)
    }
    return { rule: readRule(fields['rule'], at(path, 'rule'), type, report), given: true }
  }
  if (bounds === null) return { rule: null, given: false }
  report.written(at(path, 'rule'), at(path, 'constraints'))
  return { rule: readRule(bounds, at(path, 'constraints'), type, report, 'rule'), given: true }
}

function readConditionalRules(
  value: unknown,
  type: ColumnType,
  columnPath: string,
  report: Report,
): ConditionalRule[] {
  const path = at(columnPath, 'conditional_rules')
  if (value === undefined) return []
  if (!Array.isArray(value)) {
    report.problem(path, 'conditional_rules is a list', 'Write - {condition: {...}, rule: ...}')
    return []
  }
  return value.flatMap((item: unknown, i): ConditionalRule[] => {
    const place = at(path, i)
    if (!isObject(item)) {
      report.problem(
        place,
        'A conditional rule is an object',
        'Write {condition: {...}, rule: ...}',
      )
      return []
    }
    const options = { what: 'conditional rule', deep: ['condition', 'rule'] }
    if (!checkShape(ConditionalRuleSchema, item, place, report, options)) return []
    const condition = readCondition(item['condition'], at(place, 'condition'), report)
    const rule = readRule(item['rule'], at(place, 'rule'), type, report)
    return condition === null || rule === null ? [] : [{ path: place, condition, rule }]
  })
}

/** A key with nothing after it is as good as absent in YAML. */
function dropNulls(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null))
}
