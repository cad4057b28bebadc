import assert from 'node:assert/strict'
import test from 'node:test'
import { ORDERS } from '#test/support/configs.ts'
import { restApp } from '#test/support/rest-app.ts'

const headers = { 'idempotency-key': 'k-1' }

test('a replay gets the first reply and creates nothing', async (t) => {
  const { alice, call, database } = await restApp(t)
  const submit = () => call(alice, 'POST', '/api/jobs', { body: { config: ORDERS }, headers })
  const first = await submit()
  const second = await submit()
  assert.equal(first.status, 202)
  assert.equal(second.status, 202)
  assert.deepEqual(second.json, first.json)
  assert.equal(second.headers['location'], first.headers['location'])
  assert.equal(second.headers['idempotency-replayed'], 'true')
  assert.equal((await database.query('select 1 from jobs')).length, 1)
})

test('of many at once one creates; the others wait for nobody and conflict or replay', async (t) => {
  const { alice, call, database } = await restApp(t)
  const answers = await Promise.all(
    Array.from({ length: 8 }, () =>
      call(alice, 'POST', '/api/jobs', { body: { config: ORDERS }, headers }),
    ),
  )
  const ids = new Set(
    answers.filter(({ status }) => status === 202).map(({ json }) => json['job_id']),
  )
  assert.equal(ids.size, 1)
  assert.ok(answers.every(({ status }) => status === 202 || status === 409))
  assert.equal((await database.query('select 1 from jobs')).length, 1)
})

test('another body under the same key is refused', async (t) => {
  const { alice, call } = await restApp(t)
  await call(alice, 'POST', '/api/jobs', { body: { config: ORDERS }, headers })
  const other = await call(alice, 'POST', '/api/jobs', {
    body: { config: ORDERS, rows: 3 },
    headers,
  })
  assert.equal(other.status, 422)
  assert.equal(other.json['code'], 'idempotency_mismatch')
})

test('the key belongs to the caller and the path', async (t) => {
  const { alice, bob, call, database } = await restApp(t)
  const body = { config: ORDERS }
  await call(alice, 'POST', '/api/jobs', { body, headers })
  assert.equal((await call(bob, 'POST', '/api/jobs', { body, headers })).status, 202)
  const project = await call(alice, 'POST', '/api/projects', { body: { name: 'x' }, headers })
  assert.equal(project.status, 201)
  assert.equal((await database.query('select 1 from jobs')).length, 2)
})

test('a refused request leaves its key free for a corrected one', async (t) => {
  const { alice, call } = await restApp(t)
  assert.equal(
    (await call(alice, 'POST', '/api/jobs', { body: { config: {} }, headers })).status,
    400,
  )
  assert.equal(
    (await call(alice, 'POST', '/api/jobs', { body: { config: ORDERS }, headers })).status,
    202,
  )
})

test('a reply with a secret is not stored: a replay names what was made', async (t) => {
  const { alice, call, database } = await restApp(t)
  const make = () => call(alice, 'POST', '/api/keys', { body: { name: 'ci' }, headers })
  const made = await make()
  const again = await make()
  assert.equal(again.status, 409)
  assert.match(String(again.json['detail']), new RegExp(String(made.json['key_id'])))
  const [row] = await database.query('select reply from idempotency_keys')
  assert.deepEqual(row, { reply: null })
})

test('the slot of a process that died is free again after a while, and a reply is kept for a day', async (t) => {
  const { alice, call, database } = await restApp(t)
  const submit = () => call(alice, 'POST', '/api/jobs', { body: { config: ORDERS }, headers })
  await submit()
  const [kept] = await database.query<{ hours: number }>(
    'select extract(epoch from expires_at - now())::float8 / 3600 as hours from idempotency_keys',
  )
  assert.ok(Math.abs((kept?.hours ?? 0) - 24) < 0.1)
  await database.query(`update idempotency_keys set status = null, reply = null`)
  assert.equal((await submit()).status, 409)
  await database.query(`update idempotency_keys set expires_at = now() - interval '1 second'`)
  assert.equal((await submit()).status, 202)
})

test('keys that are empty or too long are refused', async (t) => {
  const { alice, call } = await restApp(t)
  for (const key of ['', 'x'.repeat(256)]) {
    const { status } = await call(alice, 'POST', '/api/jobs', {
      body: { config: ORDERS },
      headers: { 'idempotency-key': key },
    })
    assert.equal(status, 400)
  }
})
