// What a refusal by the Arweave network means: which ones pass with time and which never will.
// Words: the node's POST /chunk and POST /tx replies (apps/arweave/src/ar_http_iface_middleware.erl).

import { AppError, codeOf, ERRORS } from '#engine/errors.ts'

const TRANSIENT_STATUS = new Set([408, 425, 429])
const TRANSIENT_REASON = new Set([
  'data_root_not_found',
  'disk_full',
  'exceeds_disk_pool_size_limit',
  'mempool_is_full',
  'not_joined',
  'timeout',
])

/** What is known of a failed call; `status` is absent when no answer came. */
export type Failure = { operation: string; reason: string; status?: number; cause?: unknown }

/**
 * `publish_failed` whose details hold `operation`, `reason`, `retryable` and, after an answer, `status`.
 * Without an answer, on 408, 425, 429, 5xx and the reasons that pass with time, `retryable` is true.
 */
export function arweaveFailure({ operation, reason, status, cause }: Failure): AppError {
  const retryable =
    status === undefined ||
    status >= 500 ||
    TRANSIENT_STATUS.has(status) ||
    TRANSIENT_REASON.has(reason)
  return new AppError('publish_failed', `Arweave ${operation} failed: ${reason}`, {
    cause,
    details: { operation, reason, retryable, ...(status === undefined ? {} : { status }) },
  })
}

/** A failure found on our side that no retry of the same step can mend. */
export function fatalArweaveFailure(
  operation: string,
  reason: string,
  message: string,
  details: Record<string, unknown> = {},
): AppError {
  return new AppError('publish_failed', message, {
    details: { operation, reason, retryable: false, ...details },
  })
}

/** Whether trying the same step again may succeed. */
export function isRetryable(error: unknown): boolean {
  if (error instanceof AppError && error.details['retryable'] === false) return false
  return ERRORS[codeOf(error)].retryable
}

/** The network's word for a refusal, as a short identifier: `{"error":"x"}` or a sentence. */
export function reasonOf(status: number, body: string): string {
  const word = body.trimStart().startsWith('{') ? errorField(body) : body
  const slug = word
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .slice(0, 64)
    .replace(/^_|_$/g, '')
  return slug === '' ? `http_${status}` : slug
}

function errorField(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: unknown }
    return typeof error === 'string' ? error : ''
  } catch {
    return ''
  }
}
