// Answers a refusal: its problem document under headers that are those of no content.

import type { FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '#engine/errors.ts'
import { PROBLEM_TYPE, problemOf } from './errors.ts'

/** What a handler said of the file that it then could not answer with. */
const HEADERS_OF_CONTENT = [
  'accept-ranges',
  'cache-control',
  'content-disposition',
  'content-length',
  'etag',
  'location',
]

/** For anything thrown. What is ours to know about goes into the log with its cause. */
export function sendProblem(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const error = isTooLarge(thrown) ? tooLarge(request) : thrown
  const problem = problemOf(error, request.id)
  commonHeaders(request, reply)
  for (const name of HEADERS_OF_CONTENT) reply.removeHeader(name)
  if (problem.status >= 500) request.log.error({ err: error }, 'request failed')
  if (problem.status === 503 || problem.status === 429) reply.header('retry-after', '1')
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="syndata"')
  return reply.code(problem.status).type(PROBLEM_TYPE).send(JSON.stringify(problem))
}

/** Headers of every answer. */
export function commonHeaders(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff')
}

const isTooLarge = (thrown: unknown): boolean =>
  (thrown as { code?: unknown } | null)?.code === 'FST_ERR_CTP_BODY_TOO_LARGE'

function tooLarge({ routeOptions }: FastifyRequest): AppError {
  return new AppError('payload_too_large', `A body has at most ${routeOptions.bodyLimit} bytes.`)
}
