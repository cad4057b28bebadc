// Calls by the names of earlier interfaces, one by one: what they take, what they answer, and that they end in ours.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { peopleModel } from '#engine/testing/small-model.ts'
import { insertModel } from '#test/support/model-rows.ts'
import { joinProject, type RestApp, restApp } from '#test/support/rest-app.ts'
import { form, uploadTable } from '#test/support/upload.ts'

const CSV = ['plan,age', ...Array.from({ length: 60 }, (_, i) => `p${i % 2},${20 + (i % 9)}`)].join(
  '\n',
)

type Problems = { path: string; message: string }[]
const pathsOf = (json: Record<string, unknown>): string[] =>
  ((json['errors'] ?? []) as Problems).map(({ path }) => path)

test('POST /api/datasets/upload answers what was inferred', async (t) => {
  const rest = await restApp(t)
  const { alice, bob, call } = rest
  const upload = (parts: Parameters<typeof form>[0]) =>
    call(alice, 'POST', '/api/datasets/upload', form(parts))
  const file = { name: 'file', value: CSV, file: 'people.csv' }
  const made = await upload([file, { name: 'projectId', value: alice.projectId }])
  assert.equal(made.status, 201, made.text)
  assert.partialDeepStrictEqual(made.json, {
    ...{ name: 'people', projectId: alice.projectId, rows: 60 },
    columns: [
      { name: 'plan', type: 'category', nulls: 0 },
      { name: 'age', type: 'integer' },
    ],
    metadata: { rowCount: 60, format: 'csv', columns: [{ name: 'plan' }, { name: 'age' }] },
  })
  assert.equal(made.json['id'], made.json['datasetId'])
  const same = await call(alice, 'GET', `/api/datasets/${String(made.json['id'])}`)
  assert.deepEqual(
    [same.json['dataset_id'], same.json['created_at']],
    [made.json['datasetId'], made.json['uploadedAt']],
  )
  const foreign = await upload([{ name: 'projectId', value: bob.projectId }, file])
  assert.equal(foreign.status, 404)
  const wrong = await upload([{ name: 'projectId', value: '' }, file])
  assert.deepEqual(pathsOf(wrong.json), ['/projectId'])
})

test('POST /api/models/train and GET /api/models/:id/status', async (t) => {
  const rest = await restApp(t)
  const { alice, bob, call, database } = rest
  const datasetId = await uploadTable(rest, alice, CSV)
  const train = (body: object, who = alice) => call(who, 'POST', '/api/models/train', { body })
  const made = await train({ datasetId, algorithm: 'CTGAN', epochs: 300, batchSize: 200 })
  assert.equal(made.status, 202, made.text)
  const { jobId, modelId } = made.json as { [name: string]: string }
  assert.deepEqual(made.json, { jobId, modelId, status: 'PENDING', warnings: [] })
  const ours = (await call(alice, 'GET', `/api/models/${modelId}`)).json
  assert.partialDeepStrictEqual(ours, {
    ...{ algorithm: 'ctgan', job_id: jobId, dataset_id: datasetId },
    options: { epochs: 300, batch_size: 200 },
  })
  const url = `/api/models/${modelId}/status`
  const pending = (await call(alice, 'GET', url)).json
  assert.partialDeepStrictEqual(pending, {
    ...{ id: modelId, modelId, jobId, datasetId, algorithm: 'CTGAN', status: 'PENDING' },
    ...{ progress: 0, modelFilePath: null, trainingMetrics: { losses: {} } },
  })
  assert.deepEqual((await call(alice, 'GET', `/api/models/${jobId}/status`)).json, pending)
  for (const [ours, theirs] of [
    ['generating', 'TRAINING'],
    ['completed', 'COMPLETED'],
    ['failed', 'FAILED'],
  ]) {
    await database.query('update jobs set status = $1', [ours])
    assert.equal((await call(alice, 'GET', url)).json['status'], theirs)
  }
  for (const path of [url, `/api/models/${jobId}/status`])
    assert.equal((await call(bob, 'GET', path)).status, 404)
  for (const [sent, algorithm] of [
    ['GaussianCopula', 'gaussian_copula'],
    ['TVAE', 'tvae'],
    ['tvae', 'tvae'],
  ]) {
    const { json } = await train({ datasetId, algorithm: sent })
    const model = await call(alice, 'GET', `/api/models/${String(json['modelId'])}`)
    assert.equal(model.json['algorithm'], algorithm)
  }
  const wrong = await train({ datasetId, algorithm: 'CTGAN', epochs: 0, batchSize: 'big' })
  assert.deepEqual([wrong.status, ...pathsOf(wrong.json)], [400, '/epochs', '/batchSize'])
  const nameless = await train({ algorithm: 'CTGAN' })
  assert.match(String(nameless.json['detail']), /^\/datasetId: datasetId is missing/)
  assert.equal((await train({ datasetId: 1, algorithm: 'CTGAN' })).status, 404)
  assert.equal((await train({ datasetId }, bob)).status, 404)
})

