// Forms and bodies as clients of all kinds send them.

import assert from 'node:assert/strict'
import test from 'node:test'
import { type Caller, type RestApp, restApp } from '#test/support/rest-app.ts'
import { form, type Part } from '#test/support/upload.ts'

const PEOPLE = 'id,age,city\n1001,31,Bonn\n1002,45,Bonn\n1003,27,Köln\n1004,38,Köln\n'

const fileOf = (value: string, file = 'people.csv'): Part => ({ name: 'file', value, file })

const uploaded = (rest: RestApp, caller: Caller, parts: readonly Part[]) =>
  rest.call(caller, 'POST', '/api/datasets', form(parts))

test('a form may say its fields in any order, and leave out the name of the file', async (t) => {
  const rest = await restApp(t)
  const { alice, call } = rest
  const other = await call(alice, 'POST', '/api/projects', { body: { name: 'Other' } })
  const project = String(other.json['project_id'])
  const fields = [
    { name: 'name', value: 'Leute' },
    { name: 'project_id', value: project },
  ]
  const bare = { name: 'file', value: PEOPLE }
  for (const parts of [
    [...fields, bare],
    [bare, ...fields],
    [...fields, fileOf(PEOPLE, '')],
  ]) {
    const { status, text, json } = await uploaded(rest, alice, parts)
    assert.equal(status, 201, text)
    assert.partialDeepStrictEqual(json, { name: 'Leute', project_id: project, rows: 4 })
  }
  const foreign = { name: 'project_id', value: rest.bob.projectId }
  assert.equal((await uploaded(rest, alice, [fileOf(PEOPLE), foreign])).status, 404)
  const twice = await uploaded(rest, alice, [fileOf(PEOPLE), fileOf(PEOPLE)])
  assert.deepEqual([twice.status, twice.json['detail']], [400, 'The form has more than one file.'])
  const odd = await uploaded(rest, alice, [{ name: 'delimeter', value: ';' }, fileOf(PEOPLE)])
  assert.match(String(odd.json['warnings']), /no field "delimeter"/)
})

test('a body that is no form is the file itself', async (t) => {
  const rest = await restApp(t)
  const send = (type: string, body: string, query = '?name=Leute') =>
    rest.call(rest.alice, 'POST', `/api/datasets${query}`, {
      body,
      headers: { 'content-type': type },
    })
  const made = await send('text/csv', PEOPLE)
  assert.equal(made.status, 201, made.text)
  assert.partialDeepStrictEqual(made.json, { name: 'Leute', rows: 4, warnings: [] })
  assert.equal((await send('application/octet-stream', '', '')).status, 400)
  for (const type of ['application/json', 'multipart/form-data']) {
    const refused = await send(type, '{"name": "x"}')
    assert.equal(refused.status, 400)
    assert.match(refused.text, /form/)
  }
})

test('lists and previews take what they say they take', async (t) => {
  const rest = await restApp(t)
  const { json } = await uploaded(rest, rest.alice, [fileOf(PEOPLE)])
  const get = (url: string) => rest.call(rest.alice, 'GET', url)
  const preview = await get(`/api/datasets/${String(json['dataset_id'])}/preview?rows=2`)
  assert.equal((preview.json['rows'] as unknown[]).length, 2)
  for (const url of [
    `/api/datasets/${String(json['dataset_id'])}/preview?rows=0`,
    '/api/datasets?page_size=101',
    '/api/datasets?pagesize=3',
    '/api/evaluations?model_id=3',
    '/api/models?page=0',
  ])
    assert.equal((await get(url)).status, 400, url)
})
