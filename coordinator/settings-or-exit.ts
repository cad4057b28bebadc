// Settings that make no sense end a process with what is wrong, a line each, and with a code that tells supervisors not to
// start it again (EX_CONFIG of sysexits.h, as workers do).

import { AppError } from '#engine/errors.ts'

const EXIT_CONFIG = 78

/** What `read` returns; does not return when it throws an AppError. */
export function settingsOrExit<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    process.stderr.write(`${error.message.replaceAll('; ', '\n  ').replace(': ', ':\n  ')}\n`)
    process.exit(EXIT_CONFIG)
  }
}
