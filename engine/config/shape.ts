// One level of an object against its schema: unknown keys, missing keys and values of the wrong kind, each with what
// to write. Objects inside are read by their own readers.
import type { TObject, TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { nearestName } from './nearest.ts'
import { at, nameHint, quote, type Report } from './problem.ts'

export type Fields = Record<string, unknown>

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

type ShapeOptions = {
  /** What the object is, for messages: `table`, `rule range`. */
  what: string
  /** Keys whose values other readers check. */
  deep?: readonly string[]
  /** Keys of the language that this release does not have, with what works instead. */
  later?: Readonly<Record<string, string>>
  /** Hints for unknown keys that people write often. */
  hints?: Readonly<Record<string, string>>
}

/** True when every known key is there and right, whatever else is there; the report says each difference. */
export function checkShape(
  schema: TObject,
  value: Fields,
  path: string,
  report: Report,
  options: ShapeOptions,
): boolean {
  const properties = schema.properties
  let usable = true
  for (const [key, field] of Object.entries(value)) {
    const property = Object.hasOwn(properties, key) ? properties[key] : undefined
    if (property === undefined) reportUnknown(key, path, properties, report, options)
    else if (field !== undefined && !(options.deep ?? []).includes(key)) {
      usable = checkField(property, field, at(path, key), key, report) && usable
    }
  }
  for (const key of schema.required ?? []) {
    if (Object.hasOwn(value, key) && value[key] !== undefined) continue
    usable = false
    const hint = `Write ${key}: ${exampleOf(properties[key])}`
    report.problem(path, `The ${options.what} needs ${key}`, hint)
  }
  return usable
}

function reportUnknown(
  key: string,
  path: string,
  properties: Record<string, TSchema>,
  report: Report,
  { what, later = {}, hints = {} }: ShapeOptions,
): void {
  if (key.startsWith('x-')) return
  const where = at(path, key)
  const works = Object.hasOwn(later, key) ? later[key] : undefined
  if (works !== undefined) {
    report.unsupported(
      where,
      `${key} of ${withArticle(what)} is not supported by this release`,
      works,
    )
    return
  }
  const known = Object.keys(properties)
  const hint = Object.hasOwn(hints, key) ? hints[key] : nameHint(key, known)
  const article = withArticle(what)
  const message = `${article[0]?.toUpperCase()}${article.slice(1)} has no ${quote(key)}`
  const near = nearestName(key, Object.keys(later))
  report.problem(
    where,
    message,
    near !== null && nearestName(key, known) === null ? `Did you mean ${near}?` : hint,
  )
}

const withArticle = (noun: string): string => `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`

function checkField(
  schema: TSchema,
  value: unknown,
  path: string,
  key: string,
  report: Report,
): boolean {
  if (Value.Check(schema, value)) return true
  const near = typeof value === 'string' ? nearestName(value, wordsOf(schema)) : null
  report.problem(
    path,
    `${key} must be ${describe(schema)}, not ${quote(value)}`,
    near === null ? hintOf(schema, key) : `Did you mean ${near}?`,
  )
  return false
}

/** What can only be true says why. */
function hintOf(schema: TSchema, key: string): string {
  const { const: value, description } = schema as Facets
  const reason = value === true && description !== undefined ? `${description}: leave it out.` : ''
  return reason || `For example ${key}: ${exampleOf(schema)}`
}

/** Those that a schema lets one choose from. */
const wordsOf = (schema: TSchema): string[] =>
  ((schema as Facets).anyOf ?? []).flatMap(({ const: word }) =>
    typeof word === 'string' ? [word] : [],
  )

function exampleOf(schema: TSchema | undefined): string {
  const examples = (schema as { examples?: unknown[] } | undefined)?.examples
  return examples === undefined ? '...' : (JSON.stringify(examples[0]) ?? '...')
}

type Facets = {
  type?: string
  const?: unknown
  description?: string
  anyOf?: Facets[]
  items?: Facets
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  minLength?: number
  maxLength?: number
  pattern?: string
  maxItems?: number
}

/** A schema in words: `a whole number from 0 to 10`. */
function describe(schema: unknown): string {
  const facets = schema as Facets
  if (facets.anyOf !== undefined) return [...new Set(facets.anyOf.map(describe))].join(' or ')
  if (facets.const !== undefined) return JSON.stringify(facets.const) ?? ''
  switch (facets.type) {
    case 'integer':
      return `a whole number${bounds(facets)}`
    case 'number':
      return `a number${bounds(facets)}`
    case 'string':
      if (facets.pattern !== undefined) return `text of the form ${facets.pattern}`
      return facets.maxLength === undefined
        ? 'text'
        : `text of at most ${facets.maxLength} characters`
    case 'array':
      return `a list of ${describe(facets.items ?? {})}`
    case 'boolean':
      return 'true or false'
    case 'null':
      return 'null'
    default:
      return 'an object'
  }
}

function bounds({ minimum, maximum, exclusiveMinimum }: Facets): string {
  const from = minimum ?? exclusiveMinimum
  if (exclusiveMinimum !== undefined && maximum === undefined) return ` above ${exclusiveMinimum}`
  if (from !== undefined && maximum !== undefined) return ` from ${from} to ${maximum}`
  if (from !== undefined) return ` of at least ${from}`
  return maximum === undefined ? '' : ` of at most ${maximum}`
}
