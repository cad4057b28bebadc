// Rows of a model, asked for by names of earlier interfaces: a job as POST /api/jobs makes it.

import type { FastifyReply, FastifyRequest } from 'fastify'
import Type, { type Static, type TSchema } from 'typebox'
import type { Sql } from '#coordinator/database/database.ts'
import {
  prepareSubmission,
  type SubmitDeps,
  type Submitted,
  submitJob,
} from '#coordinator/jobs/submit.ts'
import { FORMATS } from '#engine/config/output-formats.ts'
import type { Authentication } from '../authentication.ts'
import type { Idempotency } from '../idempotency.ts'
import { createCheck, invalidRequest } from '../validation.ts'
import { idText, inTheirNames, type Renamed } from './names.ts'

export type SubmitRowsDeps = SubmitDeps & { auth: Authentication; idempotency: Idempotency }

export const RowsFormat = Type.Enum([...FORMATS], { default: 'csv' })

/**
 * Reads bodies of this schema. `id` and `format` name its fields that may be a number, or in any case. Throws AppError
 * `invalid_request` with every problem.
 */
export function createReader<S extends TSchema>(
  schema: S,
  { id, format }: { id: string; format: string },
): (sent: unknown) => Static<S> {
  const check = createCheck(schema)
  const lower = (value: unknown): unknown =>
    typeof value === 'string' ? value.toLowerCase() : value
  return (sent) => {
    const given = typeof sent === 'object' && sent !== null && !Array.isArray(sent)
    const fields = Object.entries(given ? sent : {}).map(([name, value]) => {
      if (name === id) return [name, idText(value)]
      return [name, name === format ? lower(value) : value]
    })
    const body: unknown = given || sent === undefined ? Object.fromEntries(fields) : sent
    const found = check(body, '')
    if (found.length > 0) throw invalidRequest(found)
    return body as Static<S>
  }
}

type Asked<View extends object> = {
  /** As POST /api/jobs takes it. */
  body: object
  renamed: Renamed
  /** The reply. */
  view: (submitted: Submitted) => View
}

/** Answers 202 with the view. AppError as POST /api/jobs, in the names of the caller. */
export function submitRows<View extends object>(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: SubmitRowsDeps,
  { body, renamed, view }: Asked<View>,
): Promise<View> {
  const principal = deps.auth.principalOf(request)
  const createdOf = (made: Submitted) => {
    const { job_id: id } = made
    return { status: 202, body: view(made), location: `/api/jobs/${id}`, resourceId: id }
  }
  return inTheirNames(renamed, () =>
    deps.idempotency.reply(request, reply, async (settle) => {
      const prepared = await prepareSubmission(deps, principal, body)
      const settleJob = settle && ((sql: Sql, made: Submitted) => settle(sql, createdOf(made)))
      return createdOf(await submitJob(deps, principal, prepared, settleJob))
    }),
  )
}
