import assert from 'node:assert/strict'
import test from 'node:test'
import { type RestApp, restApp } from '#test/support/rest-app.ts'

type Insert = { id: string; region: string; connected?: boolean; busy?: number; state?: string }

async function insertWorker({ database }: RestApp, worker: Insert): Promise<void> {
  const { id, region, connected = true, busy = 0, state = 'active' } = worker
  await database.query(
    `insert into workers (id, name, public_key, region, trust, state, machine, engine_version, slots,
       coordinator_id, load, chunks_done, chunks_failed)
     values ($1, $1, $2, $3, 'trusted', $4, $5, '1.0.0', 2, $6, $7, 9, 1)`,
    [
      id,
      Buffer.from(id),
      region,
      state,
      { cores: 4, gpus: [{ name: 'H200', memory_bytes: 1, driver: '5' }] },
      connected ? 'c-1' : null,
      { busy_slots: busy },
    ],
  )
}

test('a worker shows its machine, its room and how well it did', async (t) => {
  const rest = await restApp(t)
  await insertWorker(rest, { id: 'wrk_a', region: 'us-east', busy: 1 })
  await insertWorker(rest, { id: 'wrk_b', region: 'us-west', connected: false })
  const { json } = await rest.call(rest.alice, 'GET', '/api/workers/wrk_a')
  assert.partialDeepStrictEqual(json as object, {
    worker_id: 'wrk_a',
    region: 'us-east',
    state: 'active',
    connected: true,
    slots: 2,
    busy_slots: 1,
    gpu: { name: 'H200' },
    reputation: { score: 0.9, chunks_done: 9 },
  })
  const list = await rest.call(rest.alice, 'GET', '/api/workers?region=us-west')
  assert.equal(list.json['total'], 1)
  assert.equal((await rest.call(rest.alice, 'GET', '/api/workers/wrk_none')).status, 404)
})

test('drain, resume and revoke change the state and tell the replica that holds the stream', async (t) => {
  const rest = await restApp(t)
  await insertWorker(rest, { id: 'wrk_a', region: 'us-east' })
  const act = (action: string) => rest.call(rest.admin, 'POST', `/api/workers/wrk_a/${action}`)
  const told = Promise.withResolvers<string>()
  const stop = rest.notifications.on('fleet', told.resolve)
  t.after(stop)
  assert.equal((await act('drain')).json['state'], 'draining')
  assert.equal(await told.promise, 'wrk_a')
  assert.equal((await act('drain')).status, 202)
  assert.equal((await act('resume')).json['state'], 'active')
  assert.equal((await act('revoke')).json['state'], 'revoked')
  assert.equal((await act('revoke')).status, 202)
  assert.equal((await act('resume')).status, 409)
  assert.equal((await act('drain')).status, 409)
})

test('the fleet says for every region why nothing fits', async (t) => {
  const rest = await restApp(t)
  await insertWorker(rest, { id: 'free', region: 'us-east', busy: 1 })
  await insertWorker(rest, { id: 'busy', region: 'us-west', busy: 2 })
  await insertWorker(rest, { id: 'away', region: 'eu-central', connected: false })
  await insertWorker(rest, { id: 'gone', region: 'asia-pacific', state: 'revoked' })
  await insertWorker(rest, { id: 'leaving', region: 'moon', state: 'draining' })
  const { json } = await rest.call(rest.admin, 'GET', '/api/fleet')
  const reasons = (json['regions'] as { region: string; full_because: string | null }[]).map(
    ({ region, full_because }) => [region, full_because],
  )
  assert.deepEqual(Object.fromEntries(reasons), {
    'us-east': null,
    'us-west': 'All 2 slots are busy.',
    'eu-central': 'No worker is connected.',
    'asia-pacific': 'No worker is enrolled here.',
    moon: 'All connected workers are draining.',
  })
})

test('an enrolment token is shown once, listed without its text and revoked', async (t) => {
  const { admin, call } = await restApp(t)
  const body = { region: 'eu-central' }
  const issued = await call(admin, 'POST', '/api/enrollment-tokens', { body })
  assert.equal(issued.status, 201)
  assert.equal(issued.json['trust'], 'community')
  const token = String(issued.json['token'])
  const listed = await call(admin, 'GET', '/api/enrollment-tokens')
  assert.equal(listed.text.includes(token), false)
  const url = `/api/enrollment-tokens/${String(issued.json['token_id'])}`
  assert.equal((await call(admin, 'DELETE', url)).status, 204)
  const after = await call(admin, 'GET', '/api/enrollment-tokens')
  assert.partialDeepStrictEqual(after.json as object, { tokens: [{ state: 'revoked' }] })
  assert.equal((await call(admin, 'DELETE', '/api/enrollment-tokens/tok_none')).status, 404)
})

test('a token for a region that is none says which there are', async (t) => {
  const { admin, call } = await restApp(t)
  const { status, text } = await call(admin, 'POST', '/api/enrollment-tokens', {
    body: { region: 'moon', trust: 'much', expires_in_seconds: 1 },
  })
  assert.equal(status, 400)
  assert.match(text, /us-west, us-east, eu-central, asia-pacific/)
  assert.match(text, /trusted, community/)
  assert.match(text, /60 to 31622400/)
})
