// What a database said or did, in our words: drivers' texts may name hosts, files and statements of others.

import { AppError } from '#engine/errors.ts'
import type { OpenedServer } from './connection.ts'

type Target = Pick<OpenedServer, 'servername' | 'port' | 'database' | 'user' | 'tls'>
/** `retryable`: worth another try without a change of the connection. */
type Meaning = { says: (target: Target) => string; retryable: boolean }

const lasting = (says: Meaning['says']): Meaning => ({ says, retryable: false })
const passing = (says: Meaning['says']): Meaning => ({ says, retryable: true })
const at = ({ servername, port }: Target): string => `${servername}, port ${port}`

const SILENT = passing((target) => `${at(target)}, does not answer.`)
const WRONG_PASSWORD = lasting(({ user }) => `The server refuses the user ${user} or the password.`)
const NO_RIGHT = lasting(
  ({ user, database }) =>
    `The server does not let ${user} into the database ${database} from here.`,
)
const NO_DATABASE = lasting(({ database }) => `The server has no database ${database}.`)
const FULL = passing((target) => `${at(target)}, has no connection left.`)
const STARTING = passing((target) => `${at(target)}, is starting or stopping.`)
const NO_TLS = lasting(
  (target) => `${at(target)}, has no TLS; with tls: prefer or disable it is used without.`,
)
const BAD_CERTIFICATE = lasting(
  ({ servername }) => `The certificate of the server is not one that proves ${servername}.`,
)

/** By Node's codes, SQLSTATE, and MySQL's symbols. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  ECONNREFUSED: passing((target) => `${at(target)}, refuses connections.`),
  ECONNRESET: passing((target) => `${at(target)}, closed the connection.`),
  EPIPE: passing((target) => `${at(target)}, closed the connection.`),
  PROTOCOL_CONNECTION_LOST: passing((target) => `${at(target)}, closed the connection.`),
  ETIMEDOUT: SILENT,
  EHOSTUNREACH: SILENT,
  ENETUNREACH: SILENT,
  '28P01': WRONG_PASSWORD,
  ER_ACCESS_DENIED_ERROR: WRONG_PASSWORD,
  '28000': NO_RIGHT,
  '42501': NO_RIGHT,
  ER_DBACCESS_DENIED_ERROR: NO_RIGHT,
  ER_HOST_NOT_PRIVILEGED: NO_RIGHT,
  '3D000': NO_DATABASE,
  ER_BAD_DB_ERROR: NO_DATABASE,
  '53300': FULL,
  ER_CON_COUNT_ERROR: FULL,
  '57P01': STARTING,
  '57P02': STARTING,
  '57P03': STARTING,
  ER_SERVER_SHUTDOWN: STARTING,
  HANDSHAKE_NO_SSL_SUPPORT: NO_TLS,
  DEPTH_ZERO_SELF_SIGNED_CERT: BAD_CERTIFICATE,
  SELF_SIGNED_CERT_IN_CHAIN: BAD_CERTIFICATE,
  UNABLE_TO_GET_ISSUER_CERT: BAD_CERTIFICATE,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: BAD_CERTIFICATE,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: BAD_CERTIFICATE,
  CERT_HAS_EXPIRED: BAD_CERTIFICATE,
  CERT_NOT_YET_VALID: BAD_CERTIFICATE,
  CERT_UNTRUSTED: BAD_CERTIFICATE,
  ERR_TLS_CERT_ALTNAME_INVALID: BAD_CERTIFICATE,
}

/** The driver of PostgreSQL gives these no code. */
const BY_TEXT: readonly [RegExp, Meaning][] = [
  [/does not support SSL/, NO_TLS],
  [
    /client password must be/,
    lasting(() => 'The server asks for a password; the connection has none.'),
  ],
  [/timeout expired|no answer in time/, SILENT],
  [/more bytes than expected/, lasting((target) => `${at(target)}, answers as no database does.`)],
  [/terminated unexpectedly/, passing((target) => `${at(target)}, closed the connection.`)],
]

/** The server has no TLS, and says so. */
export function isWithoutTls(error: unknown): boolean {
  return meaningOf(error) === NO_TLS
}

/** AppError `connection_failed` for anything that a driver threw; `details.retryable` says whether it may pass. */
export function connectionFailure(error: unknown, target: Target): AppError {
  if (error instanceof AppError) return error
  const { says, retryable } = meaningOf(error) ?? unknownOf(error)
  return new AppError('connection_failed', says(target), {
    cause: error,
    details: { retryable },
  })
}

function meaningOf(error: unknown): Meaning | undefined {
  const { message = '' } = error as { message?: string }
  const code = codeOf(error)
  return (
    (Object.hasOwn(MEANINGS, code) ? MEANINGS[code] : undefined) ??
    BY_TEXT.find(([pattern]) => pattern.test(message))?.[1]
  )
}

/** MySQL's driver hides why TLS failed behind a code of its own; the reason is the cause or the text's first word. */
function codeOf(error: unknown): string {
  const { code, cause } = error as { code?: unknown; cause?: unknown }
  if (code === 'HANDSHAKE_SSL_ERROR' && cause) return codeOf(cause)
  return typeof code === 'string' ? code : ''
}

/** A code is a word of a public list, never a text. */
function unknownOf(error: unknown): Meaning {
  const code = codeOf(error)
  const named = /^[A-Z0-9_]{5,60}$/.test(code) ? ` (${code})` : ''
  return passing((target) => `${at(target)}, ended the attempt to connect${named}.`)
}
