// Evaluations over REST: of datasets, jobs and models, in the background, each within its project.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { openStoredFile } from '#coordinator/datasets/stored-file.ts'
import { putPart } from '#coordinator/storage/put-dag.ts'
import { type TrainingSpec, trainDataset } from '#engine/models/train-dataset.ts'
import { startMeasurer, untilMeasured } from '#test/support/measurer.ts'
import { joinProject, type RestApp, restApp } from '#test/support/rest-app.ts'
import { uploadTable } from '#test/support/upload.ts'
import { waitFor } from '#test/support/wait-for.ts'

/** Ages and plans that go together, and mail addresses. */
function people(rows: number, step: number): string {
  const line = (_: unknown, i: number): string => {
    const age = 20 + ((i * step) % 41)
    return `person${i * step}@secret.example,${age},${age < 40 ? 'basic' : 'gold'},${(age * 3.5 + (i % 7)).toFixed(1)}`
  }
  return ['email,age,plan,spent', ...Array.from({ length: rows }, line)].join('\n')
}

async function withTables(t: TestContext): Promise<{ rest: RestApp; real: string; made: string }> {
  const rest = await restApp(t)
  const real = await uploadTable(rest, rest.alice, people(300, 7), 'real.csv')
  const made = await uploadTable(rest, rest.alice, people(250, 11), 'made.csv')
  return { rest, real, made }
}

type View = {
  evaluation_id: string
  status: string
  error: unknown
  evaluation: {
    rows: { real: number; synthetic: number; holdout: number | null }
    columns: { measured: string[] }
    shapes: { score: number }
    utility: { target: string } | null
    privacy: { control: string }
  } | null
}

async function untilOver({ call, alice }: RestApp, id: string): Promise<View> {
  const read = async () => (await call(alice, 'GET', `/api/evaluations/${id}`)).json as View
  const isOver = async () => ['completed', 'failed'].includes((await read()).status)
  await waitFor(isOver, { what: 'the evaluation' })
  return read()
}

test('a dataset is compared with another; the reply of a repeated request is the first', async (t) => {
  const { rest, real, made } = await withTables(t)
  const { alice, call } = rest
  const holdout = await uploadTable(rest, alice, people(200, 13), 'held.csv')
  const body = {
    ...{ real: { dataset_id: real }, synthetic: { dataset_id: made } },
    ...{ holdout: { dataset_id: holdout }, target: 'plan', seed: 3, max_rows: 200 },
  }
  const headers = { 'idempotency-key': 'once' }
  const sent = await call(alice, 'POST', '/api/evaluations', { body, headers })
  assert.equal(sent.status, 202, sent.text)
  const id = String(sent.json['evaluation_id'])
  assert.equal(sent.headers['location'], `/api/evaluations/${id}`)
  assert.deepEqual(
    (await call(alice, 'POST', '/api/evaluations', { body, headers })).json,
    sent.json,
  )
  const url = `/api/evaluations/${id}`
  const waiting = await call(alice, 'GET', url)
  assert.deepEqual([waiting.json['status'], waiting.json['evaluation']], ['pending', null])
  assert.equal((await call(alice, 'GET', `${url}?format=html`)).status, 202)
  startMeasurer(t, rest)
  const { status, error, evaluation } = await untilOver(rest, id)
  assert.deepEqual([status, error], ['completed', null])
  assert.deepEqual(evaluation?.rows, { real: 300, synthetic: 250, holdout: 200 })
  assert.deepEqual(evaluation?.columns.measured, ['age', 'plan', 'spent'])
  assert.equal(evaluation?.utility?.target, 'plan')
  const page = await call(alice, 'GET', `${url}?format=html`)
  assert.match(page.text, /^<!doctype html>/i)
  const { text } = await call(alice, 'GET', url)
  for (const shown of [text, page.text]) assert.doesNotMatch(shown, /person\d|secret\.example/)
  const listed = (await call(alice, 'GET', `/api/evaluations?dataset_id=${real}`)).json
  assert.equal(listed['total'], 1)
  assert.equal((listed['evaluations'] as Partial<View>[])[0]?.evaluation, undefined)
  assert.equal((await call(alice, 'DELETE', url)).status, 204)
  assert.equal((await call(alice, 'GET', url)).status, 404)
})

