// A worker process at work: real gRPC, HTTP and signals against a scripted coordinator and a recording part store.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import { welcome } from '#test/support/scripted-fleet.ts'
import { STOP_OF_WORKERS_MS } from '#test/support/stop-times.ts'
import {
  ALL,
  assertStored,
  assign,
  PEOPLE,
  results,
  sendSpec,
  setUp,
} from '#test/support/worker-at-work.ts'
import { startWorker } from '#test/support/worker-process.ts'

test('a new machine enrols, proves who it is, makes its chunks and says what it made', async (t) => {
  const { fleet, sink, worker } = await setUp(t, { SYNDATA_WORKER_NAME: 'node-7' })
  const connection = await fleet.connection()
  assert.equal(fleet.enrollments[0]?.name, 'node-7')
  assert.equal(connection.signatureValid, true)
  assert.equal(connection.hello.slots, 1)
  assert.deepEqual(connection.hello.running, [])
  assert.ok((connection.hello.machine?.memoryBytes ?? 0n) > 0n)
  assert.equal(connection.hello.machine?.runtimes['node'], process.versions.node)
  connection.send({ case: 'welcome', value: welcome() })
  assign(connection, sink.url)
  sendSpec(connection)
  const done = await results(connection, ALL.length)
  for (const { chunk, cid, bytes, dagBytes, rows, leaseId, jobId } of done) {
    const { link } = PEOPLE.partsOf(chunk)
    assert.deepEqual(
      { cid, bytes, dagBytes },
      {
        cid: link.cid,
        bytes: BigInt(link.bytes),
        dagBytes: BigInt(link.dagBytes),
      },
    )
    assert.deepEqual([rows, leaseId, jobId], [1_000, 'l1', 'j1'])
  }
  assert.deepEqual(
    done.map(({ chunk }) => chunk).sort((a, b) => a - b),
    ALL,
  )
  assertStored(sink, PEOPLE, ALL)
  const ended = await connection.next('leaseEnded')
  assert.equal(ended.leaseId, 'l1')
  assert.ok(done.every(({ resultId }) => resultId < ended.resultId))
  const beat = await connection.next('heartbeat')
  assert.ok(beat.memoryBytes > 0n && beat.cpu >= 0 && beat.cpu <= 1)
  assert.equal((await stat(join(worker.dir, 'identity.json'))).mode & 0o777, 0o600)
})

test('results are sent again on every new stream until they are acknowledged', async (t) => {
  const { fleet, sink } = await setUp(t)
  const first = await fleet.welcomed()
  sendSpec(first)
  assign(first, sink.url, { chunks: [0, 1, 2] })
  const done = await Promise.all([0, 1, 2].map(() => first.next('chunkDone')))
  const ended = await first.next('leaseEnded')
  const [acknowledged, ...others] = done
  first.send({ case: 'ack', value: { resultIds: [acknowledged!.resultId] } })
  first.cut()
  const second = await fleet.welcomed()
  assert.deepEqual(second.hello.running, [])
  const again = await Promise.all([second.next('chunkDone'), second.next('chunkDone')])
  assert.deepEqual(
    again.map(({ resultId }) => resultId),
    others.map(({ resultId }) => resultId),
  )
  assert.equal((await second.next('leaseEnded')).resultId, ended.resultId)
  second.send({
    case: 'ack',
    value: { resultIds: [ended.resultId, ...others.map(({ resultId }) => resultId)] },
  })
  await fleet.restart()
  const third = await fleet.welcomed()
  await third.next('heartbeat')
  assert.equal(third.count('chunkDone') + third.count('leaseEnded'), 0)
})

test('a lease goes on without a stream, and is offered again at the next hello', async (t) => {
  const { fleet, sink } = await setUp(t)
  const gate = Promise.withResolvers<null>()
  sink.answer = () => gate.promise
  const first = await fleet.welcomed()
  sendSpec(first)
  assign(first, sink.url)
  await fleet.restart()
  const second = await fleet.connection()
  assert.deepEqual(
    second.hello.running.map(({ leaseId, chunksDone }) => [leaseId, chunksDone]),
    [['l1', 0]],
  )
  gate.resolve(null)
  second.send({ case: 'welcome', value: welcome() })
  await results(second, ALL.length)
  assertStored(sink, PEOPLE, ALL)
})

test('leases that a welcome or a coordinator cancels end at once and free their slot', async (t) => {
  const { fleet, sink } = await setUp(t)
  sink.answer = () => new Promise(() => undefined)
  const first = await fleet.welcomed()
  sendSpec(first)
  assign(first, sink.url)
  await fleet.restart()
  const second = await fleet.connection()
  second.send({ case: 'welcome', value: welcome(['l1']) })
  assert.equal((await second.next('leaseEnded')).leaseId, 'l1')
  assign(second, sink.url, { leaseId: 'l2' })
  second.send({ case: 'cancelLease', value: { leaseId: 'l2', reason: 'the job is cancelled' } })
  assert.equal((await second.next('leaseEnded')).leaseId, 'l2')
  sink.answer = () => null
  assign(second, sink.url, { leaseId: 'l3', chunks: [4] })
  assert.equal((await second.next('chunkDone')).leaseId, 'l3')
})

