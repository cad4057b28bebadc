// Models over REST: what may be asked, what is answered, who sees what.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { recordReport } from '#coordinator/models/training-records.ts'
import { type TrainingSpec, trainDataset } from '#engine/models/train-dataset.ts'
import { type Caller, type RestApp, restApp } from '#test/support/rest-app.ts'

const CSV = ['plan,age', ...Array.from({ length: 60 }, (_, i) => `p${i % 2},${20 + (i % 9)}`)].join(
  '\n',
)
const BOUNDARY = 'the-boundary'

function form(file: Uint8Array | string, name: string): Buffer {
  return Buffer.concat([
    Buffer.from(
      `--${BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\n\r\n`,
    ),
    Buffer.from(file),
    Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
  ])
}

const send = (rest: RestApp, who: Caller, url: string, body: Buffer) =>
  rest.call(who, 'POST', url, {
    body,
    headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
  })

async function withDataset(t: TestContext): Promise<{ rest: RestApp; datasetId: string }> {
  const rest = await restApp(t)
  const made = await send(rest, rest.alice, '/api/datasets', form(CSV, 'people.csv'))
  assert.equal(made.status, 201, made.text)
  return { rest, datasetId: made.json['dataset_id'] as string }
}

/** Of the job's spec: what its worker is told. */
async function specOf({ database }: RestApp, jobId: string): Promise<TrainingSpec> {
  const [row] = await database.query<{ body: string }>(
    'select s.body from jobs j join specs s on s.digest = j.spec_digest where j.id = $1',
    [jobId],
  )
  return (JSON.parse(row?.body ?? '{}') as { training: TrainingSpec }).training
}

test('a training is a job; its model says how far it is', async (t) => {
  const { rest, datasetId } = await withDataset(t)
  const { alice, call, database } = rest
  const body = { dataset_id: datasetId, algorithm: 'argn', epochs: 3, seed: 9, max_rows: 50 }
  const headers = { 'idempotency-key': 'once' }
  const made = await call(alice, 'POST', '/api/models', { body, headers })
  assert.equal(made.status, 202, made.text)
  const { model_id, job_id, warnings } = made.json as { [name: string]: string }
  assert.equal(made.headers['location'], `/api/models/${model_id}`)
  assert.deepEqual(warnings, [])
  const again = await call(alice, 'POST', '/api/models', { body, headers })
  assert.deepEqual(again.json, made.json)
  const spec = await specOf(rest, job_id as string)
  assert.deepEqual(
    [spec.algorithm, spec.options, spec.seed, spec.max_rows, spec.dataset.fields.length],
    ['argn', { epochs: 3 }, 9, 50, 2],
  )
  const url = `/api/models/${model_id}`
  const pending = (await call(alice, 'GET', url)).json
  assert.deepEqual([pending['status'], pending['progress_percentage']], ['pending', 0])
  assert.deepEqual([pending['epoch'], pending['epochs']], [0, 3])
  await database.query(`update jobs set status = 'generating' where id = $1`, [job_id])
  const report = {
    ...{ algorithm: 'argn', epoch: 2, epochs: 3, step: 4, steps: 6, eta_seconds: 5 },
    candidates: [{ algorithm: 'gaussian_copula', score: 0.9 }],
  }
  const history = [{ algorithm: 'argn', epoch: 1, losses: { loss: 2 }, score: 1.5 }]
  await recordReport(database, job_id as string, { report, history })
  const running = (await call(alice, 'GET', url)).json
  assert.equal(running['status'], 'training')
  assert.equal(running['progress_percentage'], 66.6)
  assert.deepEqual([running['epoch'], running['epochs'], running['eta_seconds']], [2, 3, 5])
  assert.deepEqual(running['losses'], { loss: 2 })
  assert.deepEqual(running['candidates'], report.candidates)
  assert.deepEqual(running['scores'], { held_out: 1.5, best: 1.5 })
  const metrics = (await call(alice, 'GET', `${url}/metrics`)).json
  assert.deepEqual(metrics['epochs'], history)
  const kept = async (algorithm: string | null) => {
    await database.query('update models set file_algorithm = $2 where id = $1', [
      model_id,
      algorithm,
    ])
    const { losses, scores } = (await call(alice, 'GET', url)).json
    return [losses, scores]
  }
  assert.deepEqual(await kept('argn'), [{ loss: 2 }, { held_out: 1.5, best: 1.5 }])
  assert.deepEqual(await kept('tvae'), [{}, {}])
  await kept(null)
  const job = (await call(alice, 'GET', `/api/jobs/${job_id}`)).json
  assert.deepEqual([job['kind'], job['model_id'], job['eta_seconds']], ['train', model_id, 5])
  assert.equal((await call(alice, 'GET', `${url}/file`)).status, 409)
  assert.equal((await call(alice, 'GET', `/api/jobs/${job_id}/preview`)).status, 409)
  assert.equal((await call(alice, 'DELETE', `/api/jobs/${job_id}`)).status, 409)
  assert.equal((await call(alice, 'POST', `/api/jobs/${job_id}/pause`)).status, 202)
  assert.equal((await call(alice, 'GET', url)).json['status'], 'paused')
  const listed = (await call(alice, 'GET', '/api/models')).json
  assert.equal(listed['total'], 1)
  assert.equal((await call(alice, 'DELETE', url)).status, 204)
  assert.equal((await call(alice, 'GET', url)).status, 404)
  const [gone] = await database.query('select status, deleted_at from jobs where id = $1', [job_id])
  assert.equal((gone as { status: string }).status, 'cancelled')
})

