import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { createCoordinatorCalls } from './coordinator-calls.ts'
import { createFleet, type Fleet } from './fleet.ts'
import { readFleetFile } from './fleet-file.ts'
import type { StackPlan } from './stack-plan.ts'
import { createSupervisor, type Supervisor } from './supervisor.ts'
import { waitUntil } from './wait-until.ts'

const WORKER = path.join(import.meta.dirname, 'fixtures', 'worker.ts')

/** A coordinator whose workers are as busy as the test says. */
async function fakeCoordinator(t: TestContext, present: string) {
  const state = { busy: new Set<string>(), calls: [] as string[], down: false }
  const listed = (name: string) => ({
    name,
    connected: true,
    busy_slots: state.busy.has(name) ? 1 : 0,
    connected_at: statSync(path.join(present, name)).mtime.toISOString(),
    last_seen: new Date().toISOString(),
  })
  const server = createServer((request, reply) => {
    const { method, url = '' } = request
    const [, id = '', action] = /^\/api\/workers\/id-([^/]+)\/?(\w*)$/.exec(url) ?? []
    if (action) state.calls.push(`${action} ${id}`)
    const workers = readdirSync(present).map(listed)
    const worker = workers.find(({ name }) => name === id)
    if (state.down && action === 'revoke') reply.statusCode = 503
    else if (id !== '' && method === 'GET' && !worker) reply.statusCode = 404
    const token = { token: 'fixture' }
    const body = url === '/api/workers' ? { workers } : (worker ?? token)
    reply.end(JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  return { state, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

async function fixture(t: TestContext) {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'fleet-'))
  const present = path.join(dataDir, 'present')
  mkdirSync(present)
  t.after(() => rmSync(dataDir, { recursive: true, force: true }))
  const { state, url } = await fakeCoordinator(t, present)
  const begin = async (): Promise<{ fleet: Fleet; supervisor: Supervisor }> => {
    const supervisor = createSupervisor({
      logDir: path.join(dataDir, 'logs'),
      say: () => undefined,
    })
    t.after(() => supervisor.stop())
    const plan = {
      dataDir,
      fleetAddresses: '127.0.0.1:1',
      workers: [{ name: 'worker-1', region: 'us-west', threads: 1 }],
    } as StackPlan
    const fleet = createFleet({
      plan,
      supervisor,
      say: () => undefined,
      calls: createCoordinatorCalls([url], 'key'),
      processes: {
        tools: { node: process.execPath },
        entries: { worker: WORKER },
        env: { worker: { FIXTURE_WORKERS: present } },
      },
    })
    await fleet.finishRemovals()
    await fleet.start(async (spec) => void (await supervisor.start(spec)))
    return { fleet, supervisor }
  }
  return { dataDir, state, begin }
}

const namesOf = (supervisor: Supervisor) => supervisor.children().map(({ spec }) => spec.name)
const healthy = (supervisor: Supervisor, name: string) => supervisor.get(name).waitHealthy(20_000)

test('added workers get names of their own and are there again after a restart of the supervisor', async (t) => {
  const { begin } = await fixture(t)
  const first = await begin()
  assert.deepEqual(first.fleet.add({ region: 'eu-central', count: 2, threads: 3 }), [
    'worker-eu-central-1',
    'worker-eu-central-2',
  ])
  await healthy(first.supervisor, 'worker-eu-central-2')
  await first.fleet.remove('worker-eu-central-1', { drainTimeoutMs: 0 })
  first.fleet.close()
  await first.supervisor.stop()

  const second = await begin()
  assert.deepEqual(namesOf(second.supervisor), ['worker-1', 'worker-eu-central-2'])
  assert.deepEqual(second.fleet.add({ region: 'us-east', count: 1 }), ['worker-us-east-3'])
  assert.throws(() => first.fleet.add({ region: 'us-east', count: 1 }), /is stopping/)
})

test('a worker is drained until it is idle, then stopped and revoked, and nothing of it is left', async (t) => {
  const { begin, state, dataDir } = await fixture(t)
  const { fleet, supervisor } = await begin()
  state.busy.add('worker-1')
  const pid = supervisor.get('worker-1').pid()
  const going = fleet.remove('worker-1', { drainTimeoutMs: 60_000 })
  assert.ok(fleet.isLeaving('worker-1'))
  const again = fleet.remove('worker-1', { drainTimeoutMs: 60_000 })
  assert.ok(await waitUntil(() => state.calls.length > 0, { timeoutMs: 20_000 }))
  assert.equal(supervisor.get('worker-1').pid(), pid)
  state.busy.clear()
  assert.deepEqual(await going, { id: 'worker-1', drained: true })
  assert.deepEqual(await again, { id: 'worker-1', drained: true })
  assert.deepEqual(state.calls, ['drain worker-1', 'revoke worker-1'])
  assert.deepEqual(namesOf(supervisor), [])
  assert.ok(!existsSync(path.join(dataDir, 'workers', 'worker-1')))
  assert.deepEqual(readFleetFile(dataDir).leaving, [])
  assert.throws(() => fleet.remove('worker-1', { drainTimeoutMs: 0 }), /no process is called/)
})

test('at its limit a busy worker goes all the same', async (t) => {
  const { begin, state } = await fixture(t)
  const { fleet } = await begin()
  state.busy.add('worker-1')
  const removal = await fleet.remove('worker-1', { drainTimeoutMs: 50 })
  assert.deepEqual(removal, { id: 'worker-1', drained: false })
})

test('a removal that a stop cuts short is finished by the next start', async (t) => {
  const { begin, state, dataDir } = await fixture(t)
  const { fleet, supervisor } = await begin()
  state.busy.add('worker-1')
  const going = fleet.remove('worker-1', { drainTimeoutMs: 60_000 })
  const refused = assert.rejects(going, /is stopping/)
  assert.ok(await waitUntil(() => state.calls.length > 0, { timeoutMs: 20_000 }))
  fleet.close()
  await refused
  await supervisor.stop()
  assert.deepEqual(readFleetFile(dataDir).leaving, ['worker-1'])
  // It is one of the start's own: revoked first, then enrolled anew.
  const second = await begin()
  assert.deepEqual(state.calls, ['drain worker-1', 'revoke worker-1'])
  assert.deepEqual(namesOf(second.supervisor), ['worker-1'])
  assert.deepEqual(readFleetFile(dataDir).leaving, [])
})
