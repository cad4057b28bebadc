import assert from 'node:assert/strict'
import test from 'node:test'
import { ORDERS } from '#test/support/configs.ts'
import { joinProject, newUser, restApp, withScopes } from '#test/support/rest-app.ts'

test('a submission commits the job, its tables, its spec and the wish to start it', async (t) => {
  const { alice, call, database } = await restApp(t)
  const body = {
    config: ORDERS,
    chunk_rows: 100,
    name: 'shop',
    priority: 'high',
    regions: ['us-east'],
  }
  const { status, json, headers } = await call(alice, 'POST', '/api/jobs', { body })
  assert.equal(status, 202)
  assert.partialDeepStrictEqual(json as object, {
    status: 'pending',
    total_rows: 250,
    total_chunks: 3,
  })
  assert.equal(headers['location'], `/api/jobs/${String(json['job_id'])}`)
  const [job] = await database.query('select * from jobs')
  assert.partialDeepStrictEqual(job, {
    id: json['job_id'],
    project_id: alice.projectId,
    owner_id: alice.userId,
    name: 'shop',
    priority: 'high',
    regions: ['us-east'],
    seed: 7,
    format: 'csv',
    chunk_rows: 100,
  })
  const tables = await database.query(
    'select table_no, name, rows, chunks from job_tables order by 1',
  )
  assert.deepEqual(tables, [
    { table_no: 0, name: 'customers', rows: 50, chunks: 1 },
    { table_no: 1, name: 'orders', rows: 200, chunks: 2 },
  ])
  const outbox = await database.query('select job_id, action from outbox')
  assert.deepEqual(outbox, [{ job_id: json['job_id'], action: 'start' }])
  const [spec] = await database.query<{ digest: string; body: string; ours: string }>(
    `select digest, body, encode(sha256(body::bytea), 'hex') as ours from specs`,
  )
  assert.equal(spec?.ours, spec?.digest)
  assert.deepEqual(Object.keys(JSON.parse(spec?.body ?? '{}')), ['config', 'plan'])
})

test('a config can be YAML text, and rows of the request win', async (t) => {
  const { alice, call } = await restApp(t)
  const config =
    'tables:\n  - name: t\n    rows: 5\n    columns:\n      - {name: id, type: int, rule: sequence}\n'
  const { status, json } = await call(alice, 'POST', '/api/jobs', {
    body: { config, rows: 12_345 },
  })
  assert.equal(status, 202)
  assert.equal(json['total_rows'], 12_345)
})

test('one answer names every bad field of body and config', async (t) => {
  const { alice, call } = await restApp(t)
  const body = {
    config: {
      tables: [{ name: 't', columns: [{ name: 'a', type: 'in', rule: { type: 'rang' } }] }],
    },
    prioritty: 'high',
    regions: ['mars'],
    chunk_rows: 0,
    rows: '10',
    output: { format: 'xml', colour: 1 },
    publish: { ipfs: 'yes', max_price_winston: 'many' },
    project_id: '',
  }
  const { status, json, headers } = await call(alice, 'POST', '/api/jobs', { body })
  assert.equal(status, 400)
  assert.match(String(headers['content-type']), /^application\/problem\+json/)
  assert.equal(json['code'], 'invalid_request')
  const errors = json['errors'] as { path: string; hint: string; message: string }[]
  const byPath = new Map(errors.map((error) => [error.path, error]))
  for (const path of [
    '/prioritty',
    '/regions/0',
    '/chunk_rows',
    '/rows',
    '/output/format',
    '/output/colour',
    '/publish/ipfs',
    '/publish/max_price_winston',
    '/project_id',
    '/config/tables/0/columns/0/type',
  ]) {
    assert.ok(byPath.has(path), `${path} is missing in ${[...byPath.keys()].join(' ')}`)
  }
  assert.match(byPath.get('/prioritty')?.hint ?? '', /priority/)
  assert.match(byPath.get('/regions/0')?.hint ?? '', /us-west, us-east, eu-central, asia-pacific/)
  assert.match(byPath.get('/chunk_rows')?.hint ?? '', /1 to 1000000/)
})

test('bodies that are no objects, no JSON or nothing at all are refused with a reason', async (t) => {
  const { alice, call } = await restApp(t)
  const headers = { 'content-type': 'application/json' }
  for (const body of ['[]', '"x"', '{', '', '{}']) {
    const answer = await call(alice, 'POST', '/api/jobs', { body, headers })
    assert.equal(answer.status, 400, body)
    assert.equal(answer.json['code'], 'invalid_request', body)
  }
})

test('what is not done yet is called unsupported and names what works', async (t) => {
  const { alice, call } = await restApp(t)
  const cases: [object, RegExp][] = [[{ config_id: 'c' }, /config/]]
  for (const [body, works] of cases) {
    const { status, json } = await call(alice, 'POST', '/api/jobs', { body })
    assert.equal(status, 400)
    assert.equal(json['code'], 'unsupported', JSON.stringify(json))
    assert.match(String(json['detail']), works)
  }
})

