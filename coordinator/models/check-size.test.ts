// What is too large to be learned is refused when it is asked for, with what to do.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { restApp } from '#test/support/rest-app.ts'
import { uploadTable } from '#test/support/upload.ts'

/** Numbers, all different within a column. */
function numbers(columns: number, rows: number): string {
  const line = (row: number) =>
    Array.from({ length: columns }, (_, at) => row * 7 + at + 0.5).join(',')
  const names = Array.from({ length: columns }, (_, at) => `n${at}`).join(',')
  return [names, ...Array.from({ length: rows }, (_, row) => line(row))].join('\n')
}

type Found = { path: string; message: string; hint: string }

test('columns that no network of the algorithm holds are refused, others learn them', async (t) => {
  const rest = await restApp(t)
  const dataset_id = await uploadTable(rest, rest.alice, numbers(1_600, 20))
  const train = (body: object) =>
    rest.call(rest.alice, 'POST', '/api/models', { body: { dataset_id, ...body } })
  for (const algorithm of ['ctgan', 'tvae']) {
    const refused = await train({ algorithm })
    assert.deepEqual([refused.status, refused.json['code']], [400, 'invalid_request'])
    const [problem] = refused.json['errors'] as Found[]
    assert.equal(problem?.path, '/algorithm')
    assert.match(problem.message, /needs 3200 inputs .* 3000 fit/)
    assert.match(problem.hint, /gaussian_copula/)
  }
  const searched = await train({ algorithm: 'auto', algorithms: ['ctgan'] })
  assert.equal(searched.status, 202)
  assert.match(String(searched.json['warnings']), /pass over one: ctgan needs 3200 inputs/)
  assert.equal((await train({ algorithm: 'gaussian_copula' })).status, 202)
  const { length } = await rest.database.query('select 1 from models')
  assert.equal(length, 2)
})

test('what is probably too large is said, and tried', async (t) => {
  const rest = await restApp(t)
  const dataset_id = await uploadTable(rest, rest.alice, numbers(700, 20))
  const body = { dataset_id, algorithm: 'ctgan' }
  const { status, json } = await rest.call(rest.alice, 'POST', '/api/models', { body })
  assert.equal(status, 202)
  assert.match(String(json['warnings']), /^Probably ctgan needs 4200 inputs/)
})

test('more rows than a worker has memory for are refused with how many fit', async (t) => {
  const rest = await restApp(t)
  const { alice, call, database } = rest
  const dataset_id = await uploadTable(rest, alice, numbers(10, 5_000))
  const train = (body: object) =>
    call(alice, 'POST', '/api/models', { body: { dataset_id, algorithm: 'argn', ...body } })
  assert.equal((await train({})).status, 202)
  await database.query(
    `insert into workers (id, name, public_key, region, trust, machine, engine_version, slots, coordinator_id)
     values ('small', 'small', 'key', 'us-east', 'trusted', '{"memory_bytes": 1000000}', '1', 2, 'c'),
       ('large', 'large', 'other', 'us-east', 'community', '{"memory_bytes": 9000000}', '1', 2, 'c')`,
  )
  const refused = await train({})
  assert.equal(refused.status, 400)
  const [problem] = refused.json['errors'] as Found[]
  assert.deepEqual(
    [problem?.path, problem?.hint],
    ['/max_rows', 'Use at most 1875: as many rows are sampled.'],
  )
  assert.equal((await train({ max_rows: 1_875 })).status, 202)
  const body = { allow_community_compute: true }
  await call(alice, 'PATCH', `/api/projects/${alice.projectId}`, { body })
  assert.equal((await train({})).status, 202)
})
