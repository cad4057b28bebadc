import assert from 'node:assert/strict'
import { test } from 'node:test'
import { create } from '@bufbuild/protobuf'
import type { ResolvedConfig } from '#engine/config/types.ts'
import { MachineSchema } from '#proto/gen/syndata/v1/fleet_pb.ts'
import { insertJob } from '#test/support/job-rows.ts'
import { testDatabase } from '#test/support/postgres.ts'
import { commitBatch } from './commit.ts'
import { classBegun, isOfOtherClass, runtimeClassesOf, runtimeClassOf } from './runtime-classes.ts'

test('a worker of another class may have other bytes, one of the same class may not', async (t) => {
  const { database } = await testDatabase(t)
  const jobId = await insertJob(database)
  const isas = { w1: 'avx2', w2: 'avx2', w3: 'avx512f' }
  for (const [id, isa] of Object.entries(isas)) {
    const machine = { arch: 'x64', runtimes: { onnxruntime: '1.22.0', isa } }
    await database.query(
      `insert into workers (id, name, region, trust, public_key, machine, engine_version)
       values ($1, $1, 'us-east', 'trusted', $2, $3, '1')`,
      [id, Buffer.from(id), machine],
    )
  }
  const chunk = { jobId, tableNo: 0, chunkNo: 0 }
  const sizes = { bytes: 100, dagBytes: 120, rows: 10, durationMs: 5 }
  const config = { tables: [{ learned: { model: 'm' } }] } as unknown as ResolvedConfig
  const by = { workerId: 'w1', region: 'us-east', leaseId: 'l1' }
  assert.equal(await classBegun(database, { jobId, config }), null)
  await commitBatch(database, [{ ...chunk, ...sizes, ...by, cid: 'c' }])
  assert.equal(await isOfOtherClass(database, { ...chunk, workerId: 'w2' }), false)
  assert.equal(await isOfOtherClass(database, { ...chunk, workerId: 'w3' }), true)
  const runtimeClass = 'onnxruntime 1.22.0 x64 avx2'
  assert.deepEqual(await runtimeClassesOf(database, jobId), [runtimeClass])
  assert.equal(await classBegun(database, { jobId, config }), runtimeClass)
  const plain = { ...config, tables: [] }
  assert.equal(await classBegun(database, { jobId, config: plain }), null)
  const runtimes = { onnxruntime: '1.22.0', isa: 'avx2', node: '24' }
  assert.equal(runtimeClassOf(create(MachineSchema, { arch: 'x64', runtimes })), runtimeClass)
  assert.equal(runtimeClassOf(create(MachineSchema, { arch: 'arm64' })), 'onnxruntime arm64')
})
