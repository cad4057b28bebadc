import assert from 'node:assert/strict'
import test from 'node:test'
import { AppError } from '#engine/errors.ts'
import { restApp } from '#test/support/rest-app.ts'

test('errors are problem documents with the request id', async (t) => {
  const { alice, call } = await restApp(t)
  const headers = { 'content-type': 'application/json' }
  const cases: [number, string, Awaited<ReturnType<typeof call>>][] = [
    [404, 'not_found', await call(alice, 'GET', '/api/nothing')],
    [404, 'not_found', await call(null, 'POST', '/')],
    [400, 'invalid_request', await call(alice, 'POST', '/api/keys', { body: '{"name"', headers })],
    [
      400,
      'invalid_request',
      await call(alice, 'POST', '/api/keys', {
        body: 'x',
        headers: { 'content-type': 'text/csv' },
      }),
    ],
    [
      400,
      'invalid_request',
      await call(alice, 'GET', '/api/jobs?page=x&page_size=101&status_filter=running'),
    ],
    [404, 'not_found', await call(alice, 'GET', `/api/jobs/${'x'.repeat(150)}`)],
    [404, 'not_found', await call(alice, 'GET', `/api/jobs/${'x'.repeat(300)}`)],
    [404, 'not_found', await call(alice, 'GET', '/api/jobs/%00')],
    [400, 'invalid_request', await call(alice, 'GET', '/api/jobs/%FF')],
    [400, 'invalid_request', await call(alice, 'GET', '/api/jobs?project_id=%00')],
    [
      400,
      'invalid_request',
      await call(alice, 'POST', '/api/projects', { body: { name: 'a\0b' } }),
    ],
    [400, 'invalid_request', await call(alice, 'POST', '/api/keys', { body: { name: '\ud800' } })],
    [
      400,
      'invalid_request',
      await call(alice, 'POST', '/api/keys', {
        body: { name: 'packed' },
        headers: { 'content-encoding': 'gzip' },
      }),
    ],
    [
      413,
      'payload_too_large',
      await call(alice, 'POST', '/api/jobs', { body: { config: 'x'.repeat(3e6) } }),
    ],
  ]
  for (const [status, code, answer] of cases) {
    assert.equal(answer.status, status, answer.text)
    assert.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8')
    assert.partialDeepStrictEqual(answer.json as object, {
      status,
      code,
      type: `urn:syndata:error:${code}`,
    })
    assert.equal(answer.json['request_id'], answer.headers['x-request-id'])
  }
})

test('a refusal says what exactly was wrong with the body', async (t) => {
  const { alice, call } = await restApp(t)
  const post = async (body: string | object, type = 'application/json') =>
    (await call(alice, 'POST', '/api/jobs', { body, headers: { 'content-type': type } })).json
  const details = {
    broken: (await post('{"config": '))['detail'],
    poisoned: (await post('{"__proto__": {"a": 1}}'))['detail'],
    list: (await post('[]'))['detail'],
    text: (await post('hello', 'text/plain'))['detail'],
    large: (await post(`{"config": "${'x'.repeat(3e6)}"}`))['detail'],
  }
  assert.deepEqual(details, {
    broken: 'The body is not JSON: Unexpected end of JSON input',
    poisoned:
      'The body has a key __proto__, or a constructor with a prototype; those are not taken.',
    list: 'An object is needed here',
    text: 'Send the body as application/json.',
    large: 'A body has at most 2097152 bytes.',
  })
  const { errors } = await post({ rows: '10', chunk_rows: 0, kind: 'train' })
  const messages = (errors as { message: string; hint: string }[]).map(
    ({ message, hint }) => `${message}. ${hint}`,
  )
  assert.deepEqual(messages.slice(0, 3), [
    '"10" is not valid here. A whole number, 0 to 1000000000000.',
    '0 is not valid here. A whole number, 1 to 1000000.',
    '"train" is not valid here. Use generate.',
  ])
})

test('the documentation page fetches nothing from elsewhere and works over plain HTTP', async (t) => {
  const { call } = await restApp(t)
  const page = await call(null, 'GET', '/docs')
  const policy = String(page.headers['content-security-policy'])
  assert.doesNotMatch(policy, /upgrade-insecure-requests|https:|swagger\.io/)
  const settings = await call(null, 'GET', '/docs/static/swagger-initializer.js')
  assert.match(settings.text, /"validatorUrl":\s*null/)
})

test('who should come back later is told when', async (t) => {
  for (const [code, status] of [
    ['rate_limited', 429],
    ['unavailable', 503],
  ] as const) {
    const { database, call, alice } = await restApp(t)
    t.mock.method(database, 'query', () => Promise.reject(new AppError(code, 'later')))
    const answer = await call(alice, 'GET', '/api/jobs')
    t.mock.restoreAll()
    assert.equal(answer.status, status)
    assert.equal(answer.headers['retry-after'], '1')
  }
})
