// What a driver's error means: whether waiting helps, whether the chunk alone is to be tried again, and what may be said
// of it. Sources: PostgreSQL manual, appendix A; MySQL manual, "Server Error Message Reference"; SQLite, "Result Codes".

import { AppError } from '#engine/errors.ts'

const MESSAGE_MAX = 500

/** SQLSTATE classes and states of a server that is away, busy or stopped it, not of rows that it refuses. */
const PASSING_CLASSES = ['08', '40', '53', '57', '58']
const PASSING_STATES = ['25P03', '55006', '55P03', '55P04', '70100']
/** Of MySQL, where HY000 says nothing: full, out of connections, going down, waited too long for a lock. */
const PASSING_ERRNOS = [1021, 1040, 1053, 1077, 1080, 1135, 1203, 1205, 1317, 1927, 2006, 2013]
/** Of SQLite: busy, locked, no memory, input or output, full, cannot open. */
const PASSING_SQLITE = [5, 6, 7, 10, 13, 14]

const DEADLOCKS = ['40001', '40P01', '55P03']
const DEADLOCK_ERRNOS = [1205, 1213]

type DriverError = {
  code?: unknown
  sqlState?: unknown
  errno?: unknown
  errcode?: unknown
  sqlMessage?: unknown
  message?: unknown
}

/** Five characters, also of a MySQL error; empty when the server never said anything. */
function stateOf({ code, sqlState }: DriverError): string {
  const state = sqlState ?? code
  return typeof state === 'string' && /^[0-9A-Z]{5}$/.test(state) && /[0-9]/.test(state)
    ? state
    : ''
}

const isSqlite = ({ code }: DriverError): boolean => code === 'ERR_SQLITE_ERROR'

/** The lowest byte of a result code is the primary one. */
const sqliteCode = ({ errcode }: DriverError): number => Number(errcode) & 0xff

function isPassing(error: DriverError): boolean {
  if (isSqlite(error)) return PASSING_SQLITE.includes(sqliteCode(error))
  const state = stateOf(error)
  if (state === '') return true
  return (
    PASSING_CLASSES.includes(state.slice(0, 2)) ||
    PASSING_STATES.includes(state) ||
    PASSING_ERRNOS.includes(Number(error.errno))
  )
}

/** Two transactions stood in each other's way, or a lock was not free: the same one may pass at once. */
export function isContended(thrown: unknown): boolean {
  const error = (thrown ?? {}) as DriverError
  if (isSqlite(error)) return [5, 6].includes(sqliteCode(error))
  return DEADLOCKS.includes(stateOf(error)) || DEADLOCK_ERRNOS.includes(Number(error.errno))
}

/** The server's own words, never its detail, which has values; of a network error the code, never the address. */
function wordsOf(error: DriverError): string {
  const state = stateOf(error)
  const said = typeof error.sqlMessage === 'string' ? error.sqlMessage : error.message
  if (state !== '' || isSqlite(error)) {
    const words = String(said).slice(0, MESSAGE_MAX)
    return state === '' ? words : `${words} (SQLSTATE ${state})`
  }
  const code = typeof error.code === 'string' ? ` (${error.code})` : ''
  return `the database does not answer${code}`
}

/** AppErrors, cancellations and faults of ours as they are; anything else as `load_failed`, with `where` before it. */
export function failureOfLoad(thrown: unknown, where: string): unknown {
  if (thrown instanceof AppError || thrown instanceof RangeError || thrown instanceof TypeError)
    return thrown
  const error = (thrown ?? {}) as DriverError
  return refusal(`${where}: ${wordsOf(error)}`, { retryable: isPassing(error), cause: thrown })
}

/** AppError `load_failed`; what is wrong stays so, unless `retryable`. */
export function refusal(
  message: string,
  { retryable = false, cause }: { retryable?: boolean; cause?: unknown } = {},
): AppError {
  return new AppError('load_failed', message, {
    details: { retryable },
    ...(cause === undefined ? {} : { cause }),
  })
}
