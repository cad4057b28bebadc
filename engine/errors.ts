// The one error table: every failure that crosses a boundary has a code here, with what to do about it.
// Edges own total maps from code to their status (HTTP below; gRPC and Temporal in their folders).

type Row = { http: number; retryable: boolean; title: string; hint: string }

export const ERRORS = {
  invalid_request: {
    http: 400,
    retryable: false,
    title: 'The request is not valid',
    hint: 'Correct the fields named in errors and send it again.',
  },
  invalid_config: {
    http: 400,
    retryable: false,
    title: 'The dataset config is not valid',
    hint: 'Correct the places named in errors; each says what to write.',
  },
  unsupported: {
    http: 400,
    retryable: false,
    title: 'Not supported by this release',
    hint: 'Use one of the values named in detail.',
  },
  unauthorized: {
    http: 401,
    retryable: false,
    title: 'No valid credentials',
    hint: 'Send Authorization: Bearer <token> or X-API-Key: <key>.',
  },
  forbidden: {
    http: 403,
    retryable: false,
    title: 'Not allowed',
    hint: 'Ask an owner of the project for the role or scope named in detail.',
  },
  not_found: {
    http: 404,
    retryable: false,
    title: 'Not found',
    hint: 'Check the id; a resource of another project looks the same as a missing one.',
  },
  conflict: {
    http: 409,
    retryable: false,
    title: 'The present state forbids it',
    hint: 'Read the resource again; detail names the state that forbids the call.',
  },
  connection_failed: {
    http: 424,
    retryable: true,
    title: 'The database of the connection cannot be used',
    hint: 'Correct the connection or its server as detail says.',
  },
  idempotency_mismatch: {
    http: 422,
    retryable: false,
    title: 'Idempotency-Key was used with another body',
    hint: 'Use a new key for a new request.',
  },
  payload_too_large: {
    http: 413,
    retryable: false,
    title: 'Too large',
    hint: 'Send at most the number of bytes named in detail.',
  },
  rate_limited: {
    http: 429,
    retryable: true,
    title: 'Too many requests',
    hint: 'Wait for the seconds in Retry-After.',
  },
  unavailable: {
    http: 503,
    retryable: true,
    title: 'A component is not available',
    hint: 'Try again shortly; GET /api/health names the component.',
  },
  internal: {
    http: 500,
    retryable: true,
    title: 'Internal error',
    hint: 'Report the request id to the operator; the log has the cause.',
  },
  range_not_satisfiable: {
    http: 416,
    retryable: false,
    title: 'The range lies outside the file',
    hint: 'Ask for bytes within the size in Content-Range.',
  },
  enrollment_refused: {
    http: 403,
    retryable: false,
    title: 'Enrolment refused',
    hint: 'Ask the operator for a new enrolment token.',
  },
  worker_revoked: {
    http: 403,
    retryable: false,
    title: 'The worker is revoked',
    hint: 'Enrol the machine again with a new token.',
  },
  signature_invalid: {
    http: 401,
    retryable: false,
    title: 'The signature does not verify',
    hint: 'Use the key pair that enrolled; a lost key needs a new enrolment.',
  },
  engine_mismatch: {
    http: 409,
    retryable: false,
    title: 'Another engine version is needed',
    hint: 'Run the version named in detail.',
  },
  worker_outdated: {
    http: 409,
    retryable: false,
    title: 'The worker is of a release that the coordinators do not serve any more',
    hint: 'Update the worker to the release of the coordinators, and start it again.',
  },
  coordinator_outdated: {
    http: 409,
    retryable: false,
    title: 'The worker is of a newer release than the coordinators understand',
    hint: 'Update the coordinators first, or run the worker of their release.',
  },
  upload_refused: {
    http: 403,
    retryable: false,
    title: 'Upload refused',
    hint: 'Ask for a new lease; the URL is expired, forged or used up.',
  },
  digest_mismatch: {
    http: 422,
    retryable: true,
    title: 'The bytes do not match their digest',
    hint: 'Upload the part again.',
  },
  unmet_conditions: {
    http: 422,
    retryable: false,
    title: 'Too few rows of the model meet the conditions',
    hint: 'Widen the conditions, or use a model that meets them by construction (argn, gaussian_copula).',
  },
  out_of_memory: {
    http: 500,
    retryable: true,
    title: 'Out of memory',
    hint: 'The worker goes on with smaller pieces; give it more memory if this repeats.',
  },
  generation_failed: {
    http: 500,
    retryable: true,
    title: 'A chunk could not be generated',
    hint: 'Read the cause in the job log.',
  },
  poison_chunk: {
    http: 500,
    retryable: false,
    title: 'A chunk fails on every worker',
    hint: 'Remove the cause named in the job error, then retry the job.',
  },
  worker_lost: {
    http: 500,
    retryable: true,
    title: 'Workers vanish while making this chunk',
    hint: 'Look at the memory of the workers, then retry the job.',
  },
  part_missing: {
    http: 500,
    retryable: true,
    title: 'A stored part is missing or damaged',
    hint: 'It is made again; nothing to do.',
  },
  publish_failed: {
    http: 502,
    retryable: true,
    title: 'Publishing failed',
    hint: 'The files can be downloaded; retry the job to publish again.',
  },
  load_failed: {
    http: 502,
    retryable: true,
    title: 'Writing into the database failed',
    hint: 'Correct what the message names, then retry the job: chunks that are there are kept.',
  },
  price_exceeded: {
    http: 409,
    retryable: false,
    title: 'The upload costs more than allowed',
    hint: 'Submit it again with a higher publish.max_price_winston, or without Arweave.',
  },
  transaction_expired: {
    http: 409,
    retryable: false,
    title: 'The signed transaction came too late to be taken',
    hint: 'Nothing was paid; it is signed anew.',
  },
  infrastructure: {
    http: 503,
    retryable: true,
    title: 'A component failed',
    hint: 'GET /api/health names the component; a job that failed of it can be retried.',
  },
  cancelled: {
    http: 409,
    retryable: false,
    title: 'Cancelled',
    hint: 'Nothing to do.',
  },
} as const satisfies Record<string, Row>

export type ErrorCode = keyof typeof ERRORS

/** One bad place in what a caller sent; `path` is a JSON pointer, line and column are 1-based. */
export type Problem = {
  path: string
  message: string
  hint?: string
  line?: number
  column?: number
}

/** The only error that carries meaning across folders. `message` is safe to show to the caller. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly problems: Problem[]
  readonly details: Record<string, unknown>

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; problems?: Problem[]; details?: Record<string, unknown> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.problems = options.problems ?? []
    this.details = options.details ?? {}
  }
}

/** The code of anything thrown; `internal` when it carries none. */
export function codeOf(error: unknown): ErrorCode {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && code in ERRORS ? (code as ErrorCode) : 'internal'
}