test('a dry run sizes the job and starts nothing', async (t) => {
  const { alice, call, database } = await restApp(t)
  const body = { config: ORDERS, dry_run: true, publish: { arweave: true, max_price_winston: '1' } }
  const { status, json } = await call(alice, 'POST', '/api/jobs', { body })
  assert.equal(status, 200, JSON.stringify(json))
  assert.partialDeepStrictEqual(json as object, { dry_run: true, total_rows: 250, total_chunks: 2 })
  const tables = json['tables'] as { bytes: number }[]
  // "id" and 50 lines of the numbers 1 to 50.
  assert.equal(tables[0]?.bytes, 3 + 9 * 2 + 41 * 3)
  assert.deepEqual(json['price'], { arweave_winston: String(2 * Number(json['bytes'])) })
  assert.deepEqual(await database.query('select id from jobs'), [])
})

test('a dry run of rows that cannot be made says which column is at fault', async (t) => {
  const { alice, call } = await restApp(t)
  const config =
    'tables: [{name: t, columns: [{name: n, type: int}, {name: x, type: int, rule: {type: expression, value: "(n + 100) ** 20"}}]}]'
  const { status, json } = await call(alice, 'POST', '/api/jobs', {
    body: { config, dry_run: true },
  })
  assert.equal(status, 400)
  assert.equal(json['code'], 'invalid_config')
  assert.match(String(json['detail']), /column x: .* beyond 2\^53/)
})

test('children that follow a law are counted, by a thread when there are many parents', async (t) => {
  const { alice, call } = await restApp(t)
  const [customers, orders] = structuredClone(ORDERS.tables) as [
    (typeof ORDERS.tables)[0],
    { foreign_keys: { children: unknown }[] },
  ]
  orders.foreign_keys[0]!.children = { type: 'poisson', mean: 3 }
  for (const rows of [1_000, 60_000]) {
    const config = { seed: 1, tables: [{ ...customers, rows }, orders] }
    const { status, json } = await call(alice, 'POST', '/api/jobs', { body: { config } })
    assert.equal(status, 202, JSON.stringify(json))
    assert.ok(Math.abs(Number(json['total_rows']) / rows - 4) < 0.2)
  }
})

test('Arweave needs a price limit, the scope and what is left of the budget', async (t) => {
  const { alice, call, database } = await restApp(t)
  const submit = (publish: object, who = alice) =>
    call(who, 'POST', '/api/jobs', { body: { config: ORDERS, publish } })
  const unlimited = await submit({ arweave: true })
  assert.equal(unlimited.status, 400)
  assert.partialDeepStrictEqual(unlimited.json as object, {
    errors: [{ path: '/publish/max_price_winston' }],
  })
  const unscoped = await withScopes(database, alice, ['jobs:read', 'jobs:write'])
  assert.equal((await submit({ arweave: true, max_price_winston: '1' }, unscoped)).status, 403)
  assert.equal(
    (await submit({ arweave: true, max_price_winston: '1001' })).json['code'],
    'price_exceeded',
  )
  const both = await Promise.all(
    [1, 2].map(() => submit({ arweave: true, max_price_winston: '600' })),
  )
  assert.deepEqual(new Set(both.map(({ status }) => status)), new Set([202, 409]))
})

test('a project takes jobs of its editors only, and hides from others', async (t) => {
  const { alice, bob, call, database } = await restApp(t)
  const submit = (project_id: string) =>
    call(bob, 'POST', '/api/jobs', { body: { config: ORDERS, project_id } })
  assert.equal((await submit(alice.projectId)).status, 404)
  assert.equal((await submit('prj_none')).status, 404)
  await joinProject(database, { userId: bob.userId, projectId: alice.projectId }, 'viewer')
  assert.equal((await submit(alice.projectId)).status, 403)
  await database.query(`update project_members set role = 'editor' where not is_default`)
  assert.equal((await submit(alice.projectId)).status, 202)
})

test('submitting needs jobs:write', async (t) => {
  const { call, database } = await restApp(t)
  const reader = await newUser(database, 'reader', ['jobs:read'])
  const { status, json } = await call(reader, 'POST', '/api/jobs', { body: { config: ORDERS } })
  assert.equal(status, 403)
  assert.match(String(json['detail']), /jobs:write/)
})

test('without a wallet Arweave is not offered', async (t) => {
  const { alice, call } = await restApp(t, { arweavePrice: null })
  const body = { config: ORDERS, publish: { arweave: true, max_price_winston: '1' } }
  const { json } = await call(alice, 'POST', '/api/jobs', { body })
  assert.equal(json['code'], 'unsupported')
})
