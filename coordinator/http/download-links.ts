// Links that let anyone who has them fetch one file for five minutes, without a key.

import { createHmac, timingSafeEqual } from 'node:crypto'
import { AppError } from '#engine/errors.ts'

const LIFETIME_S = 300

export type LinkTarget = { jobId: string; table: string }
export type Signed = LinkTarget & { expires: number; signature: string }

export type DownloadLinks = {
  /** `expires` in seconds since 1970. */
  sign(target: LinkTarget): Signed
  /** Throws `unauthorized` for a forged or expired link. */
  verify(link: Signed): void
}

/** All replicas must have the same key. */
export function createDownloadLinks(
  key: Buffer,
  { now = Date.now }: { now?: () => number } = {},
): DownloadLinks {
  const signatureOf = ({ jobId, table }: LinkTarget, expires: number) =>
    createHmac('sha256', key)
      .update(JSON.stringify(['download', jobId, table, expires]))
      .digest()
  return {
    sign(target) {
      const expires = Math.floor(now() / 1000) + LIFETIME_S
      return { ...target, expires, signature: signatureOf(target, expires).toString('base64url') }
    },
    verify({ jobId, table, expires, signature }) {
      const expected = signatureOf({ jobId, table }, expires)
      const given = Buffer.from(signature, 'base64url')
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
        throw new AppError('unauthorized', 'The link is not valid; ask for a new one.')
      }
      if (expires * 1000 < now()) {
        throw new AppError('unauthorized', 'The link has expired; ask for a new one.')
      }
    },
  }
}
