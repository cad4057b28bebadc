import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import test from 'node:test'
import { testDatabase } from '#test/support/postgres.ts'
import { createSealedSecrets } from './sealed-secrets.ts'

test('every replica gets the same secret, however many ask for it first at once', async (t) => {
  const { database } = await testDatabase(t)
  const masterKey = randomBytes(32)
  const replicas = Array.from({ length: 8 }, () => createSealedSecrets(database, masterKey))
  const secrets = await Promise.all(
    replicas.map((replica) => replica.getOrCreate('ca', () => randomBytes(48))),
  )
  assert.equal(new Set(secrets.map((secret) => secret.toString('hex'))).size, 1)
  assert.equal(secrets[0]?.length, 48)
})

test('the stored form does not show the secret', async (t) => {
  const { database } = await testDatabase(t)
  const secret = Buffer.from('a very secret thing that is long enough to be found')
  await createSealedSecrets(database, randomBytes(32)).getOrCreate('x', () => secret)
  const [row] = await database.query<{ sealed: Buffer }>('select sealed from secrets')
  assert.equal(row?.sealed.includes('secret'), false)
})

test('another master key, a swapped row and a changed byte are refused', async (t) => {
  const { database } = await testDatabase(t)
  const masterKey = randomBytes(32)
  const secrets = createSealedSecrets(database, masterKey)
  await secrets.getOrCreate('a', () => randomBytes(32))
  const other = createSealedSecrets(database, randomBytes(32))
  await assert.rejects(
    other.getOrCreate('a', () => randomBytes(32)),
    { code: 'infrastructure' },
  )
  await database.query("insert into secrets (name, sealed) select 'b', sealed from secrets")
  await assert.rejects(
    secrets.getOrCreate('b', () => randomBytes(32)),
    { code: 'infrastructure' },
  )
})

test('a master key of another length is refused', async (t) => {
  const { database } = await testDatabase(t)
  assert.throws(() => createSealedSecrets(database, randomBytes(16)), TypeError)
})
