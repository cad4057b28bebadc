import assert from 'node:assert/strict'
import { test } from 'node:test'
import { create } from '@bufbuild/protobuf'
import type { ResolvedConfig } from '#engine/config/types.ts'
import { MachineSchema } from '#proto/gen/syndata/v1/fleet_pb.ts'
import { insertJob } from '#test/support/job-rows.ts'
import { type TestDatabase, testDatabase } from '#test/support/postgres.ts'
import { commitBatch } from './commit.ts'
import {
  classBegun,
  isOfOtherClass,
  pinClass,
  runtimeClassesOf,
  runtimeClassOf,
} from './runtime-classes.ts'

const config = { tables: [{ learned: { model: 'm' } }] } as unknown as ResolvedConfig

async function addWorkers({ database }: TestDatabase): Promise<void> {
  const isas = { w1: 'avx2', w2: 'avx2', w3: 'avx512f' }
  for (const [id, isa] of Object.entries(isas)) {
    const machine = { arch: 'x64', runtimes: { onnxruntime: '1.22.0', isa } }
    await database.query(
      `insert into workers (id, name, region, trust, public_key, machine, engine_version)
       values ($1, $1, 'us-east', 'trusted', $2, $3, '1')`,
      [id, Buffer.from(id), machine],
    )
  }
}

test('a worker of another class may have other bytes, one of the same class may not', async (t) => {
  const here = await testDatabase(t)
  const { database } = here
  const jobId = await insertJob(database)
  await addWorkers(here)
  const chunk = { jobId, tableNo: 0, chunkNo: 0 }
  const sizes = { bytes: 100, dagBytes: 120, rows: 10, durationMs: 5, drawnRows: 0, metRows: 0 }
  const spec = { jobId, config, strictClass: false }
  const by = { workerId: 'w1', region: 'us-east', leaseId: 'l1' }
  assert.equal(await classBegun(database, spec), null)
  await commitBatch(database, [{ ...chunk, ...sizes, ...by, cid: 'c' }])
  assert.equal(await isOfOtherClass(database, { ...chunk, workerId: 'w2' }), false)
  assert.equal(await isOfOtherClass(database, { ...chunk, workerId: 'w3' }), true)
  const runtimeClass = 'onnxruntime 1.22.0 x64 avx2'
  assert.deepEqual(await runtimeClassesOf(database, jobId), [runtimeClass])
  assert.equal(await classBegun(database, spec), runtimeClass)
  const plain = { ...config, tables: [] }
  assert.equal(await classBegun(database, { ...spec, config: plain }), null)
  const runtimes = { onnxruntime: '1.22.0', isa: 'avx2', node: '24' }
  assert.equal(runtimeClassOf(create(MachineSchema, { arch: 'x64', runtimes })), runtimeClass)
  assert.equal(runtimeClassOf(create(MachineSchema, { arch: 'arm64' })), 'onnxruntime arm64')
})

test('a strict job keeps to the class that it began in, its model’s other jobs to that of the first', async (t) => {
  const here = await testDatabase(t)
  const { database } = here
  await addWorkers(here)
  const jobs = ['job_1', 'job_2']
  for (const jobId of jobs) await insertJob(database, { jobId })
  const classOf = (jobId: string) => classBegun(database, { jobId, config, strictClass: true })
  assert.equal(await classOf('job_1'), null)
  await database.query(
    `insert into models (id, project_id, owner_id, name, algorithm, trained_on)
     values ('mdl_1', 'p', 'u', 'm', 'argn', '{"worker": "w3"}')`,
  )
  for (const jobId of jobs)
    await database.query('insert into job_models (job_id, model_id) values ($1, $2)', [
      ...[jobId, 'mdl_1'],
    ])
  assert.equal(await classOf('job_1'), 'onnxruntime 1.22.0 x64 avx512f')
  const [first, second] = await Promise.all([
    pinClass(database, 'job_1', 'a'),
    pinClass(database, 'job_1', 'b'),
  ])
  assert.equal(first, second)
  assert.equal(await classOf('job_1'), first)
  assert.equal(await classOf('job_2'), first)
  assert.equal(await pinClass(database, 'job_2', 'c'), 'c')
  assert.equal(await classOf('job_2'), 'c')
})
