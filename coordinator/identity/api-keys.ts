// API keys: `syn_<id>_<secret>`. The secret is shown once and stored as its SHA-256, which is enough for 256 random bits.

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Database, Sql } from '#coordinator/database/database.ts'
import { AppError } from '#engine/errors.ts'
import { API_KEY } from '#settings/secrets.ts'
import type { Principal, UserRole } from './principals.ts'
import { hasScope } from './principals.ts'
import { isScope, type Scope, USER_SCOPES } from './scopes.ts'

/** Keys are looked up again after this long: a key revoked at another replica still works so much longer here. */
const CACHE_MS = 1_000
const CACHE_MAX = 1_000
const TOUCH_INTERVAL = '1 minute'
const KEYS_PER_USER_MAX = 100

export type ApiKey = {
  id: string
  name: string
  scopes: Scope[]
  created_at: Date
  last_used_at: Date | null
}

export type ApiKeys = {
  /** Null for anything that is not a key in force. */
  authenticate(text: string): Promise<Principal | null>
  /** The text is not to be had again. Throws `forbidden` for scopes that the creator lacks. */
  create(owner: Principal, wanted: { name: string; scopes: Scope[] | null }): Promise<NewKey>
  list(userId: string): Promise<ApiKey[]>
  /** False when the owner has no such key in force. Throws `forbidden` for another key with more scopes. */
  revoke(owner: Principal, id: string): Promise<boolean>
}

export type NewKey = { key: ApiKey; text: string }

type Parsed = { id: string; hash: Buffer }
type Stored = {
  secret_hash: Buffer
  scopes: string[]
  user_id: string
  email: string
  role: UserRole
}

const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest()

/** Null when the text has not the form of a key. */
export function parseApiKey(text: string): Parsed | null {
  const [, id, secret] = API_KEY.exec(text) ?? []
  return id === undefined || secret === undefined ? null : { id, hash: hashOf(secret) }
}

export function newApiKeyText(): string {
  return `syn_${randomBytes(4).toString('hex')}_${randomBytes(32).toString('base64url')}`
}

export function createApiKeys(database: Database): ApiKeys {
  const cache = new Map<string, { principal: Promise<Principal | null>; expiresAt: number }>()
  const lookUp = (parsed: Parsed): Promise<Principal | null> => {
    const name = `${parsed.id}/${parsed.hash.toString('base64')}`
    const known = cache.get(name)
    if (known !== undefined && known.expiresAt > Date.now()) return known.principal
    const principal = findPrincipal(database, parsed)
    if (cache.size >= CACHE_MAX) cache.clear()
    cache.set(name, { principal, expiresAt: Date.now() + CACHE_MS })
    principal.catch(() => cache.delete(name))
    return principal
  }
  return {
    authenticate(text) {
      const parsed = parseApiKey(text)
      return parsed === null ? Promise.resolve(null) : lookUp(parsed)
    },
    create: (owner, wanted) => createKey(database, owner, wanted),
    list: (userId) =>
      database.query<ApiKey>(
        `select id, name, scopes, created_at, last_used_at from api_keys
         where user_id = $1 and revoked_at is null order by created_at, id`,
        [userId],
      ),
    async revoke(owner, id) {
      const [key] = await database.query<{ scopes: Scope[] }>(
        'select scopes from api_keys where id = $1 and user_id = $2 and revoked_at is null',
        [id, owner.userId],
      )
      if (key === undefined) return false
      if (id !== owner.keyId) requireScopes(owner, key.scopes)
      cache.clear()
      const revoked = await database.query(
        `update api_keys set revoked_at = now()
         where id = $1 and user_id = $2 and revoked_at is null returning id`,
        [id, owner.userId],
      )
      cache.clear()
      return revoked.length > 0
    },
  }
}

async function findPrincipal(database: Database, { id, hash }: Parsed): Promise<Principal | null> {
  const [row] = await database.query<Stored>(
    `select k.secret_hash, k.scopes, u.id as user_id, u.email, u.role
     from api_keys k join users u on u.id = k.user_id where k.id = $1 and k.revoked_at is null`,
    [id],
    { prepared: 'api-key' },
  )
  if (row === undefined || !timingSafeEqual(row.secret_hash, hash)) return null
  await database.query(
    `update api_keys set last_used_at = now()
     where id = $1 and (last_used_at is null or last_used_at < now() - $2::interval)`,
    [id, TOUCH_INTERVAL],
  )
  const scopes = new Set(row.scopes.filter(isScope))
  return { userId: row.user_id, email: row.email, userRole: row.role, scopes, keyId: id }
}

async function createKey(
  database: Database,
  owner: Principal,
  { name, scopes }: { name: string; scopes: Scope[] | null },
): Promise<NewKey> {
  const own = [...owner.scopes]
  const granted = scopes ?? own.filter((scope) => USER_SCOPES.includes(scope))
  requireScopes(owner, granted)
  return database.transaction(async (sql) => {
    await requireRoomForKey(sql, owner.userId)
    const text = newApiKeyText()
    const key = await insertApiKey(sql, { userId: owner.userId, name, scopes: granted, text })
    return { key, text }
  })
}

/** Nobody makes or revokes a key that may do more than their own. Throws `forbidden`. */
function requireScopes(owner: Principal, scopes: readonly Scope[]): void {
  const lacking = scopes.filter((scope) => !hasScope(owner, scope))
  if (lacking.length === 0) return
  throw new AppError('forbidden', `Your key lacks the scopes ${lacking.join(', ')}.`)
}

async function requireRoomForKey(sql: Sql, userId: string): Promise<void> {
  await sql.query('select 1 from users where id = $1 for update', [userId])
  const keys = await sql.query(
    'select 1 from api_keys where user_id = $1 and revoked_at is null limit $2',
    [userId, KEYS_PER_USER_MAX],
  )
  if (keys.length < KEYS_PER_USER_MAX) return
  throw new AppError('conflict', `You have ${KEYS_PER_USER_MAX} API keys; revoke one first.`)
}

/** `text` has the form of a key; its id must be new. */
export async function insertApiKey(
  sql: Sql,
  { userId, name, scopes, text }: { userId: string; name: string; scopes: Scope[]; text: string },
): Promise<ApiKey> {
  const parsed = parseApiKey(text)
  if (parsed === null) {
    throw new AppError(
      'invalid_request',
      'An API key is syn_, 8 hex digits, _ and 43 base64url digits.',
    )
  }
  const [key] = await sql.query<ApiKey>(
    `insert into api_keys (id, user_id, name, secret_hash, scopes) values ($1, $2, $3, $4, $5)
     returning id, name, scopes, created_at, last_used_at`,
    [parsed.id, userId, name, parsed.hash, scopes],
  )
  return key as ApiKey
}
