// A value against a schema of the file: everything wrong is reported, and what comes out holds only what is right.
import type { TArray, TObject, TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { at, quote, type Report } from '#engine/config/problem.ts'
import { checkShape, isObject } from '#engine/config/shape.ts'
import { REFUSED } from './refused.ts'
import {
  BYTES_PATTERN,
  CPU_PATTERN,
  DURATION_PATTERN,
  readBytes,
  readCpu,
  readDuration,
} from './units.ts'

type Amount = { read: (value: unknown) => number | null; what: string; example: string }

const AMOUNTS: Readonly<Record<string, Amount>> = {
  [CPU_PATTERN]: { read: readCpu, what: 'an amount of CPU', example: '2, 0.5 or 500m' },
  [BYTES_PATTERN]: { read: readBytes, what: 'an amount of bytes', example: '4Gi, 4GB or 512Mi' },
  [DURATION_PATTERN]: { read: readDuration, what: 'a time', example: '1h, 90s or 500ms' },
}

/** What an object under a key is called in messages. */
const NAMES: Readonly<Record<string, string>> = {
  services: 'service',
  volumes: 'volume',
  ports: 'port',
  env: 'variable',
  environment: 'variable',
  preferred: 'preferred region',
  tasks: 'task',
  depin: 'depin section',
  healthCheck: 'health check',
  valueFrom: 'reference',
  secretKeyRef: 'reference',
  workerPool: 'worker pool',
}

/** A tree of a schema as it is read: amounts are numbers in their base unit, and anything may be missing. */
export type Read<T> = T extends (infer Item)[]
  ? Read<Item>[]
  : T extends object
    ? { [Key in keyof T]?: Read<Exclude<T[Key], undefined>> | undefined }
    : T

/** `what`: of the object, for messages. Items of lists keep their places. */
export function readTree(
  schema: TObject,
  value: unknown,
  path: string,
  report: Report,
  what: string,
): Record<string, unknown> {
  if (!isObject(value)) {
    report.problem(
      path,
      `${what} must be an object, not ${quote(value)}`,
      'Write its keys below it.',
    )
    return {}
  }
  const properties = Object.entries(schema.properties)
  const deep = properties.filter(([, property]) => !isLeaf(property)).map(([key]) => key)
  checkShape(schema, value, path, report, { what, deep, later: REFUSED[what] ?? {} })
  const read: Record<string, unknown> = {}
  for (const [key, property] of properties) {
    const given = Object.hasOwn(value, key) ? value[key] : undefined
    if (given !== undefined) read[key] = readValue(property, given, at(path, key), report, key)
  }
  return read
}

const amountOf = (schema: TSchema): Amount | undefined => {
  const { anyOf } = schema as { anyOf?: { pattern?: string }[] }
  return AMOUNTS[anyOf?.[1]?.pattern ?? '']
}
const isObjectSchema = (schema: TSchema): schema is TObject =>
  (schema as { type?: string }).type === 'object'
const isListSchema = (schema: TSchema): schema is TArray<TObject> =>
  (schema as { type?: string }).type === 'array'
const isLeaf = (schema: TSchema): boolean =>
  !isObjectSchema(schema) && !isListSchema(schema) && amountOf(schema) === undefined

function readValue(
  schema: TSchema,
  value: unknown,
  path: string,
  report: Report,
  key: string,
): unknown {
  if (isObjectSchema(schema)) return readTree(schema, value, path, report, NAMES[key] ?? key)
  if (isListSchema(schema)) return readList(schema, value, path, report, key)
  const amount = amountOf(schema)
  if (!amount) return Value.Check(schema, value) ? value : undefined
  const read = amount.read(value)
  if (read !== null) return read
  const message = `${key} must be ${amount.what}, not ${quote(value)}`
  report.problem(path, message, `For example ${amount.example}.`)
  return undefined
}

function readList(
  schema: TArray<TObject> & { maxItems?: number; minItems?: number },
  value: unknown,
  path: string,
  report: Report,
  key: string,
): unknown[] {
  const { items, maxItems = 1_000, minItems = 0 } = schema
  if (!Array.isArray(value)) {
    report.problem(path, `${key} must be a list, not ${quote(value)}`, 'Write items with a dash.')
    return []
  }
  if (value.length > maxItems || value.length < minItems) {
    const bounds = `from ${minItems} to ${maxItems}`
    report.problem(path, `${key} must have ${bounds} items, not ${value.length}`)
  }
  const name = NAMES[key] ?? key
  const some = value.slice(0, maxItems)
  return some.map((item, i) => readTree(items, item, at(path, i), report, name))
}
