// Upload tokens: what a lease's holder may put into the part store, signed so that the sink needs no database.
// Form: base64url(JSON claims) "." base64url(HMAC-SHA256 of the first field).
import { createHmac, timingSafeEqual } from 'node:crypto'
import { AppError } from '#engine/errors.ts'

/** `maxBytes`: of one part; `maxCount`: parts of the lease; `expiresAt`: Unix seconds by the coordinator's clock. */
export type UploadClaims = {
  leaseId: string
  workerId: string
  jobId: string
  maxBytes: number
  maxCount: number
  expiresAt: number
}

const MAX_TOKEN_LENGTH = 1024

/** A URL-safe token for these claims. */
export function signUpload(key: Uint8Array, claims: UploadClaims): string {
  const payload = Buffer.from(JSON.stringify(claims)).toString('base64url')
  return `${payload}.${macOf(key, payload).toString('base64url')}`
}

/** The claims of a token that is ours and has not expired at `nowS` (Unix seconds). AppError `upload_refused`. */
export function verifyUpload(key: Uint8Array, token: string, nowS: number): UploadClaims {
  const dot = token.indexOf('.')
  if (dot < 0 || token.length > MAX_TOKEN_LENGTH) throw refused('the token is malformed')
  const payload = token.slice(0, dot)
  const mac = Buffer.from(token.slice(dot + 1), 'base64url')
  const expected = macOf(key, payload)
  if (mac.length !== expected.length || !timingSafeEqual(mac, expected)) {
    throw refused('the token is forged')
  }
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as UploadClaims
  if (nowS >= claims.expiresAt) {
    throw refused('the token has expired', {
      leaseId: claims.leaseId,
      workerId: claims.workerId,
      jobId: claims.jobId,
    })
  }
  return claims
}

function macOf(key: Uint8Array, payload: string): Buffer {
  return createHmac('sha256', key).update('upload\n').update(payload).digest()
}

function refused(reason: string, details: Record<string, unknown> = {}): AppError {
  return new AppError('upload_refused', reason, { details })
}
