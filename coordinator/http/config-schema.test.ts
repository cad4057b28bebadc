import assert from 'node:assert/strict'
import test from 'node:test'
import { publishedSchema } from '#engine/config/published-schema.ts'
import { restApp } from '#test/support/rest-app.ts'

test('anyone may read the schema of configs, and keep it', async (t) => {
  const { call } = await restApp(t)
  const { status, text, headers } = await call(null, 'GET', '/config.schema.json')
  assert.equal(status, 200)
  assert.equal(text, publishedSchema())
  assert.match(String(headers['content-type']), /^application\/schema\+json/)
  assert.match(String(headers['cache-control']), /^public, max-age=\d+$/)
  const known = { headers: { 'if-none-match': String(headers['etag']) } }
  const again = await call(null, 'GET', '/config.schema.json', known)
  assert.deepEqual([again.status, again.text], [304, ''])
})
