import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { parse } from 'yaml'
import type { Deployment, ServiceSpec } from '../deployment.ts'
import { converge } from '../execute.ts'
import { TargetError } from '../target.ts'
import { serviceSpec, smallDeployment } from '../test/deployments.ts'
import { containersIn } from './compose/docker.ts'
import { uiPortOf } from './compose/doors.ts'
import type { ComposeFile } from './compose/render.ts'
import { createComposeTarget } from './compose.ts'
import { targetContract } from './contract.ts'

const root = new URL('../../..', import.meta.url).pathname
const command = new URL('../test/fake-docker.mjs', import.meta.url).pathname

function setUp(t: TestContext, env: Record<string, string> = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'syndata-compose-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  process.env['FAKE_DOCKER_DIR'] = folder
  const dataDir = path.join(folder, 'deployment')
  const references = { env, folder }
  const target = createComposeTarget({ name: 'small', dataDir, root, references, command })
  const rendered = () =>
    parse(readFileSync(path.join(dataDir, 'compose.yaml'), 'utf8')) as ComposeFile
  return { folder, dataDir, target, rendered }
}

const second = (first: Deployment): Deployment => ({
  ...first,
  regions: [{ region: 'us-west', count: 3 }],
  services: first.services.map((spec) =>
    spec.role === 'worker' ? { ...spec, replicas: 3, settings: { SYNDATA_THREADS: '2' } } : spec,
  ),
})

test('compose keeps what every target promises', async (t) => {
  const { folder, dataDir, target } = setUp(t)
  const first = smallDeployment()
  const leftovers = async () => {
    const { projects } = JSON.parse(readFileSync(path.join(folder, 'state.json'), 'utf8'))
    return [...Object.keys(projects), ...(existsSync(dataDir) ? [dataDir] : [])]
  }
  const subject = { target, first, second: second(first), leftovers, timeoutMs: 60_000 }
  await targetContract(t, subject)
})

test('the pages of Temporal are on a port that no replica takes, or on the one of the file', () => {
  const doors = (coordinator: Partial<ServiceSpec>, temporal: Partial<ServiceSpec> = {}) =>
    uiPortOf([serviceSpec('temporal', temporal), serviceSpec('coordinator', coordinator)])
  assert.equal(doors({}), 8001)
  assert.equal(doors({ replicas: 3 }), 8003)
  assert.equal(doors({ replicas: 2, ports: { http: 7999, fleet: 8001 } }), 8003)
  assert.equal(doors({ replicas: 3 }, { ports: { grpc: 7233, ui: 9005 } }), 9005)
})

test('logs that docker cannot give are an error, not an end', async (t) => {
  const { folder, dataDir } = setUp(t)
  const options = { name: 'small', dataDir, root, references: { env: {}, folder } }
  for (const [docker, said] of [
    ['/bin/false', /false logs failed/],
    [path.join(folder, 'docker'), /docker is not installed/],
  ] as const) {
    const { logs } = createComposeTarget({ ...options, command: docker })
    const lines = logs({ ...bound(), service: undefined, lines: 1, follow: false })
    await assert.rejects(Array.fromAsync(lines), said)
  }
})

const bound = () => ({
  signal: AbortSignal.timeout(60_000),
  timeoutMs: 60_000,
  say: () => undefined,
})