/** A trained model, and a training that made another one. */
async function withModels(t: TestContext) {
  const rest = await restApp(t)
  const { alice, call, database: sql, store } = rest
  const file = await peopleModel()
  const modelId = await insertModel({ sql, store }, alice, file)
  const datasetId = await uploadTable(rest, alice, CSV)
  const { json } = await call(alice, 'POST', '/api/models', { body: { dataset_id: datasetId } })
  const { job_id: jobId, model_id: trained } = json as { [name: string]: string }
  await sql.query(
    `update models set (file_cid, file_bytes, file_sha256, file_algorithm) =
       (select file_cid, file_bytes, file_sha256, file_algorithm from models where id = $1) where id = $2`,
    [modelId, trained],
  )
  return { rest, modelId, jobId: String(jobId), trained: String(trained) }
}

const jobRow = async ({ database }: RestApp, id: unknown) =>
  (
    await database.query<{ total_rows: number; format: string; body: string }>(
      'select j.total_rows, j.format, s.body from jobs j join specs s on s.digest = j.spec_digest where j.id = $1',
      [id],
    )
  )[0]

test('POST /api/generate and GET /api/synthetic/:batchId/download', async (t) => {
  const { rest, modelId } = await withModels(t)
  const { alice, bob, call } = rest
  const generate = (body: object, who = alice) => call(who, 'POST', '/api/generate', { body })
  const anomalies = { inject: true, ratio: 0.01 }
  const headers = { 'idempotency-key': 'once' }
  const body = { modelId, count: 1000, anomalies }
  const made = await call(alice, 'POST', '/api/generate', { body, headers })
  assert.equal(made.status, 202, made.text)
  const { batchId } = made.json
  assert.partialDeepStrictEqual(made.json, { modelId, rowCount: 1000, status: 'PENDING' })
  assert.deepEqual((await call(alice, 'POST', '/api/generate', { body, headers })).json, made.json)
  const row = await jobRow(rest, batchId)
  assert.deepEqual([Number(row?.total_rows), row?.format], [1000, 'csv'])
  assert.match(String(row?.body), /"ratio":0\.01,/)
  const url = `/api/synthetic/${String(batchId)}/download`
  assert.equal(made.json['filePath'], url)
  assert.equal((await call(alice, 'GET', url)).status, 409)
  assert.equal((await call(alice, 'GET', `${url}?format=xml`)).json['code'], 'unsupported')
  assert.equal((await call(bob, 'GET', url)).status, 404)
  assert.equal((await call(null, 'GET', url)).status, 401)
  const sql = await generate({ modelId, count: 5, format: 'SQL' })
  assert.equal((await jobRow(rest, sql.json['batchId']))?.format, 'sql')
  const wrong = await generate({ count: 0, rows: 3 })
  assert.deepEqual([wrong.status, ...pathsOf(wrong.json)], [400, '/modelId', '/count', '/rows'])
  assert.deepEqual(pathsOf((await generate({ modelId, count: 3, format: 'xml' })).json), [
    '/format',
  ])
  const bounds = { age: { min: 'x' } }
  const outOfBounds = await generate({ modelId, count: 3, bounds })
  assert.deepEqual(pathsOf(outOfBounds.json), ['/bounds/age/min'])
  assert.equal((await generate({ modelId: 5, count: 3 })).status, 404)
  assert.equal((await generate(body, bob)).status, 404)
})

