import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordFailure } from '#coordinator/ledger/failures.ts'
import { insertJob } from '#test/support/job-rows.ts'
import { testDatabase } from '#test/support/postgres.ts'
import {
  forgetCheckpoint,
  isGpuFree,
  keepModelFile,
  latestCheckpoint,
  recordCheckpoint,
  recordDevice,
  recordTrainer,
} from './training-records.ts'

const checkpoint = (number: number) => ({
  ...{ cid: `cid${number}`, bytes: 1, dagBytes: 1, sha256: 'ab', number, elapsedMs: 5 },
})

test('the furthest checkpoint counts, and what was lost before it does not', async (t) => {
  const { database } = await testDatabase(t)
  const jobId = await insertJob(database)
  await database.query(
    `insert into models (id, project_id, owner_id, name, job_id, algorithm) values ('m', 'p', 'u', 'm', $1, 'argn')`,
    [jobId],
  )
  const lost = { jobId, tableNo: 0, chunk: 0, kind: 'lost', workerId: 'w' } as const
  const lose = () => recordFailure(database, { ...lost, code: 'worker_lost', message: 'gone' })
  assert.equal(await latestCheckpoint(database, jobId), null)
  assert.equal(await lose(), 'again')
  assert.equal(await recordCheckpoint(database, jobId, checkpoint(2)), true)
  assert.equal(await lose(), 'again')
  assert.equal(await recordCheckpoint(database, jobId, checkpoint(1)), false)
  assert.equal(await lose(), 'alone')
  assert.deepEqual(await latestCheckpoint(database, jobId), checkpoint(2))
  await forgetCheckpoint(database, jobId, 1)
  assert.equal((await latestCheckpoint(database, jobId))?.number, 2)
  await forgetCheckpoint(database, jobId, 2)
  assert.equal(await latestCheckpoint(database, jobId), null)
})

test('what a training computes on is what its worker says, and a refused GPU is in the log once', async (t) => {
  const { database } = await testDatabase(t)
  const jobId = await insertJob(database)
  await database.query(
    `insert into models (id, project_id, owner_id, name, job_id, algorithm) values ('m', 'p', 'u', 'm', $1, 'argn')`,
    [jobId],
  )
  await database.query(
    `insert into workers (id, name, public_key, region, trust, machine, engine_version, slots)
     values ('w', 'w', 'key', 'us-east', 'trusted', '{"gpus": [{"name": "T4"}]}', '1.0.0', 2)`,
  )
  const seen = async () => {
    const [row] = await database.query<{ gpu: string | null; provider: string | null }>(
      `select trained_on->>'gpu' as gpu, trained_on->>'provider' as provider from models`,
    )
    return [row?.gpu, row?.provider]
  }
  const device = { workerId: 'w', gpu: null, refusal: 'no CUDA libraries' }
  await recordTrainer(database, jobId, 'w')
  assert.deepEqual(await seen(), [null, null])
  await recordDevice(database, jobId, { ...device, workerId: 'another' })
  assert.deepEqual(await seen(), [null, null])
  await recordDevice(database, jobId, device)
  await recordDevice(database, jobId, device)
  assert.deepEqual(await seen(), [null, 'cpu'])
  const log = await database.query<{ message: string }>(
    `select message from job_events where level = 'warn'`,
  )
  assert.equal(log.length, 1)
  assert.match(log[0]?.message ?? '', /worker w cannot be used: no CUDA libraries$/)
  await recordTrainer(database, jobId, 'w')
  await recordDevice(database, jobId, { workerId: 'w', gpu: 'T4', refusal: null })
  assert.deepEqual(await seen(), ['T4', 'cuda'])
  await recordDevice(database, jobId, { ...device, refusal: 'out of memory' })
  assert.deepEqual(await seen(), [null, 'cpu'])
})

test('the file of a completed training is the model’s, and its checkpoint goes', async (t) => {
  const { database } = await testDatabase(t)
  const jobId = await insertJob(database)
  await database.query(
    `insert into models (id, project_id, owner_id, name, job_id, algorithm, progress)
     values ('m', 'p', 'u', 'm', $1, 'auto', '{"algorithm": "argn"}')`,
    [jobId],
  )
  await recordCheckpoint(database, jobId, checkpoint(1))
  await database.query(
    `insert into outputs (job_id, table_no, table_name, format, rows, bytes, cid, sha256)
     values ($1, 0, 'model', 'model', 1, 7, 'bafy', 'cd')`,
    [jobId],
  )
  await keepModelFile(database, jobId)
  const [model] = await database.query(
    'select file_cid, file_bytes, file_sha256, file_algorithm, checkpoint from models',
  )
  assert.deepEqual(model, {
    ...{ file_cid: 'bafy', file_bytes: 7, file_sha256: 'cd', file_algorithm: 'argn' },
    checkpoint: null,
  })
})

test('a GPU is free on a worker that is connected, trusted where need be, and not full', async (t) => {
  const { database } = await testDatabase(t)
  const jobId = await insertJob(database)
  const change = (sql: string) => database.query(`update ${sql}`)
  assert.equal(await isGpuFree(database, jobId), false)
  await database.query(
    `insert into workers (id, name, public_key, region, trust, machine, engine_version, slots, coordinator_id)
     values ('w', 'w', 'key', 'us-east', 'community', '{"gpus": [{"name": "a GPU"}]}', '1.0.0', 2, 'c')`,
  )
  assert.equal(await isGpuFree(database, jobId), true)
  await change('jobs set trusted_only = true')
  assert.equal(await isGpuFree(database, jobId), false)
  await change(`workers set trust = 'trusted'`)
  assert.equal(await isGpuFree(database, jobId), true)
  for (const hindrance of [
    `load = '{"busy_slots": 2}'`,
    `load = '{}', state = 'draining'`,
    `state = 'active', coordinator_id = null`,
    `coordinator_id = 'c', machine = '{"gpus": []}'`,
  ]) {
    await change(`workers set ${hindrance}`)
    assert.equal(await isGpuFree(database, jobId), false, hindrance)
  }
})
