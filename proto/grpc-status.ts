// Error codes of the product on gRPC and back. The code itself travels in a trailer; the gRPC status is only
// what general tools (proxies, grpcurl) understand of it.

import * as grpc from '@grpc/grpc-js'

const TRAILER = 'syndata-code'

const { status } = grpc

/** gRPC status by error code; codes that are not here travel as UNKNOWN, with their code in the trailer. */
const STATUS_BY_CODE: Readonly<Record<string, grpc.status>> = {
  invalid_request: status.INVALID_ARGUMENT,
  unauthorized: status.UNAUTHENTICATED,
  signature_invalid: status.UNAUTHENTICATED,
  forbidden: status.PERMISSION_DENIED,
  enrollment_refused: status.PERMISSION_DENIED,
  worker_revoked: status.PERMISSION_DENIED,
  not_found: status.NOT_FOUND,
  conflict: status.FAILED_PRECONDITION,
  engine_mismatch: status.FAILED_PRECONDITION,
  payload_too_large: status.RESOURCE_EXHAUSTED,
  rate_limited: status.RESOURCE_EXHAUSTED,
  unsupported: status.UNIMPLEMENTED,
  cancelled: status.CANCELLED,
  unavailable: status.UNAVAILABLE,
  infrastructure: status.UNAVAILABLE,
  internal: status.INTERNAL,
}

/** Error code of a status that came without a trailer: from the transport, a proxy or another program. */
const CODE_BY_STATUS: Readonly<Partial<Record<grpc.status, string>>> = {
  [status.CANCELLED]: 'cancelled',
  [status.DEADLINE_EXCEEDED]: 'unavailable',
  [status.UNAVAILABLE]: 'unavailable',
  [status.UNIMPLEMENTED]: 'unsupported',
  [status.RESOURCE_EXHAUSTED]: 'payload_too_large',
}

/** A call that failed. `code` is of the error table: the server's, or `unavailable` when no server was reached. */
export class RpcError extends Error {
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'RpcError'
    this.code = code
  }
}

/** What a caller is told of a handler's error: code and message if it carries a code, else a fixed text. */
export function statusOf(error: unknown): Pick<grpc.StatusObject, 'code' | 'details' | 'metadata'> {
  const metadata = new grpc.Metadata()
  const code = (error as { code?: unknown } | null)?.code
  const known = error instanceof Error && typeof code === 'string' && /^[a-z_]+$/.test(code)
  metadata.set(TRAILER, known ? code : 'internal')
  if (!known) return { code: status.INTERNAL, details: 'Internal error', metadata }
  return { code: STATUS_BY_CODE[code] ?? status.UNKNOWN, details: error.message, metadata }
}

/** The reverse of `statusOf`, for what the client library reports. */
export function errorOf(cause: grpc.ServiceError): RpcError {
  const trailer = cause.metadata?.get(TRAILER)[0]
  const code = trailer === undefined ? (CODE_BY_STATUS[cause.code] ?? 'internal') : String(trailer)
  return new RpcError(code, cause.details || cause.message, { cause })
}
