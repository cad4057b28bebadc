// Idempotency-Key: the second POST with a key gets the first one's reply, whichever replica it reaches.

import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Database, Sql } from '#coordinator/database/database.ts'
import { digestOf } from '#engine/config/canonical.ts'
import { AppError } from '#engine/errors.ts'
import type { Authentication } from './authentication.ts'

const KEPT = '24 hours'
/** A first request that neither settled nor failed by then died with its process. */
const IN_PROGRESS_FOR = '1 minute'
const KEY_LENGTH_MAX = 255

export type Created<Body extends object = object> = {
  status: number
  body: Body
  /** Where the new resource lives, for Location and the audit log. */
  location: string
  resourceId: string
  /** A reply with a secret is not stored: a replay is a conflict that names the resource. */
  secret?: boolean
}

/** Stores the reply; to be called in the transaction that creates, so that both are there or neither. */
export type Settle = (sql: Sql, created: Created) => Promise<void>

export type Idempotency = {
  /**
   * Runs `create` at most once per principal, method, path and key; without a key, simply runs it, with nothing to
   * settle. Requests are compared by a digest of `body`, where it is given, in place of what was sent, and then by
   * `isSame`, which is told the first reply.
   */
  reply<Body extends object>(
    request: FastifyRequest,
    reply: FastifyReply,
    create: (settle: Settle | null) => Promise<Created<Body>>,
    options?: { body: object; isSame?: (first: Body) => Promise<boolean> },
  ): Promise<Body>
}

type Slot = { principal: string; method: string; path: string; key: string }
type Stored = {
  body_digest: string
  status: number | null
  reply: { body: object; location: string } | null
  resource_id: string | null
}

export function createIdempotency(database: Database, auth: Authentication): Idempotency {
  return {
    async reply<Body extends object>(
      request: FastifyRequest,
      reply: FastifyReply,
      create: (settle: Settle | null) => Promise<Created<Body>>,
      { body, isSame }: { body?: object; isSame?: (first: Body) => Promise<boolean> } = {},
    ) {
      const slot = slotOf(request, auth)
      if (slot === null) return send(reply, await create(null))
      const earlier = await claim(database, slot, digestOf(body ?? request.body ?? null))
      if (earlier !== null) {
        const first = earlier.reply?.body as Body | undefined
        if (first && isSame && !(await isSame(first))) throw mismatch()
        return replay(reply, earlier) as Body
      }
      try {
        return send(reply, await create((sql, created) => settle(sql, slot, created)))
      } catch (error) {
        // Nothing was created: the caller may correct the body and use the key again.
        await release(database, slot)
        throw error
      }
    },
  }
}

function send<Body extends object>(
  reply: FastifyReply,
  { status, body, location }: Created<Body>,
): Body {
  reply.code(status).header('location', location)
  return body
}

function replay(reply: FastifyReply, { status, reply: stored, resource_id }: Stored): object {
  if (status === null) {
    throw new AppError('conflict', 'The first request with this Idempotency-Key is still running.')
  }
  if (stored === null) {
    throw new AppError(
      'conflict',
      `This Idempotency-Key created ${resource_id}; its secret was shown once and is not stored.`,
    )
  }
  reply.code(status).header('location', stored.location).header('idempotency-replayed', 'true')
  return stored.body
}

function slotOf(request: FastifyRequest, auth: Authentication): Slot | null {
  const key = request.headers['idempotency-key']
  if (typeof key !== 'string') return null
  if (key.length === 0 || key.length > KEY_LENGTH_MAX) {
    throw new AppError('invalid_request', `Idempotency-Key has 1 to ${KEY_LENGTH_MAX} characters.`)
  }
  const path = request.url.split('?', 1)[0] ?? request.url
  return { principal: auth.principalOf(request).userId, method: request.method, path, key }
}

/** Null when the slot is ours now; else what the first request left there. */
async function claim(database: Database, slot: Slot, bodyDigest: string): Promise<Stored | null> {
  const claimed = await database.query(
    `insert into idempotency_keys as i (principal, method, path, key, body_digest, expires_at)
     values ($1, $2, $3, $4, $5, now() + $6::interval)
     on conflict (principal, method, path, key) do update
       set body_digest = excluded.body_digest, expires_at = excluded.expires_at,
         status = null, reply = null, resource_id = null
       where i.expires_at < now()
     returning key`,
    [slot.principal, slot.method, slot.path, slot.key, bodyDigest, IN_PROGRESS_FOR],
  )
  if (claimed.length > 0) return null
  const [stored] = await database.query<Stored>(
    `select body_digest, status, reply, resource_id from idempotency_keys where ${THIS_SLOT}`,
    valuesOf(slot),
  )
  // Released between the two queries: whoever held it failed.
  if (stored === undefined) return claim(database, slot, bodyDigest)
  if (stored.body_digest === bodyDigest) return stored
  throw mismatch()
}

function mismatch(): AppError {
  return new AppError(
    'idempotency_mismatch',
    'The Idempotency-Key belongs to an earlier request with another body.',
  )
}

const THIS_SLOT = 'principal = $1 and method = $2 and path = $3 and key = $4'
const valuesOf = ({ principal, method, path, key }: Slot): string[] => [
  principal,
  method,
  path,
  key,
]

async function settle(sql: Sql, slot: Slot, created: Created): Promise<void> {
  const reply = created.secret ? null : { body: created.body, location: created.location }
  await sql.query(
    `update idempotency_keys set status = $5, reply = $6, resource_id = $7, expires_at = now() + $8::interval
     where ${THIS_SLOT}`,
    [...valuesOf(slot), created.status, reply, created.resourceId, KEPT],
  )
}

async function release(database: Database, slot: Slot): Promise<void> {
  await database.query(
    `delete from idempotency_keys where ${THIS_SLOT} and status is null`,
    valuesOf(slot),
  )
}

/** Removes what has expired; for a periodic sweep. */
export async function forgetExpiredKeys(database: Database): Promise<void> {
  await database.query('delete from idempotency_keys where expires_at < now()')
}