test('POST /api/jobs/:jobId/generate-data is of a completed training and its model', async (t) => {
  const { rest, modelId, jobId, trained } = await withModels(t)
  const { alice, bob, call, database } = rest
  const url = `/api/jobs/${jobId}/generate-data`
  const post = (body: object, who = alice) => call(who, 'POST', url, { body })
  const body = { modelId: trained, numberOfRows: 1000, outputFormat: 'csv' }
  assert.equal((await post(body)).status, 409)
  await database.query(`update jobs set status = 'completed' where id = $1`, [jobId])
  const made = await post(body)
  assert.equal(made.status, 202, made.text)
  const { generationJobId, status, message } = made.json
  assert.deepEqual([status, typeof message], ['pending', 'string'])
  const other = await post({ ...body, modelId })
  assert.deepEqual([other.status, ...pathsOf(other.json)], [400, '/modelId'])
  for (const [more, path] of [
    [{ numberOfRows: 0 }, '/numberOfRows'],
    [{ numberOfRows: 1_000_001 }, '/numberOfRows'],
    [{ outputFormat: 'xml' }, '/outputFormat'],
  ] as const) {
    const refused = await post({ ...body, ...more })
    assert.deepEqual([refused.status, ...pathsOf(refused.json)], [400, path])
  }
  assert.match((await post({ ...body, outputFormat: 'xml' })).text, /csv.*parquet/)
  assert.equal((await post(body, bob)).status, 404)
  const noTraining = `/api/jobs/${String(generationJobId)}/generate-data`
  assert.equal((await call(alice, 'POST', noTraining, { body })).status, 404)
  await joinProject(database, { userId: bob.userId, projectId: alice.projectId }, 'viewer')
  assert.equal((await post(body, bob)).status, 403)
  const parquet = await post({ ...body, outputFormat: 'Parquet' })
  assert.equal((await jobRow(rest, parquet.json['generationJobId']))?.format, 'parquet')
})

test('GET /api/generation lists the caller’s generations, GET /api/generation/:id shows one', async (t) => {
  const { rest, modelId, jobId } = await withModels(t)
  const { alice, bob, call, database } = rest
  const made = await call(alice, 'POST', '/api/generate', { body: { modelId, count: 70 } })
  const id = String(made.json['batchId'])
  const one = await call(alice, 'GET', `/api/generation/${id}`)
  const wanted = {
    ...{ generationJobId: id, modelId, status: 'pending', numberOfRows: 70, outputFormat: 'csv' },
    ...{ progress: 0, rowsGenerated: 0, totalRows: 70, storageLink: null, completedAt: null },
  }
  assert.partialDeepStrictEqual(one.json, wanted)
  const list = await call(alice, 'GET', '/api/generation?limit=5')
  assert.deepEqual(list.json, { jobs: [one.json], page: 1, limit: 5, total: 1 })
  await database.query(`update jobs set status = 'generating' where id = $1`, [id])
  for (const status of ['running', 'GENERATING'])
    assert.equal((await call(alice, 'GET', `/api/generation?status=${status}`)).json['total'], 1)
  assert.equal((await call(alice, 'GET', '/api/generation?status=failed')).json['total'], 0)
  const odd = await call(alice, 'GET', '/api/generation?status=odd')
  assert.deepEqual([odd.status, ...pathsOf(odd.json)], [400, '/status'])
  await database.query(`update jobs set status = 'completed' where id = $1`, [id])
  await database.query(
    `insert into outputs (job_id, table_no, table_name, format, rows, bytes, dag_bytes, cid)
     values ($1, 0, 'synthetic', 'csv', 70, 10, 10, 'bafy')`,
    [id],
  )
  const done = (await call(alice, 'GET', `/api/generation/${id}`)).json
  assert.deepEqual([done['status'], done['progress']], ['completed', 100])
  assert.match(String(done['storageLink']), new RegExp(`/api/jobs/${id}/download`))
  assert.equal((await call(bob, 'GET', `/api/generation/${id}`)).status, 404)
  assert.equal((await call(bob, 'GET', '/api/generation')).json['total'], 0)
  assert.equal((await call(alice, 'GET', `/api/generation/${jobId}`)).status, 404)
})

