// Workers at CreateOS that go, beside a coordinator that knows what each of them holds.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { ServiceSpec } from '../../deployment.ts'
import { converge } from '../../execute.ts'
import { fleet, LARGE, options, setUp, worker } from '../../test/createos-setting.ts'
import { startFleet } from '../../test/fleet-double.ts'

const REGION = 'us-west'
const large = worker({ resources: LARGE })
const of = (count: number, spec: ServiceSpec) =>
  fleet([spec], count === 0 ? [] : [{ region: REGION, count }])

async function place(t: TestContext, env: NodeJS.ProcessEnv = {}) {
  const setting = await setUp(t)
  const { createos, stateFolder } = setting
  const { state } = createos.world
  const coordinator = await startFleet(t, stateFolder)
  state.fleetFile = coordinator.file
  const target = setting.open({
    ...{ SYNDATA_URL: coordinator.url, SYNDATA_API_KEY: 'syn_key', NODEOPS_DRAIN_SECONDS: '2' },
    ...env,
  })
  const said: string[] = []
  const deploy = (count: number, spec: ServiceSpec) =>
    converge(target, of(count, spec), { ...options, say: (line) => said.push(line) })
  const machines = () =>
    state.vms.filter(({ states }) => !states[0]?.startsWith('terminat')).map(({ name }) => name)
  return { coordinator, state, deploy, machines, said }
}

test('of machines the idlest go, drained, and their numbers are given anew', async (t) => {
  const { coordinator, state, deploy, machines } = await place(t)
  await deploy(3, large)
  const [first = '', second = '', third = ''] = machines()
  const at = { region: REGION }
  coordinator.add(
    { ...at, name: first, busyLooks: 2 },
    { ...at, name: second, busyLooks: 40 },
    { ...at, name: third, busyLooks: 3 },
  )
  await deploy(1, large)
  assert.deepEqual(machines(), [second])
  assert.deepEqual(coordinator.told, [`drain ${first}`, `drain ${third}`])
  await deploy(2, large)
  assert.deepEqual(machines(), [second, first])
  assert.deepEqual(state.endedTooEarly, [])
})

test('a machine with work to the last stays, and its worker goes on', async (t) => {
  const { coordinator, state, deploy, machines } = await place(t, { NODEOPS_DRAIN_SECONDS: '0.5' })
  await deploy(2, large)
  const names = machines()
  const busyLooks = Number.POSITIVE_INFINITY
  coordinator.add(...names.map((name) => ({ name: name ?? '', region: REGION, busyLooks })))
  await assert.rejects(deploy(1, large), /small-worker-us-west-2.* still had work after/)
  assert.deepEqual(machines(), names)
  assert.deepEqual(state.endedTooEarly, [])
  assert.ok(coordinator.workers.every((one) => one.state === 'active'))
})

test('a machine of another size, or told another thing, is drained meanwhile and goes on then', async (t) => {
  const { coordinator, state, deploy, machines } = await place(t)
  await deploy(1, large)
  const [name = ''] = machines()
  coordinator.add({ name, region: REGION, busyLooks: 2 })
  const told = { ...large, settings: { SYNDATA_THREADS: '2' } }
  await deploy(1, told)
  await deploy(1, { ...told, resources: { ...LARGE, cpuMillis: 4_000 } })
  assert.deepEqual(
    coordinator.told.filter((line) => line.startsWith('resume')),
    [`resume ${name}`, `resume ${name}`],
  )
  assert.deepEqual(state.endedTooEarly, [])
})

test('of apps all of a region have nothing while one goes; then the others go on', async (t) => {
  const { coordinator, state, deploy } = await place(t)
  await deploy(3, worker())
  const [environment] = state.projects[0]?.environments ?? []
  const name = environment?.settings.runEnvs['SYNDATA_WORKER_NAME'] ?? ''
  const here = { name, region: REGION }
  coordinator.add({ ...here, busyLooks: 3 }, here, { ...here, busyLooks: 1 })
  coordinator.add({ name: 'of somebody else', region: REGION, busyLooks: 9 })
  await deploy(2, worker())
  assert.equal(environment?.resources.replicas, 2)
  assert.deepEqual(state.endedTooEarly, [])
  assert.ok(coordinator.workers.every((one) => one.state === 'active'))
  const [busy] = coordinator.workers
  assert.ok(busy)
  busy.busyLooks = Number.POSITIVE_INFINITY
  await assert.rejects(deploy(1, worker()), /still had work/)
  assert.equal(environment?.resources.replicas, 2)
  assert.deepEqual(state.endedTooEarly, [])
})

test('without a coordinator to ask they end by the signal, and it is said', async (t) => {
  const { coordinator, deploy, machines, said } = await place(t, { SYNDATA_URL: '' })
  await deploy(2, large)
  await deploy(1, large)
  assert.equal(machines().length, 1)
  assert.match(said.join('\n'), /SYNDATA_URL, SYNDATA_API_KEY.* SIGTERM alone/)
  assert.deepEqual(coordinator.told, [])
})
