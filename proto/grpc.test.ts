import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { FleetService } from './gen/syndata/v1/fleet_pb.ts'
import { createRpcClient, createRpcServer, type Handlers } from './grpc.ts'
import { RpcError } from './grpc-status.ts'

type Fleet = Handlers<typeof FleetService>

const refuse = () => Promise.reject(new Error('not under test'))

async function connected(t: TestContext, handlers: Partial<Fleet>) {
  const errors: unknown[] = []
  const server = createRpcServer(
    { service: FleetService, handlers: { enroll: refuse, connect: refuse, ...handlers } },
    { tls: null, onError: (error) => errors.push(error) },
  )
  const port = await server.listen('127.0.0.1', 0)
  const client = createRpcClient(FleetService, { address: `127.0.0.1:${port}`, tls: null })
  t.after(() => {
    client.close()
    return server.close()
  })
  return { calls: client.calls, server, client, errors, port }
}

const beat = (busySlots: number) => ({
  message: { case: 'heartbeat' as const, value: { busySlots } },
})

test('a unary call and its reply make the round trip', async (t) => {
  const { calls } = await connected(t, {
    enroll: (request) =>
      Promise.resolve({ workerId: `w-${request.name}`, region: request.machine?.os ?? '' }),
  })
  const reply = await calls.enroll({ name: 'a', machine: { os: 'linux', memoryBytes: 1n << 40n } })
  assert.equal(reply.workerId, 'w-a')
  assert.equal(reply.region, 'linux')
})

test('an error keeps its code and message; one without a code tells nothing', async (t) => {
  const thrown = [
    Object.assign(new Error('token is used'), { code: 'enrollment_refused' }),
    new Error('password of the database'),
  ]
  const { calls, errors } = await connected(t, {
    enroll: () => Promise.reject(thrown[errors.length] as Error),
  })
  await assert.rejects(
    calls.enroll({}),
    (error: RpcError) => error.code === 'enrollment_refused' && error.message === 'token is used',
  )
  await assert.rejects(
    calls.enroll({}),
    (error: RpcError) => error.code === 'internal' && !error.message.includes('password'),
  )
  assert.deepEqual(errors, thrown)
})

test('a stream carries messages both ways in order and ends in order', async (t) => {
  const { calls } = await connected(t, {
    connect: async (stream) => {
      for await (const { message } of stream.requests) {
        assert.equal(message.case, 'heartbeat')
        const id = BigInt(message.value.busySlots)
        stream.send({ message: { case: 'ack', value: { resultIds: [id] } } })
      }
      stream.send({ message: { case: 'drain', value: { draining: true } } })
      assert.equal(stream.signal.aborted, false)
    },
  })
  const stream = calls.connect()
  for (let i = 0; i < 500; i++) stream.send(beat(i))
  stream.end()
  const seen: unknown[] = []
  for await (const { message } of stream.responses) {
    seen.push(message.case === 'ack' ? Number(message.value.resultIds[0]) : message.case)
  }
  assert.deepEqual(seen, [...Array(500).keys(), 'drain'])
})

test('a sender learns that its reader is slow, and drains when it reads on', async (t) => {
  const body = new Uint8Array(256 * 1024)
  const { calls } = await connected(t, {
    connect: async (stream) => {
      let sent = 0
      while (stream.send({ message: { case: 'spec', value: { body } } })) {
        sent += 1
        assert.ok(sent < 1000, 'send never said that the buffer is full')
      }
      await stream.drained()
    },
  })
  let received = 0
  for await (const { message } of calls.connect().responses) {
    if (message.case === 'spec') received += message.value.body.length
  }
  assert.ok(received >= 16 * body.length)
})

test('cancelling ends the requests on the server and aborts its signal', async (t) => {
  const ended = Promise.withResolvers<void>()
  const { calls } = await connected(t, {
    connect: async (stream) => {
      stream.send({ message: { case: 'drain', value: {} } })
      for await (const _ of stream.requests);
      if (!stream.signal.aborted) await once(stream.signal, 'abort')
      ended.resolve()
      await stream.drained()
      stream.send({ message: { case: 'drain', value: {} } })
    },
  })
  const stream = calls.connect()
  await assert.rejects(
    async () => {
      for await (const _ of stream.responses) stream.cancel()
    },
    (error: RpcError) => error.code === 'cancelled',
  )
  await ended.promise
  assert.equal(stream.send(beat(1)), true)
})

test('a handler that fails ends the stream with its code', async (t) => {
  const { calls } = await connected(t, {
    connect: () => Promise.reject(new RpcError('worker_revoked', 'revoked')),
  })
  await assert.rejects(
    async () => {
      for await (const _ of calls.connect().responses);
    },
    (error: RpcError) => error.code === 'worker_revoked',
  )
})

test('an aborted signal cancels a call, and one aborted before never reaches the server', async (t) => {
  const { calls } = await connected(t, { enroll: () => new Promise(() => undefined) })
  const controller = new AbortController()
  const pending = calls.enroll({}, { signal: controller.signal })
  controller.abort()
  await assert.rejects(pending, (error: RpcError) => error.code === 'cancelled')
  await assert.rejects(
    calls.enroll({}, { signal: AbortSignal.abort() }),
    (error: RpcError) => error.code === 'cancelled',
  )
})

test('no server, a lost server and a passed deadline are all unavailable', async (t) => {
  const { calls, server, port } = await connected(t, {
    enroll: () => new Promise(() => undefined),
    connect: async (stream) => {
      stream.send({ message: { case: 'drain', value: {} } })
      for await (const _ of stream.requests);
    },
  })
  const unavailable = (error: RpcError) => error.code === 'unavailable'
  await assert.rejects(calls.enroll({}, { timeoutMs: 30 }), unavailable)
  await assert.rejects(async () => {
    for await (const _ of calls.connect().responses) await server.close()
  })
  const late = createRpcClient(FleetService, { address: `127.0.0.1:${port}`, tls: null })
  t.after(() => late.close())
  await assert.rejects(late.calls.enroll({}), unavailable)
})

test('a message above 16 MiB is refused', async (t) => {
  const { calls } = await connected(t, { enroll: () => Promise.resolve({}) })
  await assert.rejects(
    calls.enroll({ signature: new Uint8Array(17 * 1024 * 1024) }),
    (error: RpcError) => error.code === 'payload_too_large',
  )
})
