// The only place that gives errors their HTTP shape: RFC 9457 problem documents from the one error table.

import { AppError, ERRORS, type ErrorCode, type Problem } from '#engine/errors.ts'

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8'

export type ProblemDocument = {
  type: string
  title: string
  status: number
  detail: string
  code: ErrorCode
  hint: string
  request_id: string
  errors?: Problem[]
}

const HINT_OF_DETAIL = 'Correct what detail names and send it again.'

/** The document to answer with, and the error for the log when it is ours to know about. */
export function problemOf(thrown: unknown, requestId: string): ProblemDocument {
  const error = asAppError(thrown)
  const { http, title, hint } = ERRORS[error.code]
  return {
    type: `urn:syndata:error:${error.code}`,
    title,
    status: http,
    // What went wrong inside is for the log: driver text, hosts, SQL and paths never leave.
    detail:
      http < 500 || isOwnLimit(error)
        ? error.message
        : `The request failed. Its id is ${requestId}.`,
    code: error.code,
    hint: error.code === 'invalid_request' && error.problems.length === 0 ? HINT_OF_DETAIL : hint,
    request_id: requestId,
    ...(error.problems.length > 0 ? { errors: error.problems } : {}),
  }
}

/** Too much at a time: said by us, of nothing inside. */
const isOwnLimit = ({ code, cause }: AppError): boolean =>
  code === 'unavailable' && cause === undefined

function asAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  if (isConnectionError(thrown)) {
    return new AppError('unavailable', 'The database is not available', { cause: thrown })
  }
  return fromFastify(thrown) ?? new AppError('internal', 'Internal error', { cause: thrown })
}

const DRIVER_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  '53300',
  '57P01',
  '57P02',
  '57P03',
])

/** True for a Postgres that is away, starting, stopping or full: worth another try. */
export function isConnectionError(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false
  const { code, syscall } = thrown as Error & { code?: unknown; syscall?: unknown }
  if (typeof code === 'string' && (code !== 'ENOENT' || syscall === 'connect')) {
    if (DRIVER_CODES.has(code) || code.startsWith('08')) return true
  }
  return /^Connection terminated|timeout exceeded when trying to connect/.test(thrown.message)
}

/** Fastify's own refusals; their texts are written for callers. */
function fromFastify(thrown: unknown): AppError | null {
  if (!(thrown instanceof Error)) return null
  const { code, statusCode } = thrown as Error & { code?: unknown; statusCode?: unknown }
  if (code === 'FST_ERR_MAX_PARAM_LENGTH') {
    return new AppError('not_found', 'There is nothing with a name or id that long.')
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return new AppError('invalid_request', 'Send the body as application/json.')
  }
  const ours = typeof code === 'string' && code.startsWith('FST_ERR_')
  const refused = typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500
  return ours && refused ? new AppError('invalid_request', thrown.message) : null
}
