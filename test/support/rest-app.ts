// The REST edge on a real database, with an administrator and two users who do not know each other.

import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { InjectOptions } from 'fastify'
import pino from 'pino'
import { connectionSettingsOf } from '#coordinator/connections/settings.ts'
import { createNotifications, type Notifications } from '#coordinator/database/notifications.ts'
import { DATASET_DEFAULTS } from '#coordinator/datasets/settings.ts'
import { createUploadReaders } from '#coordinator/datasets/upload-readers.ts'
import { type AppDeps, createApp } from '#coordinator/http/app.ts'
import type { App } from '#coordinator/http/types.ts'
import { insertApiKey, newApiKeyText } from '#coordinator/identity/api-keys.ts'
import { type Audit, createAudit } from '#coordinator/identity/audit.ts'
import { bootstrap } from '#coordinator/identity/bootstrap.ts'
import { type Scope, USER_SCOPES } from '#coordinator/identity/scopes.ts'
import { createSealedSecrets } from '#coordinator/identity/sealed-secrets.ts'
import { createMetrics } from '#coordinator/metrics.ts'
import { type BlockStore, verified } from '#coordinator/storage/block-store.ts'
import { createFolderStore } from '#coordinator/storage/folder-store.ts'
import type { StoreSettings } from '#coordinator/storage/open-store.ts'
import { type TestDatabase, testDatabase } from './postgres.ts'

export const PUBLIC_URL = 'http://syndata.test'

export type Caller = { userId: string; projectId: string; key: string }

export type RestApp = TestDatabase & {
  app: App
  audit: Audit
  notifications: Notifications
  store: BlockStore
  /** What opens the same store elsewhere. */
  storeSettings: StoreSettings
  admin: Caller
  alice: Caller
  bob: Caller
  call: (
    caller: Caller | null,
    method: Method,
    url: string,
    options?: CallOptions,
  ) => Promise<Answer>
}

type Method = 'GET' | 'POST' | 'DELETE' | 'PATCH'
type CallOptions = { body?: unknown; headers?: Record<string, string> }
/** `json` is what was answered, for tests to look into; null when it is not JSON. */
export type Answer = {
  status: number
  headers: Record<string, unknown>
  text: string
  json: Record<string, unknown>
}

export async function restApp(t: TestContext, overrides: Partial<AppDeps> = {}): Promise<RestApp> {
  const { url, database } = await testDatabase(t)
  const ignore = () => undefined
  const notifications = await createNotifications(url, { onError: ignore })
  const folder = await mkdtemp(join(tmpdir(), 'syndata-store-'))
  const store = await createFolderStore(folder)
  const audit = createAudit(database, { onError: ignore })
  const adminKey = newApiKeyText()
  // There already, so that no test waits for the hash of a password that it does not use.
  await database.query(
    `insert into users (id, email, username, password_hash, role)
     values ('usr_admin', 'admin@syndata.test', 'admin', '', 'admin')`,
  )
  await bootstrap(database, {
    email: 'Admin@syndata.test',
    password: 'a long enough password',
    apiKey: adminKey,
    arweaveBudgetWinston: '1000000000000',
  })
  const storeSettings = { kind: 'folder' as const, dir: folder }
  const uploads = createUploadReaders(storeSettings)
  const app = await createApp({
    database,
    notifications,
    audit,
    secrets: createSealedSecrets(database, randomBytes(32)),
    metrics: createMetrics(database),
    health: {
      postgres: async () => void (await database.query('select 1')),
      temporal: async () => undefined,
      parts: async () => undefined,
      fleet: async () => undefined,
    },
    readiness: { reasons: async () => [], leaving: () => false },
    arweavePrice: async (bytes) => BigInt(bytes) * 2n,
    store: verified(store),
    caFingerprint: 'ab'.repeat(32),
    connections: connectionSettingsOf({}, []),
    uploads,
    datasets: DATASET_DEFAULTS,
    logger: pino({ level: 'silent' }),
    settings: {
      publicUrl: PUBLIC_URL,
      fleetAddresses: ['fleet.test:7443'],
      ipfsGateways: ['https://gateway.test/ipfs/{cid}'],
      arweaveUrl: 'http://arweave.test',
      temporal: { uiUrl: 'http://temporal.test', namespace: 'syndata' },
    },
    ...overrides,
  })
  t.after(async () => {
    await app.close()
    await uploads.close()
    await audit.close()
    await notifications.close()
    await rm(folder, { recursive: true, force: true })
  })
  const [alice, bob] = await Promise.all([newUser(database, 'alice'), newUser(database, 'bob')])
  const admin = await adminCaller(database, adminKey)
  const users = { admin, alice, bob, call: caller(app) }
  return { url, database, app, audit, notifications, store, storeSettings, ...users }
}

async function adminCaller(database: TestDatabase['database'], key: string): Promise<Caller> {
  const [row] = await database.query<{ user_id: string; project_id: string }>(
    'select m.user_id, m.project_id from project_members m join users u on u.id = m.user_id where m.is_default and m.role = $1 and u.username = $2',
    ['owner', 'admin'],
  )
  return { userId: row?.user_id ?? '', projectId: row?.project_id ?? '', key }
}

/** A user with a default project and a key with `scopes` (all of a user's by default). */
export async function newUser(
  database: TestDatabase['database'],
  name: string,
  scopes: readonly Scope[] = USER_SCOPES,
): Promise<Caller> {
  const [userId, projectId, key] = [`usr_${name}`, `prj_${name}`, newApiKeyText()]
  await database.query(
    `insert into users (id, email, username, password_hash, role) values ($1, $2, $3, '', 'user')`,
    [userId, `${name}@syndata.test`, name],
  )
  await database.query(
    'insert into projects (id, name, arweave_budget_winston) values ($1, $2, 1000)',
    [projectId, name],
  )
  await joinProject(database, { userId, projectId }, 'owner', true)
  await insertApiKey(database, { userId, name: 'test', scopes: [...scopes], text: key })
  return { userId, projectId, key }
}

export async function joinProject(
  database: TestDatabase['database'],
  { userId, projectId }: { userId: string; projectId: string },
  role: 'owner' | 'editor' | 'viewer',
  isDefault = false,
): Promise<void> {
  await database.query(
    'insert into project_members (project_id, user_id, role, is_default) values ($1, $2, $3, $4)',
    [projectId, userId, role, isDefault],
  )
}

/** Another key of the same user. */
export async function withScopes(
  database: TestDatabase['database'],
  caller: Caller,
  scopes: readonly Scope[],
): Promise<Caller> {
  const key = newApiKeyText()
  await insertApiKey(database, {
    userId: caller.userId,
    name: 'scoped',
    scopes: [...scopes],
    text: key,
  })
  return { ...caller, key }
}

function caller(app: App): RestApp['call'] {
  return async (who, method, url, { body, headers = {} } = {}) => {
    const options: InjectOptions = {
      method,
      url,
      headers: { ...(who === null ? {} : { 'x-api-key': who.key }), ...headers },
      ...(body === undefined ? {} : { payload: body as object }),
    }
    const response = await app.inject(options)
    return {
      status: response.statusCode,
      headers: response.headers,
      text: response.body,
      json: parsed(response.body),
    }
  }
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}
