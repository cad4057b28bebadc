// The operator's side of enrolment: tokens issued, listed and revoked. The text of a token exists once, in the reply.

import { randomBytes } from 'node:crypto'
import type { Database } from '#coordinator/database/database.ts'
import { AppError } from '#engine/errors.ts'
import { formatToken } from '#proto/enrollment-token.ts'
import type { Audit } from './audit.ts'
import { hashOf } from './enrollment.ts'
import { newId } from './new-id.ts'

const LIST_MAX = 500

export type TokenRequest = {
  region: string
  trust: 'trusted' | 'community'
  ttlSeconds: number
  /** How many machines it admits at a time; null: one machine, once. */
  machines: number | null
  /** A user's id. */
  createdBy: string
  /** host:port of the fleet gateways that the worker will try. */
  addresses: string[]
}

export type IssuedToken = { id: string; token: string; region: string; expiresAt: Date }

export type ListedToken = {
  id: string
  region: string
  trust: 'trusted' | 'community'
  created_by: string
  created_at: Date
  expires_at: Date
  machines: number | null
  /** `open`: admits machines of a group. */
  state: 'unused' | 'open' | 'used' | 'expired' | 'revoked'
  /** The worker that enrolled with it last. */
  worker_id: string | null
}

export type EnrollmentTokens = {
  issue(request: TokenRequest): Promise<IssuedToken>
  /** Newest first, at most 500. */
  list(): Promise<ListedToken[]>
  /** Its worker, if it has one, stays. AppError not_found. */
  revoke(id: string, options: { revokedBy: string }): Promise<void>
}

type Deps = {
  database: Database
  audit: Audit
  /** Hex SHA-256 of the CA certificate: what the worker pins. */
  caFingerprint: string
}

export function createEnrollmentTokens({ database, audit, caFingerprint }: Deps): EnrollmentTokens {
  const record = (principal: string, action: string, id: string) =>
    audit.record({ principal, action, resource: `enrollment-token/${id}`, outcome: 'allowed' })
  return {
    async issue({ region, trust, ttlSeconds, machines, createdBy, addresses }) {
      const id = newId('tok')
      const secret = randomBytes(32).toString('base64url')
      const [row] = await database.query<{ expires_at: Date }>(
        `insert into enrollment_tokens (id, secret_hash, region, trust, created_by, expires_at, machines)
         values ($1, $2, $3, $4, $5, now() + make_interval(secs => $6), $7) returning expires_at`,
        [id, hashOf(secret), region, trust, createdBy, ttlSeconds, machines],
      )
      record(createdBy, 'enrollment_token.issue', id)
      const token = formatToken({ id, secret, ca: caFingerprint, addresses })
      return { id, token, region, expiresAt: row?.expires_at ?? new Date() }
    },
    list: () =>
      database.query<ListedToken>(
        `select t.id, t.region, t.trust, t.created_by, t.created_at, t.expires_at, t.machines,
           (select w.id from workers w where w.token_id = t.id order by w.enrolled_at desc, w.id limit 1) as worker_id,
           case when t.revoked_at is not null then 'revoked'
             when t.machines is null and t.used_at is not null then 'used'
             when t.expires_at <= now() then 'expired'
             when t.machines is not null then 'open' else 'unused' end as state
         from enrollment_tokens t
         order by t.created_at desc, t.id limit ${LIST_MAX}`,
      ),
    async revoke(id, { revokedBy }) {
      const rows = await database.query(
        'update enrollment_tokens set revoked_at = coalesce(revoked_at, now()) where id = $1 returning id',
        [id],
      )
      if (rows.length === 0) throw new AppError('not_found', `no enrolment token ${id}`)
      record(revokedBy, 'enrollment_token.revoke', id)
    },
  }
}
