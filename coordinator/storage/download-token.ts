// Download tokens: which private files the holder of a lease may read, signed so that the parts process needs no database.
import { AppError } from '#engine/errors.ts'
import { readClaims, signClaims } from './signed-claims.ts'

/** `cids`: of whole files. `expiresAt`: Unix seconds by the coordinator's clock. */
export type DownloadClaims = {
  leaseId: string
  workerId: string
  cids: string[]
  expiresAt: number
}

/** Files that one lease may name. */
const INPUTS_MAX = 16
const TOKEN_LENGTH_MAX = 4096
const PURPOSE = 'download'

/** A URL-safe token for these claims; RangeError for more files than a lease may name. */
export function signDownload(key: Uint8Array, claims: DownloadClaims): string {
  if (claims.cids.length > INPUTS_MAX) throw new RangeError('too many inputs for one lease')
  return signClaims(key, PURPOSE, claims)
}

/** Passes when the token is ours, names `cid` and has not expired at `nowS` (Unix seconds). AppError `forbidden`. */
export function checkDownload(
  key: Uint8Array,
  token: string,
  { cid, nowS }: { cid: string; nowS: number },
): void {
  if (token.length > TOKEN_LENGTH_MAX) throw refused('the token is malformed')
  const read = readClaims(key, PURPOSE, token)
  if ('wrong' in read) throw refused(read.wrong)
  const claims = read.claims as DownloadClaims
  if (nowS >= claims.expiresAt) throw refused('the token has expired')
  if (!claims.cids.includes(cid)) throw refused('the token is for other files')
}

const refused = (reason: string): AppError => new AppError('forbidden', reason)
