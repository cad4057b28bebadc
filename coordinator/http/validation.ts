// Checks what arrives against its TypeBox schema and says everything that is wrong at once: path, message, hint.

import type { FastifySchemaCompiler } from 'fastify'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { at, nameHint, quote } from '#engine/config/problem.ts'
import { AppError, type Problem } from '#engine/errors.ts'

type Check = (value: unknown, path: string) => Problem[]

/** What the check reads of a JSON schema. */
type Shape = {
  type?: string
  properties?: Record<string, TSchema>
  required?: string[]
  additionalProperties?: boolean
  items?: TSchema
  maxItems?: number
  minItems?: number
  enum?: unknown[]
  const?: unknown
  anyOf?: TSchema[]
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  description?: string
  writeOnly?: boolean
}

/**
 * Query strings and path parameters are text, so they are converted; a JSON body is taken as it was
 * written, an absent one as an object without fields.
 */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const check = createCheck(schema)
  return (value: unknown) => {
    const converted = httpPart === 'body' ? (value ?? {}) : fromText(schema, value)
    const problems = check(converted, '')
    if (problems.length === 0) return { value: converted }
    // An id that cannot be one is an id that nothing has.
    const missing = httpPart === 'params'
    return { error: missing ? new AppError('not_found', NO_SUCH) : invalidRequest(problems) }
  }
}

const NO_SUCH = 'There is nothing with this name or id.'

/** Fields that are to be numbers or truth values, where their text is one. */
export function fromText(schema: TSchema, value: unknown): unknown {
  const { properties = {} } = schema as Shape
  const entries = Object.entries((value ?? {}) as Record<string, unknown>)
  return Object.fromEntries(
    entries.map(([name, field]) => [name, convert((properties[name] as Shape)?.type, field)]),
  )
}

function convert(type: string | undefined, field: unknown): unknown {
  if (typeof field !== 'string') return field
  const isNumber = /^-?[0-9]{1,15}(\.[0-9]{1,15})?$/.test(field)
  if ((type === 'integer' || type === 'number') && isNumber) return Number(field)
  if (type === 'boolean' && (field === 'true' || field === 'false')) return field === 'true'
  return field
}

export function invalidRequest(problems: Problem[]): AppError {
  const [first, ...rest] = problems
  const more = rest.length > 0 ? ` (and ${rest.length} more)` : ''
  const where = first?.path ? `${first.path}: ` : ''
  return new AppError('invalid_request', `${where}${first?.message ?? 'not valid'}${more}`, {
    problems,
  })
}

/** Compiles `schema`; the check answers every problem of a value, each with its JSON pointer. */
export function createCheck(schema: TSchema): Check {
  const shape = schema as Shape
  if (shape.properties !== undefined) return objectCheck(shape, shape.properties)
  if (shape.items !== undefined) return arrayCheck(schema, shape.items)
  const compiled = Compile(schema)
  return (value, path) => {
    if (!compiled.Check(value)) {
      // What is only ever written, a password, is not said back.
      const shown = shape.writeOnly ? 'What was sent' : quote(value)
      return [{ path, message: `${shown} is not valid here`, hint: expected(shape) }]
    }
    return typeof value === 'string' && !isStorable(value) ? [unstorable(path)] : []
  }
}

/** What databases and files take as UTF-8 text. */
function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

function unstorable(path: string): Problem {
  const message = 'The text has a NUL character or half a surrogate pair'
  return { path, message, hint: 'Send text that is valid Unicode, without NUL.' }
}

function objectCheck(shape: Shape, properties: Record<string, TSchema>): Check {
  const names = Object.keys(properties)
  const checks = new Map(names.map((name) => [name, createCheck(properties[name] as TSchema)]))
  const required = shape.required ?? []
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return [
        { path, message: 'An object is needed here', hint: `Its fields: ${names.join(', ')}.` },
      ]
    }
    const missing = required
      .filter((name) => (value as Record<string, unknown>)[name] === undefined)
      .map((name) => missingField(at(path, name), name, properties[name] as Shape))
    const found = Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .flatMap(([name, field]) => {
        const check = checks.get(name)
        if (check !== undefined) return check(field, at(path, name))
        return shape.additionalProperties === false ? [unknownField(path, name, names)] : []
      })
    return [...missing, ...found]
  }
}

function arrayCheck(schema: TSchema, items: TSchema): Check {
  const compiled = Compile(schema)
  const item = createCheck(items)
  return (value, path) => {
    if (!Array.isArray(value)) return [{ path, message: 'A list is needed here' }]
    const problems = value.flatMap((entry: unknown, index) => item(entry, at(path, index)))
    if (problems.length > 0 || compiled.Check(value)) return problems
    return [{ path, message: 'The list is not valid', hint: expected(schema as Shape) }]
  }
}

function missingField(path: string, name: string, shape: Shape): Problem {
  return { path, message: `${name} is missing`, hint: expected(shape) }
}

function unknownField(path: string, name: string, valid: string[]): Problem {
  return {
    path: at(path, name),
    message: `There is no field ${quote(name)}`,
    hint: nameHint(name, valid),
  }
}

function expected(shape: Shape): string {
  const choices = choicesOf(shape)
  if (choices.length === 1) return `Use ${String(choices[0])}.`
  if (choices.length > 0) return `Use one of ${choices.map(String).join(', ')}.`
  const { description, type } = shape
  const wanted = `${kindOf(shape)}${boundsOf(shape)}.`
  if (description === undefined) return wanted
  return type !== undefined && boundsOf(shape) !== ''
    ? `${description.replace(/\.+$/, '')}. ${wanted}`
    : description
}

function choicesOf(shape: Shape): unknown[] {
  if (shape.enum !== undefined) return shape.enum
  if (shape.const !== undefined) return [shape.const]
  const parts = (shape.anyOf ?? []).map((part) => choicesOf(part as Shape))
  return parts.every((part) => part.length > 0) ? parts.flat() : []
}

const KINDS: Record<string, string> = {
  string: 'Text',
  integer: 'A whole number',
  number: 'A number',
  boolean: 'true or false',
  array: 'A list',
  object: 'An object',
}

const kindOf = (shape: Shape): string => KINDS[shape.type ?? ''] ?? 'Another value'

function boundsOf(shape: Shape): string {
  const least = shape.minimum ?? shape.minLength ?? shape.minItems
  const most = shape.maximum ?? shape.maxLength ?? shape.maxItems
  const unit = shape.type === 'string' ? ' characters' : shape.type === 'array' ? ' entries' : ''
  if (least !== undefined && most !== undefined) return `, ${least} to ${most}${unit}`
  if (most !== undefined) return `, at most ${most}${unit}`
  return least === undefined ? '' : `, at least ${least}${unit}`
}
