import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { create } from '@bufbuild/protobuf'
import type { Database } from '#coordinator/database/database.ts'
import { forgetAwayWorkers } from '#coordinator/fleet/forget-workers.ts'
import { AppError, type ErrorCode } from '#engine/errors.ts'
import { enrollMessage, rawPublicKey, signMessage } from '#proto/challenge.ts'
import { formatToken, parseToken } from '#proto/enrollment-token.ts'
import { type EnrollRequest, EnrollRequestSchema } from '#proto/gen/syndata/v1/fleet_pb.ts'
import { testDatabase } from '#test/support/postgres.ts'
import { type Audit, createAudit } from './audit.ts'
import { createEnroll } from './enrollment.ts'
import { createEnrollmentTokens, type TokenRequest } from './enrollment-tokens.ts'

const EU: TokenRequest = {
  region: 'eu-central',
  trust: 'community',
  ttlSeconds: 60,
  machines: null,
  createdBy: 'usr_1',
  addresses: ['127.0.0.1:7443'],
}

async function setUp(t: TestContext) {
  let audit: Audit | undefined
  // Before the database's own end: hooks run in the order in which they were registered.
  t.after(() => audit?.close())
  const { database } = await testDatabase(t)
  audit = createAudit(database, { onError: (error) => assert.fail(error) })
  const tokens = createEnrollmentTokens({ database, audit, caFingerprint: 'a'.repeat(64) })
  const enroll = createEnroll({ database, audit })
  const refusals = async () => {
    await audit?.flush()
    const rows = await database.query<{ details: { code: string; reason: string } }>(
      `select details from audit_log where outcome = 'refused' order by id`,
    )
    return rows.map(({ details }) => details.code)
  }
  return { database, tokens, enroll, refusals }
}

const newKey = () => generateKeyPairSync('ed25519').privateKey

const requestOf = (token: string, key: KeyObject, name = 'node-1'): EnrollRequest =>
  create(EnrollRequestSchema, {
    token,
    name,
    publicKey: rawPublicKey(key),
    signature: signMessage(key, enrollMessage(token)),
    machine: { cores: 4, memoryBytes: 8n << 30n, engineVersion: '1.0.0' },
  })

const refused = (code: ErrorCode) => (error: unknown) =>
  error instanceof AppError && error.code === code

const workers = (database: Database) =>
  database.query<{ id: string; name: string; region: string; trust: string; state: string }>(
    'select id, name, region, trust, state from workers',
  )

test('a token makes a worker of its region and trust, and says where to dial', async (t) => {
  const { database, tokens, enroll, refusals } = await setUp(t)
  const { id, token } = await tokens.issue(EU)
  const parsed = parseToken(token)
  assert.deepEqual(parsed?.addresses, EU.addresses)
  assert.equal(parsed?.ca, 'a'.repeat(64))
  const enrolled = await enroll(requestOf(token, newKey(), ' node\u001b[31m-1 '))
  assert.equal(enrolled.region, 'eu-central')
  assert.equal(enrolled.trust, 'community')
  assert.deepEqual(await workers(database), [
    {
      id: enrolled.workerId,
      name: 'node31m-1',
      region: 'eu-central',
      trust: 'community',
      state: 'active',
    },
  ])
  const [listed] = await tokens.list()
  assert.equal(listed?.id, id)
  assert.equal(listed?.state, 'used')
  assert.equal(listed?.worker_id, enrolled.workerId)
  assert.deepEqual(await refusals(), [])
})

test('the same token with the same key is the same worker, even asked at once', async (t) => {
  const { database, tokens, enroll } = await setUp(t)
  const { token } = await tokens.issue(EU)
  const key = newKey()
  const replies = await Promise.all(Array.from({ length: 5 }, () => enroll(requestOf(token, key))))
  assert.equal(new Set(replies.map(({ workerId }) => workerId)).size, 1)
  assert.equal((await workers(database)).length, 1)
})

test('of several keys with one token exactly one enrols', async (t) => {
  const { database, tokens, enroll } = await setUp(t)
  const { token } = await tokens.issue(EU)
  const results = await Promise.allSettled(
    Array.from({ length: 5 }, () => enroll(requestOf(token, newKey()))),
  )
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
  assert.equal((await workers(database)).length, 1)
})

test('wrong, reused, expired and revoked tokens are refused and recorded', async (t) => {
  const { tokens, enroll, refusals } = await setUp(t)
  const used = await tokens.issue(EU)
  await enroll(requestOf(used.token, newKey()))
  const expired = await tokens.issue({ ...EU, ttlSeconds: 0 })
  const revoked = await tokens.issue(EU)
  await tokens.revoke(revoked.id, { revokedBy: 'usr_1' })
  const guessed = formatToken({ ...parseToken(revoked.token)!, secret: 'guess' })
  const unknown = formatToken({ ...parseToken(revoked.token)!, id: 'tok_none' })
  const bad = [used.token, expired.token, revoked.token, guessed, unknown, 'synw_nonsense']
  for (const token of bad) {
    await assert.rejects(enroll(requestOf(token, newKey())), refused('enrollment_refused'))
  }
  assert.deepEqual(
    await refusals(),
    bad.map(() => 'enrollment_refused'),
  )
  assert.deepEqual(
    new Set((await tokens.list()).map(({ state }) => state)),
    new Set(['used', 'expired', 'revoked']),
  )
})