test('a training says what it does not learn', async (t) => {
  const rest = await restApp(t)
  const { alice, call } = rest
  const words = 'Thank you for all the good fish and the fine weather of those days'.split(' ')
  const rows = Array.from({ length: 60 }, (_, i) => {
    const text = Array.from({ length: 6 }, (__, k) => words[(i * (k + 3)) % words.length]).join(' ')
    return `${900 + 7 * i},a${i}@mail.example,"${text}. ${i}",${i % 9},2024-01-0${1 + (i % 9)}T10:00:00.5Z`
  })
  const file = ['order_id,email,remark,size,at', ...rows].join('\n')
  const dataset = await send(rest, alice, '/api/datasets', form(file, 'orders.csv'))
  const body = { dataset_id: dataset.json['dataset_id'], algorithm: 'gaussian_copula' }
  const made = await call(alice, 'POST', '/api/models', { body })
  const warnings = made.json['warnings'] as string[]
  assert.deepEqual(
    warnings.map((text) => text.split(':', 1)[0]),
    ['email', 'order_id', 'remark', 'at'],
  )
})

test('every problem of a request is named; options of other algorithms are passed over', async (t) => {
  const { rest, datasetId } = await withDataset(t)
  const { alice, call } = rest
  const wrong = { algorithm: 'argn', epochs: 0, dropout: 2, max_rows: 'all', nonsense: 1 }
  const refused = await call(alice, 'POST', '/api/models', { body: wrong })
  assert.equal(refused.status, 400)
  const places = (refused.json['errors'] as { path: string }[]).map(({ path }) => path)
  assert.deepEqual(
    places.toSorted((a, b) => a.localeCompare(b)),
    ['/dataset_id', '/dropout', '/epochs', '/max_rows', '/nonsense'],
  )
  const unknown = await call(alice, 'POST', '/api/models', { body: { dataset: datasetId } })
  const hints = (unknown.json['errors'] as { path: string; hint: string }[])
    .filter(({ path }) => path === '/dataset')
    .map(({ hint }) => hint)
  assert.match(hints.join(), /dataset_id/)
  const body = { dataset_id: datasetId, algorithm: 'gaussian_copula', epochs: 5, batch_size: 100 }
  const made = await call(alice, 'POST', '/api/models', { body })
  assert.equal(made.status, 202, made.text)
  assert.equal((made.json['warnings'] as string[]).length, 2)
  for (const sent of ['[]', '1', 'null']) {
    const headers = { 'content-type': 'application/json' }
    assert.equal((await call(alice, 'POST', '/api/models', { body: sent, headers })).status, 400)
  }
  const missing = { dataset_id: 'dat_none' }
  assert.equal((await call(alice, 'POST', '/api/models', { body: missing })).status, 404)
})

test('models, and datasets to learn, are those of the caller’s projects', async (t) => {
  const { rest, datasetId } = await withDataset(t)
  const { alice, bob, call } = rest
  const body = { dataset_id: datasetId }
  assert.equal((await call(bob, 'POST', '/api/models', { body })).status, 404)
  const { json } = await call(alice, 'POST', '/api/models', { body })
  const url = `/api/models/${json['model_id'] as string}`
  for (const path of ['', '/metrics', '/events', '/file'])
    assert.equal((await call(bob, 'GET', url + path)).status, 404, path)
  assert.equal((await call(bob, 'DELETE', url)).status, 404)
  assert.equal((await call(bob, 'GET', '/api/models')).json['total'], 0)
  assert.equal((await call(null, 'GET', url)).status, 401)
})

test('a model file is brought in, fetched, and watched to its end', async (t) => {
  const { rest, datasetId } = await withDataset(t)
  const { alice, bob, call, database } = rest
  const body = { dataset_id: datasetId, algorithm: 'gaussian_copula', seed: 1 }
  const { json } = await call(alice, 'POST', '/api/models', { body })
  const spec = await specOf(rest, json['job_id'] as string)
  const file = await trainDataset(sourceOf(CSV), spec, {
    ...{ signal: new AbortController().signal, elapsedMs: 0 },
  })
  const made = await send(rest, bob, '/api/models/import', form(file, 'mine.safetensors'))
  assert.equal(made.status, 201, made.text)
  assert.deepEqual(
    [made.json['name'], made.json['status'], made.json['algorithm'], made.json['dataset_id']],
    ['mine', 'completed', 'gaussian_copula', null],
  )
  const bare = await call(bob, 'POST', `/api/models/import?project_id=${alice.projectId}`, {
    ...{ body: file, headers: { 'content-type': 'application/octet-stream' } },
  })
  assert.equal(bare.status, 404)
  const url = `/api/models/${made.json['model_id'] as string}`
  const { rawPayload, headers } = await rest.app.inject({
    ...{ method: 'GET', url: `${url}/file`, headers: { 'x-api-key': bob.key } },
  })
  assert.deepEqual(Buffer.compare(rawPayload, file), 0)
  assert.match(String(headers['content-disposition']), /mine\.safetensors/)
  const events = (await call(bob, 'GET', `${url}/events`)).text
  assert.match(events, /^event: progress\n.*event: done\ndata: \{"status":"completed"\}/s)
  assert.equal((await call(alice, 'GET', url)).status, 404)
  for (const bytes of ['', 'no model', file.subarray(0, file.length - 1)])
    assert.equal((await send(rest, bob, '/api/models/import', form(bytes, 'x'))).status, 400)
  await database.query(`insert into job_models (job_id, model_id) values ($1, $2)`, [
    json['job_id'],
    made.json['model_id'],
  ])
  assert.equal((await call(bob, 'DELETE', url)).status, 409)
  await database.query('delete from job_models')
  assert.equal((await call(bob, 'DELETE', url)).status, 204)
})

const sourceOf = (text: string) => {
  const blob = new Blob([text])
  return {
    byteLength: blob.size,
    slice: (start: number, end?: number) => blob.slice(start, end).arrayBuffer(),
  }
}
