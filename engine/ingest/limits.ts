// What an uploaded file may not exceed, and how a file that is broken or too large is refused.

import { AppError } from '#engine/errors.ts'

export type IngestLimits = {
  /** Of the file as it was sent. */
  bytesMax: number
  /** Behind gzip or zstd. */
  unpackedBytesMax: number
  /** Unpacked bytes per packed one, past so many that are free. */
  unpackRatioMax: number
  unpackFreeBytes: number
  columnsMax: number
  /** Characters. */
  cellMax: number
  /** Bytes of one row in text formats. */
  rowBytesMax: number
  /** Unpacked bytes of one block of Parquet or Arrow. */
  blockBytesMax: number
}

export const INGEST_LIMITS: IngestLimits = {
  bytesMax: 64 * 2 ** 30,
  unpackedBytesMax: 256 * 2 ** 30,
  unpackRatioMax: 200,
  unpackFreeBytes: 64 * 2 ** 20,
  columnsMax: 5000,
  cellMax: 1_000_000,
  rowBytesMax: 16 * 2 ** 20,
  blockBytesMax: 2 ** 30,
}

export function limitsOf(given: Partial<IngestLimits> | undefined): IngestLimits {
  return { ...INGEST_LIMITS, ...given }
}

/** How much a typed file says, in values and characters, for what was sent of it. */
export type Unpacked = {
  /** So many bytes more were sent. */
  came(bytes: number): void
  /** So many values or characters more. AppError `payload_too_large` where it becomes more than a table says. */
  take(values: number): void
}

/** Those that are free are as many as bytes behind gzip and zstd. */
export function createUnpacked({ unpackFreeBytes, unpackRatioMax }: IngestLimits): Unpacked {
  let [sent, said] = [0, 0]
  return {
    came(bytes) {
      sent += bytes
    },
    take(values) {
      said += values
      if (said > Math.max(unpackFreeBytes, sent * unpackRatioMax))
        throw pastLimit(`${sent} bytes say more than ${said} values: that is no table`)
    },
  }
}

export type Place = { line?: number; column?: number }

/** The file breaks here; `hint` says what to do about it. */
export function brokenFile(message: string, hint: string, place: Place = {}): AppError {
  const { line, column } = place
  const where =
    line === undefined ? '' : `line ${line}${column === undefined ? '' : `, column ${column}`}: `
  return new AppError('invalid_request', where + message, {
    problems: [{ path: '/file', message, hint, ...place }],
  })
}

/** The file is past a limit, which `message` names. */
export function pastLimit(message: string, place: Place = {}): AppError {
  const { line } = place
  const where = line === undefined ? '' : `line ${line}: `
  const problems = [
    { path: '/file', message, hint: 'Send less, or ask for a higher limit.', ...place },
  ]
  return new AppError('payload_too_large', where + message, { problems })
}

/** Whether a file that was cut here still has rows worth keeping: it is broken, not unreadable for other reasons. */
export function isBreak(error: unknown): error is AppError {
  return (
    error instanceof AppError &&
    (error.code === 'invalid_request' || error.code === 'payload_too_large')
  )
}