test('a signature of another key or over another token is refused, and the token stays unused', async (t) => {
  const { tokens, enroll, refusals } = await setUp(t)
  const { token } = await tokens.issue(EU)
  const key = newKey()
  const forged = { ...requestOf(token, key), publicKey: rawPublicKey(newKey()) }
  const replayed = { ...requestOf('synw_other', key), token }
  const none = { ...requestOf(token, key), signature: new Uint8Array() }
  for (const request of [forged, replayed, none]) {
    await assert.rejects(enroll(request), refused('signature_invalid'))
  }
  assert.deepEqual(await refusals(), Array(3).fill('signature_invalid'))
  await enroll(requestOf(token, key))
})

test('a repeat is refused once its token expired or was revoked, or its worker was', async (t) => {
  const { database, tokens, enroll } = await setUp(t)
  const changes = [
    `update enrollment_tokens set expires_at = now()`,
    `update enrollment_tokens set revoked_at = now()`,
    `update workers set state = 'revoked'`,
  ]
  for (const change of changes) {
    const { token } = await tokens.issue(EU)
    const key = newKey()
    await enroll(requestOf(token, key))
    await database.query(change)
    await assert.rejects(enroll(requestOf(token, key)), refused('enrollment_refused'))
  }
})

test('a revoked machine comes back by a new token, with the same id', async (t) => {
  const { database, tokens, enroll } = await setUp(t)
  const key = newKey()
  const first = await enroll(requestOf((await tokens.issue(EU)).token, key))
  await database.query(`update workers set state = 'revoked'`)
  const { token } = await tokens.issue({ ...EU, region: 'us-west', trust: 'trusted' })
  const second = await enroll(requestOf(token, key))
  assert.equal(second.workerId, first.workerId)
  const [worker] = await workers(database)
  assert.deepEqual([worker?.region, worker?.trust, worker?.state], ['us-west', 'trusted', 'active'])
})

test('revoking a token that does not exist is not_found', async (t) => {
  const { tokens } = await setUp(t)
  await assert.rejects(tokens.revoke('tok_x', { revokedBy: 'usr_1' }), refused('not_found'))
})

test('a token for two machines admits two at a time, and another for one that went away', async (t) => {
  const { database, tokens, enroll } = await setUp(t)
  const { id, token } = await tokens.issue({ ...EU, machines: 2 })
  const [first, second, third] = [newKey(), newKey(), newKey()]
  const tries = await Promise.allSettled(
    [first, second, third].map((key) => enroll(requestOf(token, key))),
  )
  assert.equal(tries.filter(({ status }) => status === 'fulfilled').length, 2)
  const [listed] = await tokens.list()
  assert.deepEqual([listed?.id, listed?.machines, listed?.state], [id, 2, 'open'])
  await database.query(`update workers set enrolled_at = now() - interval '2 minutes'`)
  const late = newKey()
  const { workerId } = await enroll(requestOf(token, late))
  assert.equal((await enroll(requestOf(token, late))).workerId, workerId)
  assert.equal((await workers(database)).length, 3)
  await database.query(`update workers set coordinator_id = 'c1'`)
  await assert.rejects(enroll(requestOf(token, newKey())), refused('enrollment_refused'))
})

test('a machine that was revoked does not come back by the token of its group', async (t) => {
  const { database, tokens, enroll } = await setUp(t)
  const { token } = await tokens.issue({ ...EU, machines: 5 })
  const key = newKey()
  await enroll(requestOf(token, key))
  await database.query(`update workers set state = 'revoked'`)
  await assert.rejects(enroll(requestOf(token, key)), refused('enrollment_refused'))
})

test('machines of a group and revoked ones are forgotten a month after they left, others never', async (t) => {
  const { database, tokens, enroll } = await setUp(t)
  const group = await tokens.issue({ ...EU, machines: 5 })
  for (const name of ['alone', 'revoked']) {
    await enroll(requestOf((await tokens.issue(EU)).token, newKey(), name))
  }
  await database.query(`update workers set state = 'revoked' where name = 'revoked'`)
  for (const name of ['gone', 'here', 'recent']) {
    await enroll(requestOf(group.token, newKey(), name))
  }
  await database.query(`update workers set last_seen = now() - interval '40 days'`)
  await database.query(`update workers set coordinator_id = 'c1' where name = 'here'`)
  await database.query(`update workers set last_seen = now() where name = 'recent'`)
  assert.equal(await forgetAwayWorkers(database), 2)
  assert.deepEqual((await workers(database)).map(({ name }) => name).sort(), [
    'alone',
    'here',
    'recent',
  ])
})
