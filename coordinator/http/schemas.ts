// Schemas that several routes share; the OpenAPI document is made from them.

import Type from 'typebox'
import { ERRORS } from '#engine/errors.ts'

/** What a path's id may look like; anything else cannot exist, and 404 says so. */
export const IdParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) })

/** What the query of a list says of its pages. */
export const PAGING = {
  page: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000, default: 1 })),
  page_size: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
}

/** The page that is asked for, and its rows in the whole list. */
export function pageOf({ page = 1, page_size = 20 }: { page?: number; page_size?: number }) {
  return { page, page_size, limit: page_size, offset: (page - 1) * page_size }
}

export const Time = Type.String({ format: 'date-time', description: 'RFC 3339, UTC' })

/** The value or null, in the form that OpenAPI 3.1 readers show best. */
export const Nullable = <T extends Type.TSchema>(schema: T, description?: string) =>
  Type.Union([schema, Type.Null()], description === undefined ? {} : { description })

export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: Type.Enum(Object.keys(ERRORS)),
    hint: Type.String(),
    request_id: Type.String(),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          path: Type.String({ description: 'JSON pointer into what was sent' }),
          message: Type.String(),
          hint: Type.Optional(Type.String()),
          line: Type.Optional(Type.Integer()),
          column: Type.Optional(Type.Integer()),
        }),
      ),
    ),
  },
  { description: 'RFC 9457 problem details' },
)

const MEANINGS = {
  400: 'The request is not valid; `errors` names every bad field',
  401: 'No valid credentials',
  403: 'Visible to the caller, who lacks a role or a scope',
  404: 'Missing, or not the caller’s to see',
  409: 'The present state forbids it; `detail` says why',
  413: 'Too large',
  416: 'The range lies outside the file',
  422: 'Idempotency-Key was used with another body',
  424: 'The database of the connection cannot be used; `detail` says why',
  503: 'A component is not available',
}

/** `response` entries for the refusals that a route can give. */
export function problems(...statuses: (keyof typeof MEANINGS)[]) {
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      {
        description: MEANINGS[status],
        content: { 'application/problem+json': { schema: Problem } },
      },
    ]),
  )
}

/** `response` entries for a file that is answered with Range and If-None-Match. */
export function fileAnswers(description: string, mediaType = 'application/octet-stream') {
  const content = { [mediaType]: { schema: Type.String({ format: 'binary' }) } }
  return {
    200: { description, content },
    206: { description: 'The bytes that Range asked for', content },
    304: { ...Type.Null(), description: 'The caller has it' },
  }
}

export const IdempotencyHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      description: 'A repeated request with the same key within 24 hours gets the first reply',
    }),
  ),
})
