// A worker process that trains for a scripted coordinator: what it says, and that a pause ends the lease with a checkpoint.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { inferFields } from '#engine/ingest/infer-fields.ts'
import { readRecords } from '#engine/ingest/read-records.ts'
import type { TrainingSpec } from '#engine/models/train-dataset.ts'
import { inputServer } from '#test/support/input-server.ts'
import { setUp } from '#test/support/worker-at-work.ts'

const CSV = Buffer.from(
  ['plan,age', ...Array.from({ length: 3_000 }, (_, i) => `p${i % 3},${20 + (i % 9)}`)].join('\n'),
)

/** Environment of a worker that is told of a GPU, which the runtime does not see. */
async function withHiddenGpu(t: TestContext): Promise<Record<string, string>> {
  const dir = await mkdtemp(join(tmpdir(), 'syndata-gpu-'))
  t.after(() => rm(dir, { recursive: true, force: true }))
  const script = '#!/bin/sh\necho "NVIDIA T4, 15360, 550.1"\n'
  await writeFile(join(dir, 'nvidia-smi'), script, { mode: 0o755 })
  return { PATH: `${dir}:${process.env['PATH'] ?? ''}`, CUDA_VISIBLE_DEVICES: '' }
}

test('progress and checkpoints are told, again on a new stream, and a pause ends the lease', async (t) => {
  const store = await inputServer(t)
  const { fleet, sink } = await setUp(t, {
    SYNDATA_CHECKPOINT_SECONDS: '0',
    ...(await withHiddenGpu(t)),
  })
  const blob = new Blob([CSV])
  const source = {
    byteLength: blob.size,
    slice: (start: number, end?: number) => blob.slice(start, end).arrayBuffer(),
  }
  const { form, columns } = await inferFields(await readRecords(source))
  const training: TrainingSpec = {
    ...{ algorithm: 'argn', seed: 1, max_rows: 10_000, time_budget_seconds: null },
    options: { epochs: 2_000, learning_rate: 0.000_001, capacity: 2 },
    dataset: { name: 'people', form, keep: 'nothing', fields: columns.map(({ field }) => field) },
  }
  const body = Buffer.from(JSON.stringify({ training }))
  const digest = createHash('sha256').update(body).digest('hex')
  const connection = await fleet.welcomed()
  connection.send({ case: 'spec', value: { digest, body } })
  const input = store.add(CSV)
  connection.send({
    case: 'assign',
    value: {
      ...{ leaseId: 'l1', jobId: 'j1', specDigest: digest, table: 0, chunks: [0] },
      upload: { baseUrl: sink.url, token: 'secret' },
      inputs: [{ ...input, bytes: BigInt(input.bytes) }],
      download: { baseUrl: store.url, token: 'readable' },
      training: { checkpointSha256: '', checkpointNumber: 0, elapsedMs: 0n },
    },
  })
  const device = await connection.next('trainingDevice')
  assert.equal(device.gpu, '')
  assert.notEqual(device.refusal, '')
  const progress = await connection.next('trainingProgress')
  assert.deepEqual([progress.leaseId, progress.algorithm], ['l1', 'argn'])
  const first = await connection.next('trainingCheckpoint')
  assert.equal(first.number, 1)
  assert.ok(sink.parts.has(first.cid))
  connection.cut()
  const again = await fleet.welcomed()
  assert.deepEqual(
    again.hello.running.map(({ leaseId }) => leaseId),
    ['l1'],
  )
  assert.ok((await again.next('trainingCheckpoint')).number >= 1)
  await again.next('trainingProgress')
  assert.equal((await again.next('trainingDevice')).refusal, device.refusal)
  again.send({ case: 'cancelLease', value: { leaseId: 'l1', reason: 'paused', checkpoint: true } })
  assert.equal((await again.next('leaseEnded')).leaseId, 'l1')
  assert.equal(again.count('chunkDone') + again.count('chunkFailed'), 0)
})