test('POST /api/generate_data and GET /api/generation_status/:id', async (t) => {
  const { rest, modelId } = await withModels(t)
  const { alice, bob, call } = rest
  const post = (body: object) => call(alice, 'POST', '/api/generate_data', { body })
  for (const body of [
    { model_id: modelId, number_of_rows: 50, output_format: 'parquet' },
    { modelId, numberOfRows: 50, outputFormat: 'parquet' },
  ]) {
    const { status, json, text } = await post(body)
    assert.equal(status, 202, text)
    assert.equal(json['status'], 'pending')
    const url = `/api/generation_status/${String(json['task_id'])}`
    assert.partialDeepStrictEqual((await call(alice, 'GET', url)).json, {
      ...{ task_id: json['task_id'], status: 'pending', progress: 0 },
      ...{ rows_generated: 0, total_rows: 50, storage_link: null },
    })
    assert.equal((await call(bob, 'GET', url)).status, 404)
    assert.equal((await jobRow(rest, json['task_id']))?.format, 'parquet')
  }
  const wrong = await post({ model_id: modelId, number_of_rows: 2_000_000 })
  assert.deepEqual([wrong.status, ...pathsOf(wrong.json)], [400, '/number_of_rows'])
})

test('GET /health, /stats and /redoc answer as ours do', async (t) => {
  const { alice, call } = await restApp(t)
  for (const [url, ours] of [
    ['/health', '/api/health'],
    ['/stats', '/api/stats'],
  ] as const) {
    const [theirs, own] = [await call(alice, 'GET', url), await call(alice, 'GET', ours)]
    assert.deepEqual([theirs.status, theirs.json], [own.status, own.json])
    assert.equal((await call(null, 'GET', url)).status, (await call(null, 'GET', ours)).status)
  }
  const { status, headers } = await call(null, 'GET', '/redoc')
  assert.deepEqual([status, headers['location']], [302, '/docs'])
})

test('they are in the document, as deprecated', async (t) => {
  const { call } = await restApp(t)
  const { json } = await call(null, 'GET', '/openapi.json')
  const paths = json['paths'] as Record<string, Record<string, { deprecated?: boolean }>>
  for (const [path, method] of [
    ['/api/datasets/upload', 'post'],
    ['/api/datasets/{id}/stats', 'get'],
    ['/api/models/train', 'post'],
    ['/api/models/{id}/status', 'get'],
    ['/api/generate', 'post'],
    ['/api/synthetic/{batchId}/download', 'get'],
    ['/api/jobs/{id}/generate-data', 'post'],
    ['/api/generation', 'get'],
    ['/api/generation/{id}', 'get'],
    ['/api/generate_data', 'post'],
    ['/api/generation_status/{id}', 'get'],
    ['/health', 'get'],
    ['/stats', 'get'],
  ] as const)
    assert.equal(paths[path]?.[method]?.deprecated, true, path)
})
