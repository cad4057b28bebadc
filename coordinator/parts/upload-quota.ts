// How many parts each lease has put, so that a token is worth what it says and no more.

import type { UploadClaims } from '#coordinator/storage/upload-token.ts'
import { AppError } from '#engine/errors.ts'

/** An admitted upload: `accept` if it was stored, then in any case `end`, once. */
export type Admission = { accept(): void; end(): void }

/** `admit` throws AppError `upload_refused` when the lease has used up its parts or its tries. */
export type UploadQuota = { admit(claims: UploadClaims, cid: string, nowS: number): Admission }

type Use = { cids: Map<string, number>; tries: number; expiresAt: number }

// As often as a chunk is tried; a few more for leases of few parts, whose connections fail as often.
const TRIES_PER_PART = 4
const SPARE_TRIES = 16
const PURGE_ABOVE = 10_000

/** Counts in memory: a restart of the sink forgives what was used. */
export function createUploadQuota(): UploadQuota {
  const uses = new Map<string, Use>()
  const useOf = (claims: UploadClaims, nowS: number): Use => {
    let use = uses.get(claims.leaseId)
    if (!use) {
      if (uses.size >= PURGE_ABOVE) purge(uses, nowS)
      use = { cids: new Map(), tries: 0, expiresAt: claims.expiresAt }
      uses.set(claims.leaseId, use)
    }
    use.expiresAt = Math.max(use.expiresAt, claims.expiresAt)
    return use
  }
  return {
    admit(claims, cid, nowS) {
      const use = useOf(claims, nowS)
      if (use.tries >= claims.maxCount * TRIES_PER_PART + SPARE_TRIES) {
        throw new AppError('upload_refused', 'the lease has used up its tries')
      }
      if (!use.cids.has(cid) && use.cids.size >= claims.maxCount) {
        throw new AppError('upload_refused', `the lease has put its ${claims.maxCount} parts`)
      }
      use.tries++
      return hold(use.cids, cid)
    },
  }
}

// A CID counts while it is being put and for good once it was; the end of the last open try of another frees its place.
function hold(cids: Map<string, number>, cid: string): Admission {
  cids.set(cid, (cids.get(cid) ?? 0) + 1)
  return {
    accept: () => void cids.set(cid, Number.POSITIVE_INFINITY),
    end() {
      const left = (cids.get(cid) ?? 1) - 1
      if (left > 0) cids.set(cid, left)
      else cids.delete(cid)
    },
  }
}

function purge(uses: Map<string, Use>, nowS: number): void {
  for (const [leaseId, use] of uses) if (use.expiresAt <= nowS) uses.delete(leaseId)
}
