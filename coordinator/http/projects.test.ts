// Projects over REST: their settings, their members, their end.

import assert from 'node:assert/strict'
import test from 'node:test'
import { ORDERS } from '#test/support/configs.ts'
import { insertModel } from '#test/support/model-rows.ts'
import { joinProject, restApp } from '#test/support/rest-app.ts'
import { uploadTable } from '#test/support/upload.ts'

test('an owner changes name and settings; members look, and nobody else sees it', async (t) => {
  const { alice, bob, admin, call, database } = await restApp(t)
  const url = `/api/projects/${alice.projectId}`
  const before = await call(alice, 'GET', url)
  assert.partialDeepStrictEqual(before.json, {
    project_id: alice.projectId,
    name: 'alice',
    role: 'owner',
    allow_community_compute: false,
    strict_runtime_class: false,
  })
  const change = (body: unknown, who = alice) => call(who, 'PATCH', url, { body })
  const renamed = await change({ name: 'Sales', strict_runtime_class: true })
  assert.equal(renamed.status, 200, renamed.text)
  const wanted = { ...before.json, name: 'Sales', strict_runtime_class: true }
  const described = await change({ description: 'Orders of all shops' })
  assert.equal(described.json['description'], 'Orders of all shops')
  assert.deepEqual((await change({ description: '' })).json, wanted)
  assert.deepEqual(renamed.json, wanted)
  assert.deepEqual((await change({})).json, wanted)
  assert.deepEqual((await change({ strict_runtime_class: false })).json, {
    ...wanted,
    strict_runtime_class: false,
  })
  const wrong = await change({ name: '', role: 'owner', strict_runtime_class: 'yes' })
  assert.equal(wrong.status, 400)
  assert.equal((wrong.json['errors'] as unknown[]).length, 3)
  for (const method of ['GET', 'PATCH', 'DELETE'] as const)
    assert.equal((await call(bob, method, url, { body: {} })).status, 404)
  assert.equal((await call(null, 'GET', url)).status, 401)
  assert.equal((await call(alice, 'GET', '/api/projects/prj_none')).status, 404)
  await joinProject(database, { userId: bob.userId, projectId: alice.projectId }, 'editor')
  assert.equal((await call(bob, 'GET', url)).json['role'], 'editor')
  assert.equal((await change({ name: 'x' }, bob)).status, 403)
  assert.equal((await change({ name: 'Admin was here' }, admin)).status, 200)
})

test('owners add, change and remove members; a project has an owner at any time', async (t) => {
  const { alice, bob, admin, call } = await restApp(t)
  const url = `/api/projects/${alice.projectId}/members`
  const add = (body: unknown, who = alice) => call(who, 'POST', url, { body })
  assert.equal((await add({ user_id: 'usr_none', role: 'viewer' })).status, 404)
  assert.equal((await add({ role: 'viewer' })).status, 400)
  assert.equal((await add({ email: 'bob@syndata.test', role: 'king' })).status, 400)
  assert.equal((await add({ username: 'bob', role: 'viewer' }, bob)).status, 404)
  const added = await add({ email: 'Bob@syndata.test', role: 'viewer' })
  assert.equal(added.status, 201, added.text)
  const view = { user_id: bob.userId, email: 'bob@syndata.test', username: 'bob', role: 'viewer' }
  assert.deepEqual(added.json, view)
  assert.equal((await add({ username: 'bob', role: 'editor' })).status, 409)
  assert.equal((await add({ username: 'admin', role: 'editor' }, bob)).status, 403)
  const listed = await call(bob, 'GET', url)
  assert.deepEqual((listed.json['members'] as unknown[])[1], view)
  const self = `${url}/${bob.userId}`
  assert.equal((await call(bob, 'PATCH', self, { body: { role: 'owner' } })).status, 403)
  const role = (name: string, path = self) => call(alice, 'PATCH', path, { body: { role: name } })
  assert.equal((await role('editor')).json['role'], 'editor')
  const own = `${url}/${alice.userId}`
  assert.equal((await role('viewer', own)).status, 409)
  assert.equal((await call(alice, 'DELETE', own)).status, 409)
  assert.equal((await role('editor', `${url}/usr_none`)).status, 404)
  assert.equal((await call(bob, 'DELETE', self)).status, 204)
  assert.equal((await call(bob, 'GET', url)).status, 404)
  assert.equal((await call(admin, 'GET', url)).status, 200)
})

test('a project goes with all that is in it, when nothing runs', async (t) => {
  const rest = await restApp(t)
  const { alice, bob, admin, call, database, store } = rest
  const { json } = await call(alice, 'POST', '/api/projects', {
    body: { name: 'Trial', description: 'to learn' },
  })
  assert.equal(json['description'], 'to learn')
  const projectId = String(json['project_id'])
  const url = `/api/projects/${projectId}`
  await joinProject(database, { userId: bob.userId, projectId }, 'editor')
  const body = { config: ORDERS, project_id: projectId }
  const job = String((await call(alice, 'POST', '/api/jobs', { body })).json['job_id'])
  const dataset = await uploadTable(rest, alice, 'a,b\n1,2\n', 't.csv', projectId)
  const model = await insertModel({ sql: database, store }, { ...alice, projectId }, null)
  assert.equal((await call(bob, 'DELETE', url)).status, 403)
  const refused = await call(alice, 'DELETE', url)
  assert.equal(refused.status, 409)
  assert.match(String(refused.json['detail']), new RegExp(job))
  assert.equal((await call(alice, 'DELETE', `/api/projects/${alice.projectId}`)).status, 409)
  assert.equal((await call(alice, 'POST', `/api/jobs/${job}/cancel`)).status, 202)
  assert.equal((await call(alice, 'DELETE', url)).status, 204)
  for (const who of [alice, bob, admin]) {
    for (const path of [url, `/api/jobs/${job}`, `/api/datasets/${dataset}`])
      assert.equal((await call(who, 'GET', path)).status, 404, path)
    assert.equal((await call(who, 'GET', `/api/models/${model}`)).status, 404)
    assert.equal((await call(who, 'POST', '/api/jobs', { body })).status, 404)
    assert.equal((await call(who, 'GET', '/api/projects')).text.includes(projectId), false)
  }
})
