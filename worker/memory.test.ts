// A worker process short of memory: chunks are made in pieces, and their bytes stay the same.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ALL,
  assertStored,
  assign,
  PEOPLE,
  results,
  sendSpec,
  setUp,
} from '#test/support/worker-at-work.ts'
import { peopleSpec } from '#test/support/worker-process.ts'

test('a chunk that does not fit in memory is made in pieces, its bytes unchanged', async (t) => {
  const { fleet, sink } = await setUp(t)
  const connection = await fleet.welcomed()
  sendSpec(connection)
  // A chunk has about 55 kB.
  assign(connection, sink.url, { memory: 9_000n })
  const done = await results(connection, ALL.length)
  assert.deepEqual(
    new Map(done.map(({ chunk, cid }) => [chunk, cid])),
    new Map(ALL.map((chunk) => [chunk, PEOPLE.partsOf(chunk).link.cid])),
  )
  assertStored(sink, PEOPLE, ALL)
})

test('parts above a leaf are made in pieces too, and go by presigned URLs block by block', async (t) => {
  const { fleet, sink } = await setUp(t)
  const large = peopleSpec({ rows: 60_000, chunkRows: 30_000 })
  const connection = await fleet.welcomed()
  sendSpec(connection, large)
  assign(connection, '', { spec: large, chunks: [0], memory: 500_000n })
  const request = await connection.next('uploadRequest')
  const { leaves, node } = large.partsOf(0)
  const wanted = [
    ...leaves.map(({ cid, length }) => [cid, length]),
    [node!.cid, node!.bytes.length],
  ]
  assert.deepEqual(
    request.blocks.map(({ cid, bytes }) => [cid, Number(bytes)]),
    wanted,
  )
  // Held back until the stream has changed: the request is made again on the next one.
  await fleet.restart()
  const next = await fleet.welcomed()
  const { requestId, blocks } = await next.next('uploadRequest')
  sink.answer = () => ({ status: 201 })
  const puts = blocks.map(({ cid }) => ({
    url: `${sink.url}/bucket/${cid}`,
    headers: { 'x-signature': cid },
  }))
  next.send({ case: 'uploadUrls', value: { requestId, puts } })
  await next.next('chunkDone')
  assert.ok(sink.received.every(({ cid, signature }) => cid === signature))
  const stored = leaves.map(({ cid }) => sink.parts.get(cid)!)
  assert.ok(Buffer.concat(stored).equals(large.bytesOf(0)))
  assert.deepEqual(sink.parts.get(node!.cid), Buffer.from(node!.bytes))
})

test('memory that is too small for one row fails the chunk as out_of_memory', async (t) => {
  const { fleet, sink } = await setUp(t)
  const connection = await fleet.welcomed()
  sendSpec(connection)
  assign(connection, sink.url, { chunks: [1], memory: 100n })
  const failed = await connection.next('chunkFailed')
  assert.deepEqual([failed.chunk, failed.code], [1, 'out_of_memory'])
  assert.equal((await connection.next('leaseEnded')).leaseId, 'l1')
})
