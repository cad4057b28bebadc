import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { converge } from '../execute.ts'
import {
  coordinator,
  fleet,
  LARGE,
  leftoversOf,
  options,
  setUp,
  signal,
  TOKEN,
  TWO,
  worker,
} from '../test/createos-setting.ts'
import { serviceSpec, smallDeployment } from '../test/deployments.ts'
import { targetContract } from './contract.ts'

test('apps keep the contract, in bad weather too', async (t) => {
  const setting = await setUp(t)
  const { createos, open } = setting
  createos.isStormy = true
  createos.faults.push(
    { match: /^POST \/v1\/projects$/, kind: 'lost' },
    { match: /^POST .*\/deployments$/, kind: 'lost' },
    { match: /^POST .*\/environments$/, kind: 'lost' },
    { match: /^GET .*\/environments$/, kind: 'cut' },
  )
  const first = fleet([coordinator(), worker()], TWO)
  const settings = { SYNDATA_THREADS: '2' }
  await targetContract(t, {
    target: open(),
    first,
    second: fleet([coordinator(), worker({ settings })], [{ region: 'us-west', count: 3 }]),
    leftovers: async () => leftoversOf(setting),
    timeoutMs: 20_000,
  })
  assert.deepEqual(createos.faults, [])
  assert.equal(createos.requests.filter((line) => /^POST \/v1\/projects 201/.test(line)).length, 1)
})

test('virtual machines keep the contract, in bad weather too', async (t) => {
  const setting = await setUp(t)
  const { createos, ssh, open } = setting
  createos.isStormy = true
  createos.faults.push({ match: /^POST .*\/product-deployments$/, kind: 'lost' })
  ssh.refuse(3)
  const large = worker({ resources: LARGE })
  await targetContract(t, {
    target: open(),
    first: fleet([coordinator(), large], TWO),
    second: fleet(
      [coordinator(), { ...large, settings: { SYNDATA_THREADS: '2' } }],
      [{ region: 'us-west', count: 3 }],
    ),
    leftovers: async () => leftoversOf(setting),
    timeoutMs: 20_000,
  })
  assert.equal(createos.world.state.vms.length, 4)
  assert.equal(ssh.machines().length, 4)
  for (const { args } of ssh.calls()) assert.ok(!args.includes(TOKEN))
})

test('a machine is told of its coordinator, token and region, and its container is hardened', async (t) => {
  const { createos, ssh, open } = await setUp(t)
  const volumes = [{ name: 'data', mountPath: '/data', sizeBytes: 60 * 2 ** 30 }]
  const target = open()
  const deployment = fleet(
    [worker({ resources: LARGE, volumes })],
    [{ region: 'eu-central', count: 1 }],
  )
  await converge(target, deployment, options)
  const [vm] = createos.world.state.vms
  assert.equal(vm?.inputs.ZONE, 'fra1')
  assert.deepEqual(vm?.inputs.SSH_KEYS, ['ssh-ed25519 AAAA me'])
  assert.deepEqual(vm?.inputs.FIREWALL_RULES, [{ port: 22, proto: 'tcp', from: '0.0.0.0/0' }])
  assert.equal(vm?.resourceInputs.storageInMB, 81_920)
  const variables =
    ssh
      .read(vm?.id ?? '', 'worker.env')
      ?.trim()
      .split('\n') ?? []
  assert.deepEqual(variables.sort(), [
    'SYNDATA_COORDINATOR=fleet.example:7443',
    'SYNDATA_DRAIN_SECONDS=50',
    'SYNDATA_REGION=eu-central',
    `SYNDATA_TOKEN=${TOKEN}`,
    `SYNDATA_WORKER_NAME=${vm?.name}`,
  ])
  const log = ssh.read(vm?.id ?? '', 'docker.log') ?? ''
  assert.match(log, /run .*--read-only .*--cap-drop ALL .*-v syndata-data:\/data me\/worker:1/)
  assert.ok(!log.includes(TOKEN))

  const larger = { ...LARGE, cpuMillis: 4_000 }
  const next = fleet([worker({ resources: larger, volumes })], deployment.regions)
  await converge(target, next, options)
  assert.equal(createos.world.state.vms[0]?.resourceInputs.cpuInMillicores, 4_000)
  assert.equal(createos.world.state.vms.length, 1)
})

