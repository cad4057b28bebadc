import assert from 'node:assert/strict'
import test from 'node:test'
import type Type from 'typebox'
import { Compile } from 'typebox/compile'
import { AppError } from '#engine/errors.ts'
import { ORDERS } from '#test/support/configs.ts'
import { restApp } from '#test/support/rest-app.ts'

const ROUTES_OF_THE_CONTRACT = [
  'post /api/jobs',
  'get /api/jobs',
  'get /api/jobs/{id}',
  'delete /api/jobs/{id}',
  'get /api/jobs/{id}/events',
  'get /api/jobs/{id}/logs',
  'get /api/jobs/{id}/preview',
  'get /api/jobs/{id}/manifest',
  'get /api/jobs/{id}/download',
  'post /api/jobs/{id}/download-link',
  'post /api/jobs/{id}/pause',
  'post /api/jobs/{id}/resume',
  'post /api/jobs/{id}/cancel',
  'post /api/jobs/{id}/retry',
  'get /api/keys',
  'post /api/keys',
  'delete /api/keys/{id}',
  'get /api/datasets/{id}/profile',
  'post /api/evaluations',
  'get /api/evaluations',
  'get /api/evaluations/{id}',
  'delete /api/evaluations/{id}',
  'get /api/models/{id}/evaluation',
  'get /api/projects',
  'post /api/projects',
  'get /api/connections',
  'post /api/connections',
  'get /api/connections/{id}',
  'post /api/connections/{id}/test',
  'delete /api/connections/{id}',
  'post /api/enrollment-tokens',
  'get /api/enrollment-tokens',
  'delete /api/enrollment-tokens/{id}',
  'get /api/workers',
  'get /api/workers/{id}',
  'post /api/workers/{id}/drain',
  'post /api/workers/{id}/resume',
  'post /api/workers/{id}/revoke',
  'get /api/fleet',
  'get /api/health',
  'get /api/ready',
  'get /api/stats',
  'get /metrics',
  'get /api/templates',
  'get /api/templates/{name}',
  'get /config.schema.json',
  'get /ipfs/{cid}',
]

type Operation = {
  operationId?: string
  summary?: string
  requestBody?: object
  responses: Record<string, { content?: Record<string, { schema: Type.TSchema }> }>
}
type Document = { openapi: string; paths: Record<string, Record<string, Operation>> }

test('the OpenAPI document has every route of the contract, each named once and described', async (t) => {
  const { call } = await restApp(t)
  const { status, json } = await call(null, 'GET', '/openapi.json')
  assert.equal(status, 200)
  const document = json as Document
  assert.equal(document.openapi, '3.1.0')
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      route: `${method} ${path}`,
      operation,
    })),
  )
  const routes = new Set(operations.map(({ route }) => route))
  for (const route of ROUTES_OF_THE_CONTRACT) assert.ok(routes.has(route), route)
  for (const { route, operation } of operations) {
    assert.ok(operation.operationId && operation.summary, `${route} has no name or summary`)
  }
  for (const { route, operation } of operations)
    if (operation.requestBody !== undefined)
      assert.ok(operation.responses[400] && operation.responses[413], route)
  const gets = operations.filter(({ route }) => !route.startsWith('head'))
  assert.equal(new Set(gets.map(({ operation }) => operation.operationId)).size, gets.length)
})

test('answers have the form that the document promises', async (t) => {
  const { admin, alice, call } = await restApp(t)
  const document = (await call(null, 'GET', '/openapi.json')).json as Document
  const submitted = await call(alice, 'POST', '/api/jobs', { body: { config: ORDERS } })
  const id = String(submitted.json['job_id'])
  const calls: ['GET' | 'POST', string, string, object?][] = [
    ['POST', '/api/jobs', '/api/jobs', { config: ORDERS }],
    ['POST', '/api/jobs', '/api/jobs', { config: ORDERS, dry_run: true }],
    ['GET', '/api/jobs', '/api/jobs'],
    ['GET', '/api/jobs/{id}', `/api/jobs/${id}`],
    ['GET', '/api/jobs/{id}/logs', `/api/jobs/${id}/logs`],
    ['GET', '/api/jobs/{id}/preview', `/api/jobs/${id}/preview`],
    ['POST', '/api/jobs/{id}/pause', `/api/jobs/${id}/pause`],
    ['GET', '/api/keys', '/api/keys'],
    ['POST', '/api/keys', '/api/keys', { name: 'x' }],
    ['GET', '/api/projects', '/api/projects'],
    ['POST', '/api/projects', '/api/projects', { name: 'x' }],
    ['POST', '/api/enrollment-tokens', '/api/enrollment-tokens', { region: 'us-east' }],
    ['GET', '/api/enrollment-tokens', '/api/enrollment-tokens'],
    ['GET', '/api/workers', '/api/workers'],
    ['GET', '/api/fleet', '/api/fleet'],
    ['GET', '/api/health', '/api/health'],
    ['GET', '/api/ready', '/api/ready'],
    ['GET', '/api/stats', '/api/stats'],
    ['GET', '/api/templates', '/api/templates'],
    ['GET', '/api/templates/{name}', '/api/templates/shop'],
  ]
  for (const [method, path, url, body] of calls) {
    const answer = await call(admin, method, url, body === undefined ? {} : { body })
    const promised = document.paths[path]?.[method.toLowerCase()]?.responses[answer.status]
    const schema = promised?.content?.['application/json']?.schema
    assert.ok(schema, `${method} ${path} does not document ${answer.status}`)
    const errors = Compile(schema).Errors(answer.json)
    assert.deepEqual(errors, [], `${method} ${path}`)
  }
})

