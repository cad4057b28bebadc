import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { Ajv } from 'ajv'
import { parse } from 'yaml'
import type { Deployment, ServiceSpec } from '../deployment.ts'
import { serviceSpec, smallDeployment } from '../test/deployments.ts'
import { akashSettingsOf, createAkashTarget, renderSdl } from './akash.ts'
import { checkAkash } from './akash-check.ts'
import { targetContract } from './contract.ts'

const schema = parse(
  readFileSync(new URL('../test/akash-sdl.schema.yaml', import.meta.url), 'utf8'),
) as object
const isSdl = new Ajv({ strict: false }).compile(schema)

const workers = (
  changes: Partial<ServiceSpec> = {},
  regions: Deployment['regions'] = [
    { region: 'us-west', count: 2 },
    { region: 'eu-central', count: 1 },
  ],
) =>
  smallDeployment({
    regions,
    services: [
      serviceSpec('worker', {
        image: 'me/worker-cuda:1',
        replicas: regions.reduce((sum, { count }) => sum + count, 0),
        env: {
          SYNDATA_COORDINATOR: { value: 'fleet.example:7443' },
          SYNDATA_TOKEN: { fromFile: 'secrets/token' },
          EXTRA: { fromEnv: 'MINE' },
        },
        ...changes,
      }),
    ],
  })
const gpu = { resources: { cpuMillis: 2_500, memoryBytes: 4 * 2 ** 30, gpus: 1 } }

test('the akash target keeps the contract', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'akash-'))
  t.after(() => rmSync(folder, { recursive: true }))
  await targetContract(t, {
    target: createAkashTarget(
      {},
      { file: path.join(folder, 'a.yaml'), toldFile: path.join(folder, 'a.told.json') },
    ),
    first: workers(),
    second: workers({ settings: { SYNDATA_THREADS: '2' } }, [{ region: 'us-west', count: 4 }]),
    leftovers: async () => readdirSync(folder),
    timeoutMs: 10_000,
  })
})

type Sdl = {
  services: Record<string, { env: string[]; expose: { to: { global: boolean }[] }[] }>
  profiles: {
    compute: Record<string, { resources: { gpu?: object; storage: { size: string }[] } }>
    placement: Record<string, { attributes: object; pricing: Record<string, object> }>
  }
  deployment: Record<string, Record<string, { profile: string; count: number }>>
}

/** What the schema cannot say and the chain checks: names that lead somewhere, all of them used. */
function assertWhole({ services, profiles, deployment }: Sdl): void {
  assert.deepEqual(Object.keys(deployment).sort(), Object.keys(services).sort())
  for (const places of Object.values(deployment))
    for (const [place, { profile }] of Object.entries(places)) {
      assert.ok(profiles.compute[profile])
      assert.ok(profiles.placement[place]?.pricing[profile])
    }
  const exposed = Object.values(services).flatMap(({ expose }) => expose.flatMap(({ to }) => to))
  assert.ok(
    exposed.some(({ global }) => global),
    'an SDL that exposes nothing is refused',
  )
}

test('GPU workers of two regions are an SDL by its published schema, without a secret in it', () => {
  const settings = { price: 7, gpuModels: ['a100', 'h100'] }
  const text = renderSdl(workers(gpu), settings)
  const sdl = parse(text) as Sdl
  assert.ok(isSdl(sdl), JSON.stringify(isSdl.errors))
  assertWhole(sdl)
  assert.deepEqual(sdl.deployment, {
    'worker-us-west': { 'us-west': { profile: 'worker', count: 2 } },
    'worker-eu-central': { 'eu-central': { profile: 'worker', count: 1 } },
  })
  assert.deepEqual(sdl.profiles.placement['eu-central'], {
    attributes: { region: 'eu-central' },
    pricing: { worker: { denom: 'uact', amount: 7 } },
  })
  assert.deepEqual(sdl.profiles.compute['worker']?.resources.gpu, {
    units: 1,
    attributes: { vendor: { nvidia: [{ model: 'a100' }, { model: 'h100' }] } },
  })
  assert.deepEqual(sdl.services['worker-eu-central']?.env, [
    'SYNDATA_REGION=eu-central',
    'SYNDATA_HEALTH_PORT=8090',
    'SYNDATA_COORDINATOR=fleet.example:7443',
    'SYNDATA_TOKEN=$SYNDATA_TOKEN',
    'EXTRA=$MINE',
  ])
})

