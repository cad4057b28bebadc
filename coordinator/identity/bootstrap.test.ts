import assert from 'node:assert/strict'
import test from 'node:test'
import { testDatabase } from '#test/support/postgres.ts'
import { createApiKeys, newApiKeyText } from './api-keys.ts'
import { bootstrap } from './bootstrap.ts'
import { verifyPassword } from './passwords.ts'
import { isAdmin } from './principals.ts'

const settings = () => ({
  email: 'Ops@Example.org',
  password: 'a password of some length',
  apiKey: newApiKeyText(),
  arweaveBudgetWinston: '5',
})

test('the first start makes the administrator, a project and a key, however many replicas start', async (t) => {
  const { database } = await testDatabase(t)
  const wanted = settings()
  await Promise.all([1, 2, 3].map(() => bootstrap(database, wanted)))
  const users = await database.query<{ email: string; password_hash: string }>(
    'select * from users',
  )
  assert.equal(users.length, 1)
  assert.equal(users[0]?.email, 'ops@example.org')
  assert.equal(await verifyPassword(wanted.password, users[0]?.password_hash ?? ''), true)
  const projects = await database.query(
    'select arweave_budget_winston::text as budget from projects',
  )
  assert.deepEqual(projects, [{ budget: '5' }])
  const principal = await createApiKeys(database).authenticate(wanted.apiKey)
  assert.ok(principal && isAdmin(principal))
})

test('a later start adds a new key and resets nothing', async (t) => {
  const { database } = await testDatabase(t)
  const first = settings()
  await bootstrap(database, first)
  await database.query('update projects set arweave_budget_winston = 9')
  const keys = createApiKeys(database)
  const principal = await keys.authenticate(first.apiKey)
  assert.ok(principal)
  await keys.revoke(principal, principal.keyId)
  const second = { ...settings(), email: first.email }
  await bootstrap(database, second)
  await bootstrap(database, first)
  assert.equal(await createApiKeys(database).authenticate(first.apiKey), null)
  assert.ok(await createApiKeys(database).authenticate(second.apiKey))
  const projects = await database.query(
    'select arweave_budget_winston::int as budget from projects',
  )
  assert.deepEqual(projects, [{ budget: 9 }])
})

test('a key of another form is refused at start', async (t) => {
  const { database } = await testDatabase(t)
  await assert.rejects(bootstrap(database, { ...settings(), apiKey: 'secret' }), {
    code: 'invalid_request',
  })
})

test('only whole keys in force authenticate', async (t) => {
  const { database } = await testDatabase(t)
  const wanted = settings()
  await bootstrap(database, wanted)
  const keys = createApiKeys(database)
  const [, id, secret = ''] = wanted.apiKey.split('_')
  const forged = `${secret.startsWith('A') ? 'B' : 'A'}${secret.slice(1)}`
  for (const text of ['', 'syn_', `syn_${id}`, `syn_${id}_${forged}`, `syn_00000000_${secret}`]) {
    assert.equal(await keys.authenticate(text), null, text)
  }
  const [row] = await database.query<{ secret_hash: Buffer }>('select secret_hash from api_keys')
  assert.equal(row?.secret_hash.length, 32)
})