test('a bad query names every parameter', async (t) => {
  const { alice, call } = await restApp(t)
  const { json } = await call(
    alice,
    'GET',
    '/api/jobs?page=0&page_size=101&status_filter=running&pages=1',
  )
  const paths = (json['errors'] as { path: string }[]).map(({ path }) => path)
  assert.deepEqual(paths.toSorted(), ['/page', '/page_size', '/pages', '/status_filter'])
})

test('what fails inside stays inside: fixed text, cause in the log only', async (t) => {
  const secret = 'select secret from somewhere at 10.0.0.1'
  for (const [thrown, status, code] of [
    [new Error(secret), 500, 'internal'],
    [new AppError('part_missing', secret), 500, 'part_missing'],
    [Object.assign(new Error(secret), { code: 'ECONNREFUSED' }), 503, 'unavailable'],
  ] as const) {
    const { database, call, alice } = await restApp(t)
    t.mock.method(database, 'query', () => Promise.reject(thrown))
    const answer = await call(alice, 'GET', '/api/jobs')
    t.mock.restoreAll()
    assert.equal(answer.status, status)
    assert.equal(answer.json['code'], code)
    assert.equal(answer.text.includes('secret'), false)
    assert.match(String(answer.json['detail']), new RegExp(String(answer.json['request_id'])))
  }
})

test('health is a word to the world and a list to administrators', async (t) => {
  const down = new Error('no')
  const { admin, alice, call } = await restApp(t, {
    health: {
      postgres: async () => undefined,
      temporal: () => Promise.reject(down),
      parts: async () => undefined,
      fleet: async () => undefined,
    },
  })
  for (const who of [null, alice]) {
    const { status, json } = await call(who, 'GET', '/api/health')
    assert.equal(status, 200)
    assert.deepEqual(json, { status: 'degraded' })
  }
  const { json } = await call(admin, 'GET', '/api/health')
  assert.partialDeepStrictEqual(json as object, {
    components: { postgres: { status: 'ok' }, temporal: { status: 'down' } },
  })
  assert.equal((await call(null, 'GET', '/api/ready')).status, 200)
})

test('without Postgres it is down', async (t) => {
  const ok = async () => undefined
  const { call } = await restApp(t, {
    health: { postgres: () => Promise.reject(new Error('no')), temporal: ok, parts: ok, fleet: ok },
  })
  assert.equal((await call(null, 'GET', '/api/health')).status, 503)
})

test('a replica that is not ready says why, and one that leaves sends its callers to others', async (t) => {
  const reasons = ['It is stopping.']
  const { call } = await restApp(t, {
    readiness: { reasons: async () => reasons, leaving: () => reasons.length > 0 },
  })
  const { status, headers, json } = await call(null, 'GET', '/api/ready')
  assert.deepEqual([status, json], [503, { ready: false, reasons }])
  assert.equal(headers['connection'], 'close')
})

test('a component that never answers is down after its time', async (t) => {
  const ok = async () => undefined
  const { call } = await restApp(t, {
    health: { postgres: ok, temporal: () => new Promise(() => undefined), parts: ok, fleet: ok },
  })
  assert.deepEqual((await call(null, 'GET', '/api/health')).json, { status: 'degraded' })
})

test('metrics count what is in Postgres and how long calls take', async (t) => {
  const { admin, alice, call, database } = await restApp(t)
  const { json } = await call(alice, 'POST', '/api/jobs', { body: { config: ORDERS } })
  const id = String(json['job_id'])
  await database.query('update job_tables set rows_done = rows, chunks_done = chunks')
  await database.query(
    `update jobs set status = 'completed', started_at = now(), finished_at = now() + interval '3 s' where id = $1`,
    [id],
  )
  for (const _ of [1, 2]) {
    const { text } = await call(admin, 'GET', '/metrics')
    assert.match(text, /^syndata_rows_generated_total 250$/m)
    assert.match(text, /^syndata_chunks_completed_total 2$/m)
    assert.match(text, /^syndata_jobs_total\{status="completed"\} 1$/m)
    assert.match(text, /^syndata_jobs_total\{status="failed"\} 0$/m)
    assert.match(text, /^syndata_generation_duration_seconds_count 1$/m)
    assert.match(
      text,
      /^syndata_http_request_duration_seconds_count\{method="POST",route="\/api\/jobs",status="202"\} 1$/m,
    )
  }
})

test('refusals and changes are in the audit log, without secrets', async (t) => {
  const { alice, bob, call, audit, database } = await restApp(t)
  const { json } = await call(alice, 'POST', '/api/jobs', { body: { config: ORDERS } })
  const url = `/api/jobs/${String(json['job_id'])}`
  await call(alice, 'GET', url)
  await call(alice, 'POST', `${url}/pause`)
  await call(bob, 'GET', '/metrics')
  await call(null, 'GET', `${url}/download?signature=abc&expires=1`)
  await audit.flush()
  const rows = await database.query(
    'select principal, action, resource, outcome from audit_log order by id',
  )
  assert.deepEqual(rows, [
    { principal: alice.userId, action: 'jobs.submit', resource: url, outcome: 'allowed' },
    { principal: alice.userId, action: 'jobs.pause', resource: `${url}/pause`, outcome: 'allowed' },
    { principal: bob.userId, action: 'metrics', resource: '/metrics', outcome: 'refused' },
    {
      principal: 'anonymous',
      action: 'jobs.download',
      resource: `${url}/download`,
      outcome: 'refused',
    },
  ])
})

test('the documents are open', async (t) => {
  const { call } = await restApp(t)
  assert.equal((await call(null, 'GET', '/')).headers['location'], '/docs')
  assert.equal((await call(null, 'GET', '/docs')).status, 200)
  assert.equal((await call(null, 'GET', '/docs/static/swagger-initializer.js')).status, 200)
})
