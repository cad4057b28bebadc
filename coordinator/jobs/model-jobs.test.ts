import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { peopleModel } from '#engine/testing/small-model.ts'
import { insertModel } from '#test/support/model-rows.ts'
import { type Caller, restApp } from '#test/support/rest-app.ts'

const file = await peopleModel()

async function setUp(t: TestContext) {
  const app = await restApp(t)
  const { alice, bob, database: sql, store, call } = app
  const modelId = await insertModel({ sql, store }, alice, file)
  const submit = async (body: object, caller: Caller = alice) =>
    call(caller, 'POST', '/api/jobs', { body: { model_id: modelId, rows: 1000, ...body } })
  return { ...app, sql, modelId, submit, alice, bob }
}

test('a job of a model pins its file, is private, and goes to trusted workers', async (t) => {
  const { submit, sql, modelId, call, alice } = await setUp(t)
  const { status, json } = await submit({ seed: 12, conditions: { plan: 'paid' } })
  assert.equal(status, 202, JSON.stringify(json))
  const [row] = await sql.query<Record<string, unknown>>(
    `select j.trusted_only, j.publish_ipfs, j.project_id, s.body from jobs j join specs s on s.digest = j.spec_digest where j.id = $1`,
    [json['job_id']],
  )
  assert.equal(row?.['trusted_only'], true)
  assert.equal(row?.['publish_ipfs'], false)
  assert.equal(row?.['project_id'], alice.projectId)
  const { config, inputs } = JSON.parse(String(row?.['body'])) as {
    config: { tables: { learned: { model: string; conditions: object } }[] }
    inputs: { sha256: string; bytes: number }[]
  }
  assert.equal(inputs[0]?.bytes, file.length)
  assert.equal(config.tables[0]?.learned.model, inputs[0]?.sha256)
  assert.deepEqual(config.tables[0]?.learned.conditions, { levels: { plan: [1] } })
  const job = await call(alice, 'GET', `/api/jobs/${String(json['job_id'])}`)
  assert.equal(job.json['model_id'], modelId)
  assert.equal(job.json['kind'], 'generate')
  assert.equal(job.json['seed'], 12)
})

test('a project may let the community sample its models', async (t) => {
  const { submit, sql, alice } = await setUp(t)
  await sql.query('update projects set allow_community_compute = true where id = $1', [
    alice.projectId,
  ])
  const { json } = await submit({ publish: { ipfs: true } })
  const rows = await sql.query('select trusted_only, publish_ipfs from jobs where id = $1', [
    json['job_id'],
  ])
  assert.deepEqual(rows, [{ trusted_only: false, publish_ipfs: true }])
})

test('a project may want all rows of a job drawn in one runtime class', async (t) => {
  const { submit, sql, alice, call } = await setUp(t)
  const { json: before } = await submit({})
  const body = { strict_runtime_class: true }
  const changed = await call(alice, 'PATCH', `/api/projects/${alice.projectId}`, { body })
  assert.equal(changed.json['strict_runtime_class'], true)
  const { json: after } = await submit({})
  const strict = async (id: unknown) =>
    (await sql.query('select strict_class from jobs where id = $1', [id]))[0]
  assert.deepEqual(await strict(before['job_id']), { strict_class: false })
  assert.deepEqual(await strict(after['job_id']), { strict_class: true })
})

test('a model of another project is none, and one that is being trained has to be waited for', async (t) => {
  const { submit, sql, store, alice, bob, call } = await setUp(t)
  const foreign = await submit({}, bob)
  assert.equal(foreign.status, 404)
  const missing = await submit({ model_id: 'mdl_nothing' }, bob)
  assert.equal(missing.json['code'], foreign.json['code'])
  const other = await call(alice, 'POST', '/api/projects', { body: { name: 'Another' } })
  assert.equal((await submit({ project_id: other.json['project_id'] })).status, 404)
  const training = await insertModel({ sql, store }, alice, null)
  assert.equal((await submit({ model_id: training })).status, 409)
})

test('what is wrong is named at its place', async (t) => {
  const { submit, modelId, call, alice } = await setUp(t)
  const paths = async (body: object) => {
    const { status, json } = await submit(body)
    assert.equal(status, 400, JSON.stringify(json))
    return (json['errors'] as { path: string }[]).map(({ path }) => path)
  }
  assert.deepEqual(await paths({ conditions: { plan: 'gold' } }), ['/conditions/plan'])
  assert.deepEqual(await paths({ bounds: { age: { min: 'x' } } }), ['/bounds/age/min'])
  assert.deepEqual(await paths({ bounds: { age: { min: 900 } } }), ['/bounds/age/min'])
  assert.deepEqual(await paths({ conditions: { age: { min: 30.2, max: 30.3 } } }), ['/conditions'])
  assert.deepEqual(await paths({ config: 'tables: []' }), ['/config', '/config/tables'])
  assert.deepEqual(await paths({ output: { format: 'csv', dialect: 'mysql' } }), [
    '/output/dialect',
  ])
  const bare = await call(alice, 'POST', '/api/jobs', { body: { model_id: modelId } })
  assert.deepEqual((bare.json['errors'] as { path: string }[])[0]?.path, '/rows')
  const config = {
    tables: [{ name: 't', rows: 1, columns: [{ name: 'id', type: 'int', rule: 'sequence' }] }],
  }
  const stray = await call(alice, 'POST', '/api/jobs', { body: { config, bounds: {} } })
  assert.deepEqual((stray.json['errors'] as { path: string }[])[0]?.path, '/bounds')
})

test('a dry run sizes the file by rows of the model', async (t) => {
  const { submit } = await setUp(t)
  const { status, json } = await submit({ dry_run: true, rows: 100_000, anomalies: { ratio: 0.1 } })
  assert.equal(status, 200, JSON.stringify(json))
  assert.equal(json['total_rows'], 100_000)
  assert.ok(Number(json['bytes']) > 5_000_000 && Number(json['bytes']) < 20_000_000)
})