test('a table of a job is made again and compared', async (t) => {
  const { rest, real } = await withTables(t)
  const { alice, call, database } = rest
  const column = (name: string, type: string, rule: object) => ({ name, type, rule })
  const columns = [
    column('age', 'int', { type: 'range', min: 20, max: 60 }),
    column('plan', 'string', { type: 'choice', values: ['basic', 'gold'] }),
  ]
  const config = {
    seed: 1,
    tables: [
      { name: 'a', rows: 120, columns },
      { name: 'b', rows: 5, columns },
    ],
  }
  const job = String((await call(alice, 'POST', '/api/jobs', { body: { config } })).json['job_id'])
  const ask = (synthetic: object) =>
    call(alice, 'POST', '/api/evaluations', { body: { real: { dataset_id: real }, synthetic } })
  assert.equal((await ask({ job_id: job, table: 'a' })).status, 409)
  await database.query(`update jobs set status = 'completed' where id = $1`, [job])
  assert.equal((await ask({ job_id: job })).status, 400)
  assert.equal((await ask({ job_id: job, table: 'c' })).status, 400)
  const sent = await ask({ job_id: job, table: 'a' })
  assert.equal(sent.status, 202, sent.text)
  startMeasurer(t, rest)
  const { error, evaluation } = await untilOver(rest, String(sent.json['evaluation_id']))
  assert.equal(error, null)
  assert.deepEqual(evaluation?.rows, { real: 300, synthetic: 120, holdout: null })
  assert.deepEqual(evaluation?.columns.measured, ['age', 'plan'])
})

test('any two tables are compared: of jobs as of datasets', async (t) => {
  const { rest, real: dataset } = await withTables(t)
  const { alice, bob, call, database } = rest
  const columns = [
    { name: 'age', type: 'int', rule: { type: 'range', min: 20, max: 60 } },
    { name: 'plan', type: 'string', rule: { type: 'choice', values: ['basic', 'gold'] } },
  ]
  const job = async (seed: number, rows: number): Promise<string> => {
    const tables = [
      { name: 'a', rows, columns },
      { name: 'b', rows: 5, columns },
    ]
    const body = { config: { seed, tables } }
    return String((await call(alice, 'POST', '/api/jobs', { body })).json['job_id'])
  }
  const [one, two] = [await job(1, 130), await job(2, 120)]
  const ask = (body: object) => call(alice, 'POST', '/api/evaluations', { body })
  const real = { job_id: one, table: 'a' }
  const holdout = { job_id: two, table: 'a' }
  assert.equal((await ask({ real, synthetic: { dataset_id: dataset } })).status, 409)
  await database.query(`update jobs set status = 'completed'`)
  const places = async (body: object) =>
    ((await ask(body)).json['errors'] as { path: string }[]).map(({ path }) => path)
  const nameless = { job_id: one }
  assert.deepEqual(await places({ real: nameless, synthetic: holdout, holdout: nameless }), [
    '/real/table',
    '/holdout/table',
  ])
  const his = await uploadTable(rest, bob, people(50, 3))
  await joinProject(database, { userId: alice.userId, projectId: bob.projectId }, 'editor')
  assert.deepEqual(await places({ real, synthetic: { dataset_id: his } }), [
    '/synthetic/dataset_id',
  ])
  assert.deepEqual(await places({ real: one, synthetic: 'dat_none', holdout: [] }), ['/holdout'])
  assert.deepEqual(await places({ real: one, synthetic: dataset }), ['/real/table'])
  const sent = await ask({ real, synthetic: dataset, holdout, target: 'plan' })
  assert.equal(sent.status, 202, sent.text)
  startMeasurer(t, rest)
  const id = String(sent.json['evaluation_id'])
  const { error, evaluation, ...head } = await untilOver(rest, id)
  assert.equal(error, null)
  assert.partialDeepStrictEqual(head, { real, holdout, synthetic: { dataset_id: dataset } })
  assert.deepEqual(evaluation?.rows, { real: 130, synthetic: 300, holdout: 120 })
  assert.deepEqual(evaluation?.columns.measured, ['age', 'plan'])
})

