// One foreign key as written: singular or plural columns, children short or long.
import type { ForeignKeyConfig } from './dataset-config.ts'
import { at, quote, type Report } from './problem.ts'
import { readSelf } from './read-self.ts'
import { LATER_RULES, RULE_NAMES } from './rules/registry.ts'
import { ChildrenSchema, ForeignKeySchema } from './schema.ts'
import { checkShape, type Fields, isObject } from './shape.ts'
import type { Children } from './types.ts'

const WORKS = 'Write children: 3, {type: range, min: 0, max: 5} or {type: poisson, mean: 3}'
const OTHER_LAWS = [...LATER_RULES, ...RULE_NAMES]

/** Empty column lists mean the parent's primary key, and the columns of the same name. Null when not usable. */
export function readForeignKey(
  value: unknown,
  path: string,
  report: Report,
): ForeignKeyConfig | null {
  if (!isObject(value)) {
    const hint = 'Write {parent_table: customers, parent_column: id, child_column: customer_id}'
    report.problem(path, 'A foreign key is an object', hint)
    return null
  }
  const options = { what: 'foreign key', deep: ['children', 'tree', 'graph'] }
  if (!checkShape(ForeignKeySchema, value, path, report, options)) return null
  const children = readChildren(value['children'], at(path, 'children'), report)
  return {
    path,
    parent_table: value['parent_table'] as string,
    parent_columns: columnsOf(value, 'parent_column', path, report),
    child_columns: columnsOf(value, 'child_column', path, report),
    children,
    self: readSelf(value, path, report),
    copies: [],
  }
}

function columnsOf(fields: Fields, key: string, path: string, report: Report): string[] {
  const [one, many] = [fields[key], fields[`${key}s`]]
  if (one !== undefined && many !== undefined) {
    report.problem(at(path, key), `${key} and ${key}s are the same`, `Write ${key}s alone`)
  }
  const columns = many ?? one ?? []
  return typeof columns === 'string' ? [columns] : (columns as string[])
}

function readChildren(value: unknown, path: string, report: Report): Children | null {
  if (value === undefined || value === null) return null
  if (typeof value === 'number') {
    if (Number.isInteger(value) && value >= 0 && value <= 1_000_000) return { type: 'fixed', value }
    report.problem(path, 'children must be a whole number from 0 to 1000000', WORKS)
    return null
  }
  if (!isObject(value)) {
    report.problem(path, 'children is a number or a distribution', WORKS)
    return null
  }
  return readLaw(value, path, report)
}

function readLaw(value: Fields, path: string, report: Report): Children | null {
  const type = value['type'] ?? impliedLaw(value)
  const name = typeof type === 'string' ? type : ''
  const schema = lawSchemas.get(name)
  if (schema === undefined) {
    const place = at(path, 'type')
    if (typeof type === 'string' && OTHER_LAWS.includes(type)) {
      report.unsupported(place, `children of type ${type} are not supported by this release`, WORKS)
    } else report.problem(place, `There is no type of children ${quote(type)}`, WORKS)
    return null
  }
  const law = { ...value, type }
  const shaped = checkShape(schema, law, path, report, { what: `children of type ${name}` })
  if (!shaped) return null
  const children = { ...law } as Children
  if (children.type === 'range' && children.min > children.max) {
    const { min, max } = children
    report.problem(
      at(path, 'min'),
      `min ${min} is greater than max ${max}`,
      `Write min: ${max}, max: ${min}`,
    )
  }
  return children.type === 'poisson' ? { ...children, max: children.max ?? null } : children
}

function impliedLaw(value: Fields): string | undefined {
  if (Object.hasOwn(value, 'min') && Object.hasOwn(value, 'max')) return 'range'
  return Object.hasOwn(value, 'value') ? 'fixed' : undefined
}

const lawSchemas = new Map(
  ChildrenSchema.anyOf.flatMap((schema) =>
    'properties' in schema ? [[schema.properties.type.const as string, schema] as const] : [],
  ),
)