test('the rendered file is the one of the repository, as the deployment has it', async (t) => {
  const { dataDir, target, rendered } = setUp(t, { BUCKET_KEY: "it's secret" })
  const base = smallDeployment()
  const deployment = smallDeployment({
    services: [
      ...base.services.filter(({ role }) => role !== 'coordinator' && role !== 'worker'),
      serviceSpec('coordinator', {
        name: 'api',
        image: 'registry.example.com/syndata-coordinator:2',
        ports: { http: 9000, fleet: 7443 },
        replicas: 2,
        settings: { SYNDATA_CHUNK_ROWS: '5000' },
        env: { S3_SECRET_ACCESS_KEY: { fromEnv: 'BUCKET_KEY' }, LOG_LEVEL: { value: 'debug' } },
      }),
      serviceSpec('worker', {
        replicas: 2,
        resources: { cpuMillis: 1_500, memoryBytes: 2 ** 30, gpus: 0 },
      }),
    ],
  })
  await converge(target, deployment, bound())
  const { services } = rendered()
  assert.equal(services['api']?.image, 'registry.example.com/syndata-coordinator:2')
  assert.equal(services['api']?.build, undefined)
  assert.equal(services['worker-eu-central']?.build?.target, 'worker')
  assert.deepEqual(services['api']?.ports, ['9000-9001:8000', '7443-7444:7443'])
  assert.equal(services['api']?.environment?.['SYNDATA_CHUNK_ROWS'], '5000')
  assert.equal(services['api']?.environment?.['LOG_LEVEL'], undefined, 'its file has it')
  const url = services['api']?.environment?.['SYNDATA_PUBLIC_URL']
  assert.match(url ?? '', /^\$\{SYNDATA_PUBLIC_URL:-http:\/\/localhost:9000\}$/)
  assert.deepEqual(Object.keys(services['tokens']?.depends_on ?? {}), ['api'])
  assert.deepEqual(services['api']?.networks, {
    control: { aliases: ['app'] },
    fleet: { aliases: ['app'] },
  })
  const worker = services['worker-eu-central']
  assert.equal(worker?.environment?.['SYNDATA_TOKEN_FILE'], '/tokens/eu-central')
  assert.deepEqual(worker?.deploy?.resources?.['limits'], { cpus: '1.5', memory: String(2 ** 30) })
  const secrets = path.join(dataDir, 'api.env')
  assert.equal(
    readFileSync(secrets, 'utf8'),
    "S3_SECRET_ACCESS_KEY='it\\'s secret'\nLOG_LEVEL='debug'\n",
  )
  assert.equal(statSync(secrets).mode & 0o777, 0o600)
  assert.equal(statSync(path.join(dataDir, '.env')).mode & 0o777, 0o600)
  assert.doesNotMatch(readFileSync(path.join(dataDir, 'compose.yaml'), 'utf8'), /it's secret/)
})

test('tokens are minted by the image of the coordinator, whoever makes that', async (t) => {
  const { target, rendered } = setUp(t)
  for (const [image, wanted] of [
    ['syndata-coordinator:7', 'syndata-coordinator:7'],
    ['registry.example.com/me/coordinator:7', 'registry.example.com/me/coordinator:7'],
  ] as const) {
    const services = smallDeployment().services.map((spec) =>
      spec.role === 'coordinator' ? { ...spec, image } : spec,
    )
    await converge(target, smallDeployment({ services }), bound())
    const { coordinator, tokens } = rendered().services
    assert.deepEqual([coordinator?.image, tokens?.image], [wanted, wanted])
  }
})

test('a check of health is asked of the service, as often as the file says', async (t) => {
  const { target, rendered } = setUp(t)
  const healthCheck = { path: '/live', intervalMs: 7_000, timeoutMs: 2_000, retries: 4 }
  const services = smallDeployment().services.map((spec) => ({ ...spec, healthCheck }))
  await converge(target, smallDeployment({ services }), bound())
  const found = rendered().services
  const timing = { interval: '7000ms', timeout: '2000ms', retries: 4 }
  const probe = (url: string) => ['CMD', 'node', 'deploy/images/probe.ts', url]
  for (const [name, test] of [
    ['coordinator', probe('http://127.0.0.1:8000/live')],
    ['parts', probe('https://127.0.0.1:8130/live')],
    ['worker-us-west', probe('http://127.0.0.1:8090/live')],
    ['postgres', ['CMD', 'pg_isready', '-h', '127.0.0.1', '-U', 'syndata']],
  ] as const) {
    assert.partialDeepStrictEqual(found[name]?.healthcheck, { ...timing, test }, name)
  }
})

test('what docker says goes to the operator, and deploy goes on from there', async (t) => {
  const { folder, target } = setUp(t)
  const deployment = smallDeployment()
  writeFileSync(path.join(folder, 'fail-up'), '')
  await assert.rejects(converge(target, deployment, bound()), (error) => {
    assert.ok(error instanceof TargetError)
    assert.match(error.message, /pull access denied/)
    return true
  })
  await converge(target, deployment, bound())
})

test('the deployment from before comes back after a change that failed half-way', async (t) => {
  const { folder, target, rendered } = setUp(t)
  const deployment = smallDeployment()
  await converge(target, deployment, bound())
  const told = (): string => JSON.stringify(rendered().services['worker-us-west'])
  const before = told()
  writeFileSync(path.join(folder, 'fail-up'), '')
  await assert.rejects(converge(target, second(deployment), bound()), /pull access denied/)
  assert.notEqual(told(), before)
  const steps = await converge(target, deployment, bound())
  assert.ok(steps.some((step) => step.kind === 'update' && step.service === 'worker'))
  assert.equal(told(), before)
  assert.deepEqual(await converge(target, deployment, bound()), [])
})

test('a machine without docker, and what containers cannot do, is said before anything is done', async (t) => {
  const { folder, target } = setUp(t)
  const options = {
    name: 'x',
    dataDir: path.join(folder, 'x'),
    root,
    references: { env: {}, folder },
  }
  const none = createComposeTarget({ ...options, command: path.join(folder, 'no-docker') })
  await assert.rejects(none.check(smallDeployment(), bound()), /docker is not installed/)
  writeFileSync(path.join(folder, 'no-engine'), '')
  await assert.rejects(target.check(smallDeployment(), bound()), /engine of docker does not answer/)
  rmSync(path.join(folder, 'no-engine'))
  const scaled = smallDeployment({ scaling: { min: 1, max: 5 } })
  const findings = await target.check(scaled, bound())
  assert.deepEqual(
    findings.map(({ severity }) => severity),
    ['warning'],
  )
})

test('secrets outlive a delete that keeps the data', async (t) => {
  const { dataDir, target } = setUp(t)
  await converge(target, smallDeployment(), bound())
  const before = readFileSync(path.join(dataDir, '.env'), 'utf8')
  await target.delete({ ...bound(), keepData: true })
  assert.equal((await target.observe(bound())).exists, false)
  await converge(target, smallDeployment(), bound())
  assert.equal(readFileSync(path.join(dataDir, '.env'), 'utf8'), before)
})

test('both forms in which versions of compose list containers are read', () => {
  const one = { Service: 'app', State: 'running', Health: 'healthy', ExitCode: 0 }
  const expected = [{ service: 'app', state: 'running', health: 'healthy', exitCode: 0 }]
  assert.deepEqual(containersIn(`${JSON.stringify(one)}\n`), expected)
  assert.deepEqual(containersIn(JSON.stringify([one])), expected)
  assert.deepEqual(containersIn(''), [])
})
