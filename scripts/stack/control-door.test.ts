import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import type { NewWorkers, Service } from '#proto/control-api.ts'
import { ControlError, createControl } from '#proto/control-client.ts'
import { type Controlled, controlSocketOf, openControlDoor } from './control-door.ts'
import { StackError } from './stack-error.ts'

const SERVICE: Service = {
  name: 'worker-1',
  kind: 'worker',
  region: 'us-west',
  pid: 7,
  state: 'running',
  restarts: 2,
  since: '2026-01-02T03:04:05.000Z',
}
const bound = { signal: AbortSignal.timeout(60_000) }

async function fixture(t: TestContext, changes: Partial<Controlled> = {}) {
  const dir = mkdtempSync(path.join(tmpdir(), 'door-'))
  const calls: unknown[] = []
  const door = await openControlDoor(dir, {
    services: () => [SERVICE],
    addWorkers: async (workers) => {
      calls.push(workers)
      return ['worker-us-east-1']
    },
    removeWorker: async (id, options) => {
      calls.push([id, options])
      return { id, drained: true }
    },
    restart: async (name) => void calls.push(name),
    stop: () => void calls.push('stop'),
    ...changes,
  })
  t.after(async () => {
    await door.close()
    rmSync(dir, { recursive: true, force: true })
  })
  const socket = controlSocketOf(dir)
  return { dir, door, calls, socket, control: createControl({ socket }) }
}

test('the client and the door agree on every call', async (t) => {
  const { control, calls, socket } = await fixture(t)
  assert.equal(statSync(socket).mode & 0o777, 0o600)
  assert.deepEqual(await control.services(bound), [SERVICE])
  const wanted: NewWorkers = { region: 'us-east', count: 1, threads: 2 }
  assert.deepEqual(await control.addWorkers(wanted, bound), ['worker-us-east-1'])
  const removal = await control.removeWorker('worker-1', { drainTimeoutMs: 5, ...bound })
  assert.deepEqual(removal, { id: 'worker-1', drained: true })
  await control.restart('coordinator-1', bound)
  await control.stop(bound)
  assert.deepEqual(calls, [wanted, ['worker-1', { drainTimeoutMs: 5 }], 'coordinator-1', 'stop'])
})

test('what cannot be done is said with what to do; what is malformed never reaches the stack', async (t) => {
  const busy = new StackError('the stack is stopping', 'Start it again.')
  const unknown = new StackError('no process is called x', 'Use one.', { notFound: true })
  const { control, calls } = await fixture(t, {
    restart: () => Promise.reject(unknown),
    removeWorker: () => Promise.reject(busy),
  })
  const fails = (work: Promise<unknown>, status: number, message: RegExp) =>
    assert.rejects(work, (error: ControlError) => {
      assert.ok(error instanceof ControlError)
      assert.equal(error.status, status)
      assert.match(error.message, message)
      assert.ok(error.whatToDo.endsWith('.'))
      return true
    })
  await fails(control.restart('x', bound), 404, /no process is called x/)
  await fails(control.removeWorker('a', { drainTimeoutMs: 0, ...bound }), 409, /is stopping/)
  await fails(control.removeWorker('a', { drainTimeoutMs: -1, ...bound }), 400, /drainTimeoutMs/)
  await fails(control.addWorkers({ region: 'moon', count: 1 }, bound), 400, /region/)
  await fails(control.addWorkers({ region: 'us-west', count: 65 }, bound), 400, /count/)
  const more = { region: 'us-west', count: 1, colour: 'red' } as NewWorkers
  await fails(control.addWorkers(more, bound), 400, /additional/)
  assert.deepEqual(calls, [])
})

test('a socket that a killed supervisor left is taken over; without a door nobody answers', async (t) => {
  const dir = mkdtempSync(path.join(tmpdir(), 'door-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  const socket = controlSocketOf(dir)
  writeFileSync(socket, '')
  chmodSync(socket, 0o644)
  const door = await openControlDoor(dir, {} as Controlled)
  assert.equal(statSync(socket).mode & 0o777, 0o600)
  await door.close()
  await assert.rejects(createControl({ socket }).services(bound), (error: ControlError) => {
    assert.equal(error.status, 0)
    return /nobody answers at .*control\.sock/.test(error.message)
  })
})

test('closing ends calls that wait, and a caller who stops waiting gets its own reason', async (t) => {
  const asked = Promise.withResolvers<void>()
  const never = new Promise<never>(() => undefined)
  const { control, door } = await fixture(t, {
    restart: () => {
      asked.resolve()
      return never
    },
  })
  const abort = new AbortController()
  const given = control.restart('a', { signal: abort.signal })
  await asked.promise
  abort.abort(new Error('enough'))
  await assert.rejects(given, /enough/)
  const waiting = assert.rejects(control.restart('b', bound), ControlError)
  await asked.promise
  await control.services(bound)
  await door.close()
  await waiting
})

test('a data folder whose path is too long for a socket is refused by name', () => {
  assert.throws(() => controlSocketOf(`/${'a'.repeat(120)}`), /too long for the path of a socket/)
})

test('a body that does not end and a header of another kind are refused', async (t) => {
  const { socket } = await fixture(t)
  const status = await new Promise<number>((resolve, reject) => {
    const call = request({ socketPath: socket, method: 'POST', path: '/v1/workers', agent: false })
    call.on('error', reject)
    call.on('response', (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    call.setHeader('Content-Type', 'application/json')
    call.end(JSON.stringify({ region: 'us-west', count: 1, pad: 'x'.repeat(64 * 1024) }))
  })
  assert.equal(status, 413)
})
