import assert from 'node:assert/strict'
import test from 'node:test'
import { templates } from '#coordinator/jobs/templates.ts'
import { restApp } from '#test/support/rest-app.ts'

test('templates are listed with what they show, and each one is a config that can be submitted', async (t) => {
  const { alice, call } = await restApp(t)
  const { status, json } = await call(null, 'GET', '/api/templates')
  assert.equal(status, 200)
  const listed = json['templates'] as { name: string; description: string; tables: string[] }[]
  assert.deepEqual(
    listed.map(({ name }) => name),
    [...templates().keys()],
  )
  for (const name of [
    'shop',
    'users',
    'sensors',
    'transactions',
    'departments',
    'hospital',
    'bank',
    'telecom',
  ]) {
    const found = listed.find((one) => one.name === name)
    assert.ok(found !== undefined && found.description.length > 20, name)
    const { json: whole } = await call(null, 'GET', `/api/templates/${name}`)
    const body = { config: whole['config'], dry_run: true, rows: 20 }
    const sized = await call(alice, 'POST', '/api/jobs', { body })
    assert.equal(sized.status, 200, sized.text)
    assert.equal((sized.json['tables'] as unknown[]).length, found.tables.length)
  }
})

test('a job may name a template in place of a config', async (t) => {
  const { alice, call } = await restApp(t)
  const post = (body: object) => call(alice, 'POST', '/api/jobs', { body })
  const sized = await post({ template: 'users', rows: 70, dry_run: true })
  assert.deepEqual([sized.status, sized.json['total_rows']], [200, 70], sized.text)
  assert.equal((await post({ template: 'users', rows: 70 })).status, 202)
  const unknown = await post({ template: 'user' })
  assert.deepEqual([unknown.status, unknown.json['code']], [400, 'invalid_request'])
  assert.match(String(unknown.text), /Did you mean users/)
  const both = await post({ template: 'users', config: 'fields: []' })
  assert.match(String(both.json['detail']), /template stands in place of config/)
  assert.equal((await call(null, 'GET', '/api/templates/nothing')).status, 404)
})