test('CPU workers have no gpu, GPUs of no model any, and ephemeral storage holds their volumes', () => {
  const volume = { name: 'data', mountPath: '/data', sizeBytes: 100 * 2 ** 30 }
  const cpu = parse(renderSdl(workers({ volumes: [volume] }), akashSettingsOf({}, false))) as Sdl
  assert.ok(isSdl(cpu), JSON.stringify(isSdl.errors))
  const { gpu: none, storage } = cpu.profiles.compute['worker']?.resources ?? { storage: [] }
  assert.deepEqual([none, storage], [undefined, [{ size: '100Gi' }]])
  const any = parse(renderSdl(workers(gpu), akashSettingsOf({ AKASH_PRICE: 'x' }, true))) as Sdl
  assert.ok(isSdl(any), JSON.stringify(isSdl.errors))
  assert.deepEqual(any.profiles.placement['us-west']?.pricing, {
    worker: { denom: 'uact', amount: 100_000 },
  })
})

test('a price or a model that is none is refused', async () => {
  for (const [env, said] of [
    [{ AKASH_PRICE: 'abc' }, /AKASH_PRICE=abc is no price/],
    [{ AKASH_GPU_MODELS: 'a100, H100 PCIe' }, /has H100 PCIe: write models/],
  ] as const) {
    const target = createAkashTarget(env, { print: () => undefined })
    const found = await target.check(workers(gpu), { signal: AbortSignal.timeout(5_000) })
    const errors = found.filter(({ severity }) => severity === 'error')
    assert.equal(errors.length, 1)
    assert.match(errors[0]?.message ?? '', said)
  }
})

test('the schema refuses what an SDL is not', () => {
  const sdl = () => parse(renderSdl(workers(gpu), { price: 1, gpuModels: [] })) as Sdl
  const isNot = (change: (sdl: Sdl) => void): void => {
    const changed = sdl()
    change(changed)
    assert.equal(isSdl(changed), false)
  }
  isNot((one) => Object.assign(one, { version: '3.0' }))
  isNot((one) => Object.assign(one, { regions: [] }))
  isNot((one) => Object.assign(one.profiles.compute, { worker: { resources: {} } }))
  isNot((one) => Object.assign(one.services, { 'worker-us-west': { env: [] } }))
})

test('what akash is not asked for is said, with who can', () => {
  const whole = smallDeployment({
    regions: [{ region: 'us-west', count: 21 }],
    scaling: { min: 1, max: 30 },
  })
  const said = checkAkash(whole).map(
    ({ severity, service, message }) => `${severity} ${service}: ${message}`,
  )
  for (const expected of [
    /^error coordinator: .*workers only.*local, compose and kubernetes/,
    /^error postgres: /,
    /^error worker: .*write image/,
    /^error worker: .*SYNDATA_COORDINATOR/,
    /^error worker: .*SYNDATA_TOKEN/,
    /^error worker: .*at most 20/,
    /^warning worker: autoscaling/,
  ])
    assert.ok(
      said.some((line) => expected.test(line)),
      `${expected} in\n${said.join('\n')}`,
    )
  const isError = ({ severity }: { severity: string }) => severity === 'error'
  assert.deepEqual(checkAkash(workers(gpu)).filter(isError), [])
  assert.equal(checkAkash(workers({}, [])).filter(isError).length, 1)
})