test('a part store that is away or fails is waited for, and no chunk fails of it', async (t) => {
  const { fleet, sink } = await setUp(t)
  const away = createServer()
  away.listen(0, '127.0.0.1')
  await once(away, 'listening')
  const { port } = away.address() as { port: number }
  away.close()
  await once(away, 'close')
  const connection = await fleet.welcomed()
  sendSpec(connection)
  let failures = 0
  sink.answer = () => (failures++ < 3 ? { status: 503, code: 'unavailable' } : null)
  assign(connection, sink.url, { leaseId: 'l1', chunks: [0, 1] })
  await results(connection, 2)
  await connection.next('leaseEnded')
  assign(connection, `http://127.0.0.1:${port}`, { leaseId: 'l2', chunks: [2] })
  await connection.next('heartbeat')
  away.on('request', (request, response) => {
    request.resume().on('end', () => response.writeHead(201).end('{}'))
  })
  away.listen(port, '127.0.0.1')
  t.after(() => {
    away.closeAllConnections()
    away.close()
  })
  assert.equal((await connection.next('chunkDone')).chunk, 2)
  assert.equal(connection.count('chunkFailed'), 0)
})

test('a refused upload token ends the lease without a chunk failing', async (t) => {
  const { fleet, sink } = await setUp(t)
  sink.answer = () => ({ status: 403, code: 'upload_refused' })
  const connection = await fleet.welcomed()
  sendSpec(connection)
  assign(connection, sink.url)
  assert.equal((await connection.next('leaseEnded')).leaseId, 'l1')
  assert.equal(connection.count('chunkFailed') + connection.count('chunkDone'), 0)
})

test('a chunk that the store will not take fails with its code; the others go on', async (t) => {
  const { fleet, sink } = await setUp(t)
  const { link } = PEOPLE.partsOf(3)
  sink.answer = ({ cid }) => (cid === link.cid ? { status: 413, code: 'payload_too_large' } : null)
  const connection = await fleet.welcomed()
  sendSpec(connection)
  assign(connection, sink.url)
  const failed = await connection.next('chunkFailed')
  assert.deepEqual([failed.chunk, failed.code], [3, 'payload_too_large'])
  await results(connection, ALL.length - 1)
})

test('SIGTERM finishes the chunks that are begun, says goodbye and ends with 0', async (t) => {
  const { fleet, sink, worker } = await setUp(t)
  const gate = Promise.withResolvers<null>()
  const uploading = Promise.withResolvers<void>()
  sink.answer = () => {
    uploading.resolve()
    return gate.promise
  }
  const connection = await fleet.welcomed()
  sendSpec(connection)
  assign(connection, sink.url)
  await uploading.promise
  assert.equal((await connection.next('heartbeat')).leaving, false)
  worker.child.kill('SIGTERM')
  while (!(await connection.next('heartbeat')).leaving);
  gate.resolve(null)
  const first = await connection.next('chunkDone')
  const acknowledge = (resultId: bigint) =>
    connection.send({ case: 'ack', value: { resultIds: [resultId] } })
  acknowledge(first.resultId)
  const said = connection.next('goodbye').then(() => 'goodbye' as const)
  for (;;) {
    const next = await Promise.race([said, connection.next('chunkDone')])
    if (next === 'goodbye') break
    acknowledge(next.resultId)
  }
  await connection.ended
  assert.equal(await worker.exit, 0)
  assert.ok(sink.parts.size < ALL.length)
  assert.equal(connection.count('leaseEnded'), 0)
})

test('a chunk that takes longer than a worker may to stop is left to others: it says so and ends with 0', async (t) => {
  const { fleet, sink, worker } = await setUp(t, { SYNDATA_DRAIN_SECONDS: '1' })
  const uploading = Promise.withResolvers<void>()
  const never = Promise.withResolvers<null>()
  t.after(() => never.resolve(null))
  sink.answer = () => {
    uploading.resolve()
    return never.promise
  }
  const connection = await fleet.welcomed()
  sendSpec(connection)
  assign(connection, sink.url)
  await uploading.promise
  const toldAt = performance.now()
  worker.child.kill('SIGTERM')
  await connection.next('goodbye')
  assert.equal(await worker.exit, 0)
  const tookMs = performance.now() - toldAt
  assert.ok(tookMs >= 1_000 && tookMs < 1_000 + STOP_OF_WORKERS_MS, `${tookMs} ms`)
  assert.equal(connection.count('chunkDone') + connection.count('chunkFailed'), 0)
})

test('an idle worker leaves at once, drained or not', async (t) => {
  const { fleet, worker } = await setUp(t)
  const connection = await fleet.welcomed()
  connection.send({ case: 'drain', value: { draining: true } })
  await connection.next('heartbeat')
  worker.child.kill('SIGINT')
  await connection.next('goodbye')
  assert.equal(await worker.exit, 0)
})

test('a worker that finds no coordinator leaves at once too, enrolled or not', async (t) => {
  const { fleet, worker } = await setUp(t)
  await fleet.welcomed()
  await fleet.close()
  const newcomer = await startWorker(t, { SYNDATA_TOKEN: fleet.token() })
  for (const { child, exit, log } of [worker, newcomer]) {
    while (!/not connected|no coordinator/.test(log())) await once(child.stdout!, 'data')
    child.kill('SIGTERM')
    assert.equal(await exit, 0)
  }
})