test('workers that outgrow an app move to machines, and back', async (t) => {
  const { createos, open } = await setUp(t)
  const { state } = createos.world
  const target = open()
  await converge(target, fleet([worker()], TWO), options)
  assert.deepEqual([state.projects.length, state.vms.length], [1, 0])
  await converge(target, fleet([worker({ resources: LARGE })], TWO), options)
  assert.deepEqual([state.projects.length, state.vms.length], [0, 2])
  await converge(target, fleet([worker()], TWO), options)
  assert.equal(state.projects[0]?.environments.length, 2)
  assert.ok(state.vms.every(({ states }) => states[0] !== 'deployed'))
})

test('what does not run there is said, with where it does', async (t) => {
  const { open } = await setUp(t)
  const gpu = { ...LARGE, gpus: 1 }
  const whole = smallDeployment({
    scaling: { min: 1, max: 3 },
    regions: [{ region: 'us-west', count: 4 }],
    services: [
      ...smallDeployment().services.filter(
        ({ role }) => role !== 'worker' && role !== 'coordinator',
      ),
      serviceSpec('scheduler'),
      serviceSpec('coordinator', { image: 'me/c:1', replicas: 4, resources: LARGE }),
      worker({ resources: gpu, env: { SYNDATA_TOKEN: { fromSecret: { name: 'a', key: 'b' } } } }),
    ],
  })
  const target = open({ CREATEOS_SSH_KEY: '/nowhere/key' })
  const said = (await target.check(whole, { signal })).map(
    ({ severity, service, message }) => `${severity} ${service}: ${message}`,
  )
  for (const expected of [
    /^error postgres: .*no volume.*local, compose and kubernetes.*DATABASE_URL/,
    /^error temporal: .*TEMPORAL_ADDRESS/,
    /^error parts: .*SYNDATA_PARTS_URL/,
    /^error scheduler: .*cannot be given a command/,
    /^error coordinator: .*at most 500m and 1024 MB/,
    /^error coordinator: .*1 to 3 replicas, not 4/,
    /^error coordinator: .*write DATABASE_URL, TEMPORAL_ADDRESS/,
    /^error worker: .*no GPUs.*kubernetes, akash/,
    /^error worker: .*no store of secrets/,
    /^error worker: .*SYNDATA_COORDINATOR/,
    /^error worker: .*ssh-keygen/,
    /^error worker: autoscaling: a virtual machine .* over ssh.*local and kubernetes are sized by load/,
  ])
    assert.ok(
      said.some((line) => expected.test(line)),
      `${expected} in\n${said.join('\n')}`,
    )
  const small = fleet([worker()], [{ region: 'us-west', count: 4 }])
  const [error] = (await target.check(small, { signal })).filter(
    ({ severity }) => severity === 'error',
  )
  assert.match(error?.message ?? '', /1 to 3 replicas, not 4 \(us-west\)/)
})

test('a scheduler elsewhere is told all that it needs to size apps, but the key', async (t) => {
  const setting = await setUp(t)
  const { createos, open, stateFolder } = setting
  const settings = {
    SYNDATA_SCALING_MIN: '2',
    SYNDATA_SCALING_MAX: '9',
    SYNDATA_SCALING_REGIONS: 'us-west=2,eu-central=0',
    SYNDATA_SCALING_STEP: '2',
  }
  const deployment = { ...fleet([worker()], TWO), scaling: { min: 2, max: 9, settings } }
  const target = open()
  const [, many] = await target
    .check(deployment, { signal })
    .then((found) =>
      found.flatMap(({ message }) => (/sized|there can be/.test(message) ? [message] : [])),
    )
  assert.match(many ?? '', /there can be 6 workers/)
  await converge(target, deployment, options)
  const file = path.join(stateFolder, 'small.createos.scaling.env')
  const lines = readFileSync(file, 'utf8').trim().split('\n').slice(1)
  const [project] = createos.world.state.projects
  assert.deepEqual(lines.toSorted(), [
    `SYNDATA_SCALING_CREATEOS_URL=${createos.url}`,
    'SYNDATA_SCALING_MAX=9',
    'SYNDATA_SCALING_MIN=2',
    `SYNDATA_SCALING_PROVIDER=createos:${project?.id}`,
    'SYNDATA_SCALING_REGIONS=us-west=2,eu-central=1',
    'SYNDATA_SCALING_SECRET=env:SYNDATA_SECRET_CREATEOS',
    'SYNDATA_SCALING_STEP=2',
  ])
  const names = project?.environments.map(({ uniqueName }) => uniqueName)
  assert.deepEqual(names, ['us-west', 'eu-central'], 'by these names they are found')
  assert.ok(!readFileSync(file, 'utf8').includes(createos.key))
  await target.delete({ signal, keepData: false, say: () => undefined })
  assert.deepEqual(leftoversOf(setting), [])
})
