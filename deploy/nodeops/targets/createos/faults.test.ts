import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { applySteps, converge } from '../../execute.ts'
import { planSteps } from '../../plan.ts'
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
} from '../../test/createos-setting.ts'

test('an image that cannot be had fails with its log, and the next deploy goes on', async (t) => {
  const { createos, open } = await setUp(t)
  createos.world.state.broken.add('me/worker:2')
  const target = open()
  const bad = fleet([worker({ image: 'me/worker:2' })], TWO)
  await assert.rejects(converge(target, bad, options), /build_error[\s\S]*manifest unknown/)
  createos.world.state.broken.clear()
  await converge(target, bad, options)
  assert.equal(createos.world.state.projects[0]?.deployments.length, 2)
})

test('a machine that never gets an address is said, and not ordered twice', async (t) => {
  const { createos, open } = await setUp(t)
  createos.world.state.isAddressless = true
  const target = open()
  const deployment = fleet([worker({ resources: LARGE })], [{ region: 'us-west', count: 1 }])
  await assert.rejects(
    converge(target, deployment, options),
    /the address of machine small-worker-us-west-1.* not there/,
  )
  createos.world.state.isAddressless = false
  await converge(target, deployment, options)
  assert.equal(createos.world.state.vms.length, 1)
})

test('an environment that nothing was promoted to is placed again', async (t) => {
  const { createos, open } = await setUp(t)
  createos.faults.push({ match: /assign-deployment$/, kind: 'fail' })
  const deployment = fleet([worker()], TWO)
  await assert.rejects(converge(open(), deployment, options), /it did not work/)
  const steps = await converge(open(), deployment, options)
  assert.deepEqual(
    steps.map(({ kind }) => kind),
    ['place', 'place', 'settle'],
  )
  const { environments = [] } = createos.world.state.projects[0] ?? {}
  assert.ok(environments.every(({ projectDeploymentId }) => projectDeploymentId !== null))
})

test('a deletion that was cut short is waited for, and all of it comes back', async (t) => {
  const { createos, open } = await setUp(t)
  const deployment = fleet([coordinator(), worker()], TWO)
  await converge(open(), deployment, options)
  const [before] = createos.world.state.projects
  for (const project of createos.world.state.projects)
    Object.assign(project, { status: 'deleting', looks: 12 })
  await converge(open(), deployment, options)
  const { projects } = createos.world.state
  assert.deepEqual(
    projects.map(({ status }) => status),
    ['active', 'active'],
  )
  assert.notEqual(projects[0]?.id, before?.id)
})

test('a shell whose script fails, and a host with another key, are errors at once', async (t) => {
  const { open, stateFolder } = await setUp(t)
  const deployment = fleet(
    [worker({ resources: LARGE, image: 'me/missing:1' })],
    [{ region: 'us-west', count: 1 }],
  )
  const target = open()
  await assert.rejects(converge(target, deployment, options), /ended with 1: manifest unknown/)
  // The first contact was kept: from now on a key that is not known is refused when it is asked for.
  const known = path.join(stateFolder, 'small.createos.known_hosts')
  assert.equal(readFileSync(known, 'utf8').trim().split('\n').length, 1)
  writeFileSync(known, '')
  const observed = await target.observe({ signal })
  assert.equal(observed.services[0]?.state, 'no answer over ssh')
})

test('a machine that does not answer has a line that says so, and the others have theirs', async (t) => {
  const { open, ssh } = await setUp(t)
  const target = open()
  await converge(target, fleet([worker({ resources: LARGE })], TWO), options)
  ssh.refuse(1)
  const said: string[] = []
  const logs = target.logs({ signal, service: 'worker', lines: 2, follow: false })
  for await (const { line } of logs) said.push(line)
  assert.equal(said.length, 3)
  assert.equal(said.filter((line) => /no more lines: ssh .* ended with 255/.test(line)).length, 1)
  const one = target.logs({ signal, service: 'small-worker', lines: 2, follow: false })
  await assert.rejects(async () => {
    for await (const { line } of one) assert.fail(line)
  }, /nothing is called small-worker/)
})

test('a failure with HTTP 200 is a failure, a wrong key is said before anything is made', async (t) => {
  const { createos, open } = await setUp(t)
  createos.faults.push({ match: /^POST .*\/environments$/, kind: 'fail' })
  const deployment = fleet([worker()], TWO)
  await assert.rejects(converge(open(), deployment, options), /it did not work/)
  const wrong = open({ CREATEOS_API_KEY: 'wrong' })
  await assert.rejects(wrong.observe({ signal }), /401[\s\S]*wrong key/)
  const none = open({ CREATEOS_API_KEY: '' })
  await assert.rejects(none.observe({ signal }), /needs a key/)
  const [error] = await none.check(deployment, { signal })
  assert.match(error?.message ?? '', /CREATEOS_API_KEY/)
})

test('a key in a file is one too', async (t) => {
  const { createos, open, stateFolder } = await setUp(t)
  writeFileSync(path.join(stateFolder, 'key'), `${createos.key}\n`)
  const target = open({ CREATEOS_API_KEY: '', CREATEOS_API_KEY_FILE: 'key' })
  assert.equal((await target.observe({ signal })).exists, false)
})

test('Retry-After is waited for, an answer that is slow is asked for again', async (t) => {
  const { createos, open } = await setUp(t)
  createos.faults.push(
    { match: /^GET \/v1\/projects$/, kind: 429, retryAfter: '1' },
    { match: /^GET \/v1\/projects$/, kind: 'slow' },
  )
  const startedAt = performance.now()
  await open().observe({ signal })
  assert.ok(performance.now() - startedAt >= 1_900)
})

test('what is not remembered any more is told again, and projects of others are left alone', async (t) => {
  const setting = await setUp(t)
  const { createos, open, stateFolder } = setting
  const deployment = fleet([coordinator(), worker()], TWO)
  await converge(open(), deployment, options)
  const text = JSON.stringify(
    readdirSync(stateFolder).map((file) => readFileSync(path.join(stateFolder, file), 'utf8')),
  )
  assert.ok(!text.includes(TOKEN))
  for (const file of readdirSync(stateFolder)) rmSync(path.join(stateFolder, file))
  const target = open()
  const steps = planSteps(deployment, await target.observe({ signal }))
  assert.deepEqual(
    steps.map(({ kind }) => kind),
    ['update', 'update', 'settle'],
  )
  const before = createos.requests.length
  await applySteps(target, deployment, { ...options, steps })
  const changed = createos.requests.slice(before).filter((line) => !line.startsWith('GET '))
  assert.deepEqual(changed, [])

  const [mine] = createos.world.state.projects
  assert.ok(mine)
  createos.world.state.projects.push({
    ...mine,
    id: crypto.randomUUID(),
    uniqueName: 'other',
    description: 'mine',
  })
  await target.delete({ signal, keepData: false, say: () => undefined })
  assert.deepEqual(leftoversOf(setting), ['project other'])
  assert.ok(!existsSync(path.join(stateFolder, 'small.createos.told.json')))
})
