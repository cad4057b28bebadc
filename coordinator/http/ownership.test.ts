import assert from 'node:assert/strict'
import test from 'node:test'
import { ORDERS } from '#test/support/configs.ts'
import { joinProject, newUser, restApp } from '#test/support/rest-app.ts'

type Method = 'GET' | 'POST' | 'DELETE'

/** Every route that names a job, and whether it changes the job. */
const JOB_ROUTES: [Method, string, 'reads' | 'changes'][] = [
  ['GET', '', 'reads'],
  ['GET', '/events', 'reads'],
  ['GET', '/logs', 'reads'],
  ['GET', '/preview', 'reads'],
  ['GET', '/manifest', 'reads'],
  ['GET', '/download', 'reads'],
  ['POST', '/download-link', 'reads'],
  ['POST', '/generate-data', 'changes'],
  ['POST', '/pause', 'changes'],
  ['POST', '/resume', 'changes'],
  ['POST', '/retry', 'changes'],
  ['POST', '/cancel', 'changes'],
  ['DELETE', '', 'changes'],
]

async function withJob(t: test.TestContext) {
  const rest = await restApp(t)
  const submitted = await rest.call(rest.alice, 'POST', '/api/jobs', { body: { config: ORDERS } })
  return { ...rest, url: `/api/jobs/${String(submitted.json['job_id'])}` }
}

test('the table below has every job route there is', async (t) => {
  const { call } = await restApp(t)
  const { json } = await call(null, 'GET', '/openapi.json')
  const paths = json['paths'] as Record<string, Record<string, unknown>>
  const documented = Object.entries(paths)
    .filter(([path]) => path.startsWith('/api/jobs/{id}'))
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`))
    .filter((route) => !route.startsWith('head'))
  const tested = JOB_ROUTES.map(([method, path]) => `${method.toLowerCase()} /api/jobs/{id}${path}`)
  assert.deepEqual(new Set(tested), new Set(documented))
})

test('a job of somebody else looks like one that does not exist', async (t) => {
  const { bob, call, url } = await withJob(t)
  for (const [method, path] of JOB_ROUTES) {
    const others = await call(bob, method, `${url}${path}`)
    const missing = await call(bob, method, `/api/jobs/job_none${path}`)
    assert.equal(others.status, 404, `${method} ${path}`)
    assert.equal(missing.status, 404, `${method} ${path}`)
    assert.equal(others.json['code'], 'not_found')
  }
  const { json } = await call(bob, 'GET', '/api/jobs')
  assert.deepEqual(json, { jobs: [], page: 1, page_size: 20, total: 0 })
  const stats = await call(bob, 'GET', '/api/stats')
  assert.partialDeepStrictEqual(stats.json as object, { scope: 'own', jobs: { pending: 0 } })
})

test('without credentials, or with wrong ones, every route of a job is 401', async (t) => {
  const { call, url } = await withJob(t)
  const nobody = { userId: '', projectId: '', key: `syn_00000000_${'A'.repeat(43)}` }
  for (const [method, path] of JOB_ROUTES) {
    for (const who of [null, nobody]) {
      const { status, json, headers } = await call(who, method, `${url}${path}`)
      assert.equal(status, 401, `${method} ${path}`)
      assert.equal(json['code'], 'unauthorized')
      assert.match(String(headers['www-authenticate']), /^Bearer/)
    }
  }
})

test('a viewer of the project reads everything and changes nothing', async (t) => {
  const { alice, bob, call, database, url } = await withJob(t)
  await joinProject(database, { userId: bob.userId, projectId: alice.projectId }, 'viewer')
  for (const [method, path, kind] of JOB_ROUTES.filter(([, path]) => path !== '/events')) {
    const { status, json } = await call(bob, method, `${url}${path}`)
    if (kind === 'changes') {
      assert.equal(status, 403, `${method} ${path}`)
      assert.match(String(json['detail']), /editor/)
    } else assert.notEqual(status, 403, `${method} ${path}`)
  }
})

test('a key without the scope of a route is refused, though its user may', async (t) => {
  const { alice, call, database, url } = await withJob(t)
  const poor = await newUser(database, 'poor', ['publish:arweave'])
  await joinProject(database, { userId: poor.userId, projectId: alice.projectId }, 'owner')
  for (const [method, path] of JOB_ROUTES) {
    const { status, json } = await call(poor, method, `${url}${path}`)
    assert.equal(status, 403, `${method} ${path}`)
    assert.match(String(json['detail']), /scope jobs:/)
  }
})

test('an administrator sees and changes what belongs to others', async (t) => {
  const { admin, call, url } = await withJob(t)
  const { status, json } = await call(admin, 'GET', url)
  assert.equal(status, 200)
  assert.equal(
    json['temporal_url'],
    `http://temporal.test/namespaces/syndata/workflows/generation%2F${String(json['job_id'])}`,
  )
  assert.equal((await call(admin, 'POST', `${url}/pause`)).status, 202)
})

