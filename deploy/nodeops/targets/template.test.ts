import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { parse } from 'yaml'
import { converge } from '../execute.ts'
import { serviceSpec, smallDeployment } from '../test/deployments.ts'
import { targetContract } from './contract.ts'
import { createTemplateTarget, renderTemplate } from './template.ts'
import { checkTemplate } from './template-check.ts'

const worker = (region: string) =>
  serviceSpec('worker', {
    image: 'me/syndata-worker:1',
    env: {
      SYNDATA_COORDINATOR: { value: 'fleet.example:7443' },
      SYNDATA_TOKEN: { fromEnv: 'WORKER_TOKEN' },
    },
    settings: { SYNDATA_REGION: region },
  })
const single = (region: string, settings: Record<string, string> = {}) =>
  smallDeployment({
    services: [{ ...worker(region), settings }],
    regions: [{ region, count: 1 }],
  })

const placeOf = (t: TestContext) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'template-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const place = { file: path.join(folder, 'a.yaml'), toldFile: path.join(folder, 'a.told.json') }
  return { folder, place }
}
const signal = AbortSignal.timeout(20_000)
const options = { signal, timeoutMs: 10_000, say: () => undefined }

test('the template target keeps the contract', async (t) => {
  const { folder, place } = placeOf(t)
  await targetContract(t, {
    target: createTemplateTarget(place),
    first: single('us-west'),
    second: single('eu-central', { SYNDATA_THREADS: '2' }),
    leftovers: async () => readdirSync(folder),
    timeoutMs: 10_000,
  })
})

type Template = {
  version: number
  services: Record<
    string,
    {
      image: string
      ports?: { containerPort: number; protocol: string; expose: boolean }[]
      env: { name: string; value: string }[]
      resourceUsage: { idle: { cpu: number; memory: number } }
    }
  >
}

test('a pod of four services is within the rules of a template, without a secret in it', () => {
  const store = { SYNDATA_STORE: { value: 's3:parts' } }
  const deployment = smallDeployment({
    regions: [{ region: 'eu-central', count: 1 }],
    services: [
      serviceSpec('parts', { image: 'me/parts:1', env: store }),
      serviceSpec('coordinator', {
        image: 'me/coordinator:1',
        env: { ...store, SYNDATA_MASTER_KEY: { fromFile: 'secrets/key' } },
        resources: { cpuMillis: 1_000, memoryBytes: 2 ** 30, gpus: 0 },
      }),
      serviceSpec('scheduler', { image: 'me/coordinator:1' }),
      serviceSpec('worker', {
        image: 'me/worker:1',
        env: { SYNDATA_TOKEN: { fromEnv: 'WORKER_TOKEN' } },
      }),
    ],
  })
  assert.deepEqual(
    checkTemplate(deployment).filter(({ severity }) => severity === 'error'),
    [],
  )
  const text = renderTemplate(deployment)
  const { version, services } = parse(text) as Template
  assert.equal(version, 0.1)
  const all = Object.values(services)
  assert.deepEqual(Object.keys(services), ['parts', 'coordinator', 'scheduler', 'worker'])
  assert.equal(all.flatMap(({ ports = [] }) => ports).filter(({ expose }) => expose).length, 1)
  const known = new Set(['image', 'args', 'ports', 'env', 'resourceUsage'])
  for (const service of all) {
    assert.deepEqual(
      Object.keys(service).filter((key) => !known.has(key)),
      [],
    )
    const { cpu, memory } = service.resourceUsage.idle
    assert.ok(Number.isInteger(cpu) && Number.isInteger(memory))
    for (const { value } of service.env) assert.equal(typeof value, 'string')
  }
  const variables = Object.fromEntries(
    services['worker']?.env.map(({ name, value }) => [name, value]) ?? [],
  )
  assert.deepEqual(variables, {
    SYNDATA_COORDINATOR: '127.0.0.1:7443',
    SYNDATA_REGION: 'eu-central',
    SYNDATA_WORKER_DIR: '/tmp/worker',
    SYNDATA_TOKEN: '{{.WORKER_TOKEN}}',
  })
  assert.match(text, /\{\{\.COORDINATOR_SYNDATA_MASTER_KEY\}\}/)
})

test('what a template cannot say is said, with who can', () => {
  const volume = { name: 'data', mountPath: '/data', sizeBytes: 1 }
  const big = { cpuMillis: 5_000, memoryBytes: 2 ** 30, gpus: 1 }
  const deployment = smallDeployment({
    regions: [
      { region: 'us-west', count: 2 },
      { region: 'us-east', count: 1 },
    ],
    scaling: { min: 1, max: 3 },
    services: [
      serviceSpec('postgres', { image: 'postgres:17' }),
      serviceSpec('temporal', { image: null }),
      serviceSpec('parts', { image: 'me/parts:1', volumes: [volume] }),
      serviceSpec('coordinator', { image: 'me/c:1', replicas: 2 }),
      serviceSpec('scheduler', { image: 'c:1' }),
      serviceSpec('worker', { image: 'me/w:1', resources: big, volumes: [volume] }),
    ],
  })
  const said = checkTemplate(deployment).map(
    ({ severity, service, message }) => `${severity} ${service}: ${message}`,
  )
  for (const expected of [
    /^error postgres: .*no volume.*local, compose and kubernetes.*DATABASE_URL/,
    /^error temporal: .*TEMPORAL_ADDRESS/,
    /^error temporal: .*write image/,
    /^error parts: .*volume data.*bucket/,
    /^error coordinator: .*no replicas/,
    /^error worker: .*no GPUs; kubernetes, akash/,
    /^error worker: .*no replicas and no regions.*3 in 2/,
    /^error worker: .*SYNDATA_TOKEN/,
    /^error null: .*at most 5 services, not 6/,
    /^error null: .*at most 4 compute units.*7\.5\)/,
    /^warning worker: .*volume data is left out/,
    /^warning worker: .*label only/,
    /^warning worker: .*autoscaling is left out/,
    /^warning scheduler: .*docker.io\/library/,
  ])
    assert.ok(
      said.some((line) => expected.test(line)),
      `${expected} in\n${said.join('\n')}`,
    )
})

test('a file that people changed is theirs', async (t) => {
  const { place } = placeOf(t)
  const target = createTemplateTarget(place)
  await converge(target, single('us-west'), options)
  const mine = `${readFileSync(place.file, 'utf8')}# mine\n`
  writeFileSync(place.file, mine)
  await assert.rejects(converge(target, single('us-east'), options), /not as nodeops wrote it/)
  const said: string[] = []
  await target.delete({ signal, keepData: false, say: (line) => said.push(line) })
  assert.equal(readFileSync(place.file, 'utf8'), mine)
  assert.match(said.join(), /stays/)
  rmSync(place.file)
  await converge(target, single('us-east'), options)
  rmSync(place.file)
  const steps = await converge(target, single('us-east'), options)
  assert.deepEqual(
    steps.map(({ kind }) => kind),
    ['settle'],
  )
  assert.ok(existsSync(place.file))
})

test('standard output gets the file, and nothing is remembered', async () => {
  const printed: string[] = []
  const target = createTemplateTarget({ print: (text) => printed.push(text) })
  await converge(target, single('us-west'), options)
  assert.deepEqual(printed, [renderTemplate(single('us-west'))])
})
