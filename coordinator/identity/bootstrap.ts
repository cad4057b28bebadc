// What must exist before the first call: the administrator, a project to work in and a key to work with.

import type { Database, Sql } from '#coordinator/database/database.ts'
import { insertApiKey, parseApiKey } from './api-keys.ts'
import { newId } from './new-id.ts'
import { hashPassword } from './passwords.ts'
import { SCOPES } from './scopes.ts'

const LOCK = 7_304_919
const ADMIN_NAME = 'admin'
const PROJECT_NAME = 'Default'
const KEY_NAME = 'First administrator key'

export type BootstrapSettings = {
  email: string
  password: string
  apiKey: string
  /** What the default project may spend on Arweave, in winston, when it is made. */
  arweaveBudgetWinston: string
}

/**
 * Safe to call at every start of every replica. What is there stays as it is: a changed password or budget is not
 * reset, a revoked key stays revoked; a key that is new in the settings is added.
 */
export async function bootstrap(database: Database, settings: BootstrapSettings): Promise<void> {
  await database.transaction(async (sql) => {
    await sql.query('select pg_advisory_xact_lock($1)', [LOCK])
    const userId = await ensureAdmin(sql, settings.email.toLowerCase(), settings.password)
    await ensureProject(sql, userId, settings.arweaveBudgetWinston)
    await ensureKey(sql, userId, settings.apiKey)
  })
}

async function ensureAdmin(sql: Sql, email: string, password: string): Promise<string> {
  const [existing] = await sql.query<{ id: string }>('select id from users where email = $1', [
    email,
  ])
  if (existing !== undefined) return existing.id
  const id = newId('usr')
  // A second administrator of another address takes the address as the name, which is unique.
  const taken = await sql.query('select 1 from users where username = $1', [ADMIN_NAME])
  await sql.query(
    `insert into users (id, email, username, password_hash, role) values ($1, $2, $3, $4, 'admin')`,
    [id, email, taken.length > 0 ? email : ADMIN_NAME, await hashPassword(password)],
  )
  return id
}

async function ensureProject(sql: Sql, userId: string, budgetWinston: string): Promise<void> {
  const existing = await sql.query(
    'select 1 from project_members where user_id = $1 and is_default',
    [userId],
  )
  if (existing.length > 0) return
  const id = newId('prj')
  await sql.query('insert into projects (id, name, arweave_budget_winston) values ($1, $2, $3)', [
    id,
    PROJECT_NAME,
    budgetWinston,
  ])
  await sql.query(
    `insert into project_members (project_id, user_id, role, is_default) values ($1, $2, 'owner', true)`,
    [id, userId],
  )
}

async function ensureKey(sql: Sql, userId: string, text: string): Promise<void> {
  const existing = await sql.query('select 1 from api_keys where id = $1', [parseApiKey(text)?.id])
  if (existing.length > 0) return
  await insertApiKey(sql, { userId, name: KEY_NAME, scopes: [...SCOPES], text })
}