test('only administrators are told where Temporal is', async (t) => {
  const { alice, call, url } = await withJob(t)
  assert.equal('temporal_url' in (await call(alice, 'GET', url)).json, false)
})

test('fleet, tokens and metrics need an administrator or a key made for them', async (t) => {
  const { alice, admin, call } = await restApp(t)
  const routes: [Method, string, object?][] = [
    ['GET', '/metrics'],
    ['GET', '/api/enrollment-tokens'],
    ['POST', '/api/enrollment-tokens', { region: 'us-east' }],
    ['DELETE', '/api/enrollment-tokens/tok_none'],
    ['POST', '/api/workers/wrk_none/drain'],
    ['POST', '/api/workers/wrk_none/resume'],
    ['POST', '/api/workers/wrk_none/revoke'],
  ]
  for (const [method, url, body] of routes) {
    const options = body === undefined ? {} : { body }
    assert.equal((await call(alice, method, url, options)).status, 403, url)
    assert.equal((await call(null, method, url, options)).status, 401, url)
    const { status } = await call(admin, method, url, options)
    assert.ok(status < 400 || status === 404, `${url} ${status}`)
  }
})

test('keys of others cannot be seen or revoked', async (t) => {
  const { alice, bob, call } = await restApp(t)
  const made = await call(alice, 'POST', '/api/keys', { body: { name: 'ci' } })
  assert.equal(made.status, 201)
  const keyId = String(made.json['key_id'])
  const listed = await call(bob, 'GET', '/api/keys')
  assert.equal(listed.text.includes(keyId), false)
  assert.equal((await call(bob, 'DELETE', `/api/keys/${keyId}`)).status, 404)
  const ci = { ...alice, key: String(made.json['api_key']) }
  assert.equal((await call(ci, 'GET', '/api/jobs')).status, 200)
  assert.equal((await call(alice, 'DELETE', `/api/keys/${keyId}`)).status, 204)
  assert.equal((await call(ci, 'GET', '/api/jobs')).status, 401)
})

test('a key never gets scopes that its maker lacks', async (t) => {
  const { alice, call, database } = await restApp(t)
  const body = { name: 'greedy', scopes: ['jobs:read', 'admin'] }
  assert.equal((await call(alice, 'POST', '/api/keys', { body })).status, 403)
  const reader = await newUser(database, 'reader', ['jobs:read'])
  const made = await call(reader, 'POST', '/api/keys', { body: { name: 'same' } })
  assert.deepEqual(made.json['scopes'], ['jobs:read'])
})

test('projects: the maker owns it, others do not see it', async (t) => {
  const { alice, bob, call } = await restApp(t)
  const made = await call(alice, 'POST', '/api/projects', { body: { name: 'second' } })
  assert.equal(made.status, 201)
  assert.partialDeepStrictEqual(made.json as object, { role: 'owner', is_default: false })
  const projectId = String(made.json['project_id'])
  const body = { config: ORDERS, project_id: projectId }
  assert.equal((await call(alice, 'POST', '/api/jobs', { body })).status, 202)
  assert.equal((await call(bob, 'POST', '/api/jobs', { body })).status, 404)
  const bobs = await call(bob, 'GET', '/api/projects')
  assert.equal(bobs.text.includes(projectId), false)
  const filtered = await call(alice, 'GET', `/api/jobs?project_id=${projectId}`)
  assert.equal(filtered.json['total'], 1)
})

test('bearer tokens are the same keys', async (t) => {
  const { alice, call } = await restApp(t)
  const headers = { authorization: `Bearer ${alice.key}` }
  assert.equal((await call(null, 'GET', '/api/jobs', { headers })).status, 200)
})

test('a key makes and revokes no key that may do more, and a reading key makes no project', async (t) => {
  const { alice, call } = await restApp(t)
  const made = await call(alice, 'POST', '/api/keys', {
    body: { name: 'reader', scopes: ['jobs:read'] },
  })
  const reader = { ...alice, key: String(made.json['api_key']) }
  const { json } = await call(reader, 'GET', '/api/keys')
  const keys = json['keys'] as { key_id: string; scopes: string[] }[]
  const stronger = keys.find(({ scopes }) => scopes.includes('jobs:write'))
  const refused = [
    await call(reader, 'POST', '/api/keys', { body: { name: 'x', scopes: ['jobs:write'] } }),
    await call(reader, 'DELETE', `/api/keys/${stronger?.key_id}`),
    await call(reader, 'POST', '/api/projects', { body: { name: 'x' } }),
  ]
  for (const { status, json } of refused) {
    assert.equal(status, 403)
    assert.match(String(json['detail']), /jobs:write/)
  }
  const own = await call(reader, 'DELETE', `/api/keys/${String(made.json['key_id'])}`)
  assert.equal(own.status, 204)
})
