// Enrolment: tokens that make machines workers of one region, and the only way to become one. A token is good once,
// or for a number of machines at a time.

import { createHash, timingSafeEqual } from 'node:crypto'
import type { Database, Sql } from '#coordinator/database/database.ts'
import { machineJson } from '#coordinator/fleet/worker-rows.ts'
import { AppError } from '#engine/errors.ts'
import { enrollMessage, isSignedBy } from '#proto/challenge.ts'
import { type EnrollmentToken, parseToken } from '#proto/enrollment-token.ts'
import type { EnrollRequest } from '#proto/gen/syndata/v1/fleet_pb.ts'
import type { Audit } from './audit.ts'
import { isId, newId } from './new-id.ts'

const NAME_LENGTH_MAX = 100
/** A machine of a group that has been silent for this long leaves its place to another. */
const AWAY_S = 60

export type Enrolled = { workerId: string; region: string; trust: 'trusted' | 'community' }

type TokenRow = {
  secret_hash: Buffer
  region: string
  trust: Enrolled['trust']
  used_by: Buffer | null
  machines: number | null
  revoked_at: Date | null
  expired: boolean
}

/** Trades a token for an identity. AppError enrollment_refused or signature_invalid; both are recorded. */
export type Enroll = (request: EnrollRequest) => Promise<Enrolled>

export function createEnroll({ database, audit }: { database: Database; audit: Audit }): Enroll {
  return async (request) => {
    const token = readableToken(request.token)
    const resource = `enrollment-token/${token?.id ?? 'unreadable'}`
    const name = nameOf(request)
    const details = { name }
    try {
      if (!token) throw new AppError('enrollment_refused', 'the token is not readable')
      const signed = enrollMessage(request.token)
      if (!isSignedBy(request.publicKey, signed, request.signature)) {
        throw new AppError('signature_invalid', 'the signature does not fit the public key')
      }
      const enrolled = await database.transaction((sql) => redeem(sql, { token, name, request }))
      const principal = enrolled.workerId
      audit.record({ principal, action: 'worker.enroll', resource, outcome: 'allowed', details })
      return enrolled
    } catch (error) {
      if (error instanceof AppError) {
        audit.record({
          principal: 'anonymous',
          action: 'worker.enroll',
          resource,
          outcome: 'refused',
          details: { ...details, code: error.code, reason: error.message },
        })
      }
      throw error
    }
  }
}

function readableToken(text: string): EnrollmentToken | null {
  const token = parseToken(text)
  return token && isId(token.id) ? token : null
}

type Redemption = { token: EnrollmentToken; name: string; request: EnrollRequest }

async function redeem(sql: Sql, redemption: Redemption): Promise<Enrolled> {
  const { token } = redemption
  const [row] = await sql.query<TokenRow>(
    `select secret_hash, region, trust, used_by, machines, revoked_at, expires_at <= now() as expired
     from enrollment_tokens where id = $1 for update`,
    [token.id],
  )
  if (!row || !timingSafeEqual(row.secret_hash, hashOf(token.secret))) {
    throw new AppError('enrollment_refused', 'the token is not known here')
  }
  if (row.revoked_at) throw new AppError('enrollment_refused', 'the token is revoked')
  if (row.expired) throw new AppError('enrollment_refused', 'the token has expired')
  const workerId =
    row.machines === null
      ? await enrolOnce(sql, row, redemption)
      : await enrolOneOf(sql, row.machines, { row, redemption })
  return { workerId, region: row.region, trust: row.trust }
}

async function enrolOnce(sql: Sql, row: TokenRow, redemption: Redemption): Promise<string> {
  const { token, request } = redemption
  if (!row.used_by) return enlist(sql, row, redemption)
  if (!row.used_by.equals(request.publicKey)) {
    throw new AppError('enrollment_refused', 'the token is used')
  }
  return enrolledAs(sql, token.id, row.used_by)
}

/** Only those count that are connected or were a minute ago: platforms replace machines without a word. */
async function enrolOneOf(
  sql: Sql,
  machines: number,
  { row, redemption }: { row: TokenRow; redemption: Redemption },
): Promise<string> {
  const publicKey = Buffer.from(redemption.request.publicKey)
  const [known] = await sql.query<{ state: string }>(
    'select state from workers where public_key = $1',
    [publicKey],
  )
  if (known?.state === 'revoked') {
    throw new AppError('enrollment_refused', 'the machine is revoked: it needs a token of its own')
  }
  const [others] = await sql.query<{ count: number }>(
    `select count(*)::int as count from workers where token_id = $1 and public_key <> $2
       and state <> 'revoked' and (coordinator_id is not null
         or coalesce(last_seen, enrolled_at) > now() - make_interval(secs => ${AWAY_S}))`,
    [redemption.token.id, publicKey],
  )
  if ((others?.count ?? 0) >= machines) {
    throw new AppError('enrollment_refused', `the token is in use by ${machines} machines`)
  }
  return enlist(sql, row, redemption)
}

/** A repeat after a lost reply: the same identity again, unless its worker was revoked or moved on since. */
async function enrolledAs(sql: Sql, tokenId: string, publicKey: Buffer): Promise<string> {
  const [worker] = await sql.query<{ id: string }>(
    `select id from workers where public_key = $1 and token_id = $2 and state <> 'revoked'`,
    [publicKey, tokenId],
  )
  if (!worker) throw new AppError('enrollment_refused', 'the token is used')
  return worker.id
}

/** A key that enrolled before keeps its worker id; the new token decides region and trust. */
async function enlist(sql: Sql, row: TokenRow, redemption: Redemption): Promise<string> {
  const { token, name, request } = redemption
  const publicKey = Buffer.from(request.publicKey)
  const [worker] = await sql.query<{ id: string }>(
    `insert into workers (id, name, public_key, region, trust, machine, engine_version, token_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (public_key) do update set name = excluded.name, region = excluded.region,
       trust = excluded.trust, state = 'active', machine = excluded.machine,
       engine_version = excluded.engine_version, token_id = excluded.token_id, enrolled_at = now()
     returning id`,
    [
      newId('wrk'),
      name,
      publicKey,
      row.region,
      row.trust,
      machineJson(request.machine),
      request.machine?.engineVersion ?? '',
      token.id,
    ],
  )
  await sql.query('update enrollment_tokens set used_at = now(), used_by = $2 where id = $1', [
    token.id,
    publicKey,
  ])
  return worker?.id ?? ''
}

/** What a worker calls itself, fit for logs and tables. */
function nameOf({ name }: EnrollRequest): string {
  const printable = name.replace(/[^\p{L}\p{N} ._-]/gu, '').trim()
  return printable.slice(0, NAME_LENGTH_MAX) || 'worker'
}

/** What is stored of a token's secret, which has 256 random bits. */
export const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest()
