// Upload tokens: what a lease's holder may put into the part store, signed so that the sink needs no database.
import { AppError } from '#engine/errors.ts'
import { readClaims, signClaims } from './signed-claims.ts'

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
const PURPOSE = 'upload'

/** A URL-safe token for these claims. */
export function signUpload(key: Uint8Array, claims: UploadClaims): string {
  return signClaims(key, PURPOSE, claims)
}

/** The claims of a token that is ours and has not expired at `nowS` (Unix seconds). AppError `upload_refused`. */
export function verifyUpload(key: Uint8Array, token: string, nowS: number): UploadClaims {
  if (token.length > MAX_TOKEN_LENGTH) throw refused('the token is malformed')
  const read = readClaims(key, PURPOSE, token)
  if ('wrong' in read) throw refused(read.wrong)
  const claims = read.claims as UploadClaims
  if (nowS >= claims.expiresAt) {
    throw refused('the token has expired', {
      leaseId: claims.leaseId,
      workerId: claims.workerId,
      jobId: claims.jobId,
    })
  }
  return claims
}

function refused(reason: string, details: Record<string, unknown> = {}): AppError {
  return new AppError('upload_refused', reason, { details })
}