test('a model is compared with the rows that it learned, and with those that it did not', async (t) => {
  const { rest, real } = await withTables(t)
  const { alice, bob, call, database, store } = rest
  const training = { dataset_id: real, algorithm: 'gaussian_copula', seed: 5, max_rows: 200 }
  const { json } = await call(alice, 'POST', '/api/models', { body: training })
  const url = `/api/models/${String(json['model_id'])}/evaluation`
  assert.equal((await call(alice, 'GET', url)).status, 409)
  const [row] = await database.query<{ body: string; cid: string; bytes: number }>(
    `select s.body, d.root_cid as cid, d.bytes from jobs j join specs s on s.digest = j.spec_digest,
       datasets d where j.id = $1 and d.id = $2`,
    [json['job_id'], real],
  )
  assert.ok(row)
  const { training: spec } = JSON.parse(row.body) as { training: TrainingSpec }
  const file = await trainDataset(openStoredFile(store, row), spec, {
    ...{ signal: new AbortController().signal, elapsedMs: 0 },
  })
  const { cid, bytes } = await putPart(store, file)
  await database.query(
    `update models set file_cid = $2, file_bytes = $3, file_sha256 = $4, file_algorithm = 'gaussian_copula' where id = $1`,
    [json['model_id'], cid, bytes, createHash('sha256').update(file).digest('hex')],
  )
  assert.equal((await call(bob, 'GET', url)).status, 404)
  startMeasurer(t, rest)
  const { status, json: found, text } = await untilMeasured(rest, alice, url)
  assert.equal(status, 200, text)
  const { evaluation } = found as View
  assert.deepEqual(evaluation?.rows, { real: 200, synthetic: 200, holdout: 100 })
  assert.equal(evaluation?.privacy.control, 'holdout')
  assert.ok((evaluation?.shapes.score ?? 0) > 0.85)
  assert.match((await call(alice, 'GET', `${url}?format=html`)).text, /^<!doctype html>/i)
  await database.query(`update jobs set status = 'completed'`)
  const self = `/api/models/${String(json['model_id'])}`
  assert.equal((await call(alice, 'DELETE', self)).status, 204)
  assert.deepEqual(await database.query('select 1 from measurements'), [])
})

test('every problem is named, and only what the caller sees is compared', async (t) => {
  const { rest, real, made } = await withTables(t)
  const { alice, bob, call, database } = rest
  const post = (who: typeof alice, body: unknown) => call(who, 'POST', '/api/evaluations', { body })
  for (const body of [{}, { real: { dataset_id: real } }, [], 1])
    assert.equal((await post(alice, body)).status, 400)
  const both = { dataset_id: made, job_id: 'job_1' }
  assert.equal((await post(alice, { real: { dataset_id: real }, synthetic: both })).status, 400)
  const right = { real: { dataset_id: real }, synthetic: { dataset_id: made } }
  const wrong = await post(alice, { ...right, target: 'nothing' })
  assert.deepEqual(
    (wrong.json['errors'] as { path: string }[]).map(({ path }) => path),
    ['/target'],
  )
  assert.equal((await post(bob, right)).status, 404)
  const missing = { ...right, synthetic: { dataset_id: 'dat_none' } }
  assert.equal((await post(alice, missing)).status, 404)
  const his = await uploadTable(rest, bob, people(50, 3))
  assert.equal((await post(alice, { ...right, synthetic: { dataset_id: his } })).status, 404)
  await joinProject(database, { userId: alice.userId, projectId: bob.projectId }, 'editor')
  assert.equal((await post(alice, { ...right, synthetic: { dataset_id: his } })).status, 400)
  const id = String((await post(alice, right)).json['evaluation_id'])
  const url = `/api/evaluations/${id}`
  assert.equal((await call(bob, 'GET', url)).status, 404)
  assert.equal((await call(bob, 'DELETE', url)).status, 404)
  assert.equal((await call(bob, 'GET', '/api/evaluations')).json['total'], 0)
  await joinProject(database, { userId: bob.userId, projectId: alice.projectId }, 'viewer')
  assert.equal((await call(bob, 'GET', url)).status, 200)
  assert.equal((await call(bob, 'DELETE', url)).status, 403)
  assert.equal((await post(bob, right)).status, 403)
  assert.equal((await call(alice, 'DELETE', `/api/datasets/${made}`)).status, 204)
  assert.equal((await call(alice, 'GET', url)).status, 404)
})
