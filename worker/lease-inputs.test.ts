// A worker process whose leases need private files.

import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { inputServer } from '#test/support/input-server.ts'
import type { Connection } from '#test/support/scripted-fleet.ts'
import { PEOPLE, results, sendSpec, setUp } from '#test/support/worker-at-work.ts'

type Input = { cid: string; bytes: number; sha256: string }

function assign(
  connection: Connection,
  {
    leaseId,
    sinkUrl,
    store,
    inputs,
  }: Record<'leaseId' | 'sinkUrl' | 'store', string> & {
    inputs: Input[]
  },
): void {
  connection.send({
    case: 'assign',
    value: {
      ...{ leaseId, jobId: 'j1', specDigest: PEOPLE.digest, table: 0, chunks: [0, 1] },
      upload: { baseUrl: sinkUrl, token: 'secret' },
      inputs: inputs.map((input) => ({ ...input, bytes: BigInt(input.bytes) })),
      download: { baseUrl: store, token: 'readable' },
    },
  })
}

test('a lease begins once its files are there, and ends when it may not have them', async (t) => {
  const store = await inputServer(t)
  const wanted = store.add(Buffer.from('a model of nothing'))
  const { fleet, sink, worker } = await setUp(t)
  const connection = await fleet.welcomed()
  sendSpec(connection)
  const lease = { sinkUrl: sink.url, store: store.url, inputs: [wanted] }
  store.trouble = () => ({ status: 403, code: 'forbidden' })
  assign(connection, { ...lease, leaseId: 'refused' })
  assert.equal((await connection.next('leaseEnded')).leaseId, 'refused')
  store.trouble = () => ({ status: 500, code: 'part_missing' })
  assign(connection, { ...lease, leaseId: 'lost' })
  const failed = [await connection.next('chunkFailed'), await connection.next('chunkFailed')]
  assert.deepEqual(
    failed.map(({ leaseId, chunk, code }) => [leaseId, chunk, code]),
    [0, 1].map((chunk) => ['lost', chunk, 'part_missing']),
  )
  assert.equal((await connection.next('leaseEnded')).leaseId, 'lost')
  await store.stop()
  store.trouble = () => null
  assign(connection, { ...lease, leaseId: 'waiting' })
  await connection.next('heartbeat')
  assert.equal(connection.count('chunkDone'), 0)
  await store.listen()
  await results(connection, 2)
  assert.equal((await connection.next('leaseEnded')).leaseId, 'waiting')
  assert.deepEqual(await readdir(join(worker.dir, 'inputs')), [wanted.sha256])
  assert.equal(store.asked.at(-1)?.token, 'readable')
})
