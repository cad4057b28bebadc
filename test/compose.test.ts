// What compose.yaml promises: every name in it means something, and workers are given nothing that is not theirs.

import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { STOP } from '#coordinator/workflows/policies.ts'
import { imageOf, readCompose } from './support/compose-file.ts'
import { STOP_OF_WORKERS_MS } from './support/stop-times.ts'

const root = new URL('..', import.meta.url).pathname
const SECRETS = {
  POSTGRES_PASSWORD: 'secret-of-postgres',
  SYNDATA_MASTER_KEY: 'secret-master-key',
  SYNDATA_ADMIN_EMAIL: 'admin@example.com',
  SYNDATA_ADMIN_PASSWORD: 'secret-password',
  SYNDATA_ADMIN_API_KEY: 'secret-api-key',
}
const { services, volumes, networks } = readCompose(SECRETS)

test('what operators expect is there, on the ports they expect', () => {
  for (const name of ['app', 'worker', 'scheduler', 'temporal', 'postgres', 'web']) {
    assert.ok(services[name], name)
  }
  assert.deepEqual(services['app']?.ports, ['8000:8000', '7443:7443'])
  assert.deepEqual(services['web']?.ports, ['127.0.0.1:8001:8080'])
})

test('a secret that is missing is named', () => {
  assert.throws(() => readCompose({ ...SECRETS, SYNDATA_MASTER_KEY: '' }), /SYNDATA_MASTER_KEY/)
})

test('services, volumes and networks that are named exist', () => {
  for (const [name, service] of Object.entries(services)) {
    for (const other of Object.keys(service.depends_on ?? {}))
      assert.ok(services[other], `${name}: ${other}`)
    for (const volume of service.volumes ?? []) {
      const source = volume.split(':')[0] ?? ''
      assert.ok(
        source.startsWith('./') ? existsSync(`${root}/${source}`) : source in volumes,
        `${name}: ${volume}`,
      )
    }
    for (const network of service.networks ?? [])
      assert.ok(network in networks, `${name}: ${network}`)
  }
})

test('every variable of our services is one that their processes read', () => {
  const files = globSync('{coordinator,worker,deploy/images}/**/*.ts', { cwd: root })
  const sources = files.map((file) => readFileSync(`${root}/${file}`, 'utf8')).join('\n')
  for (const [name, service] of Object.entries(services)) {
    if (!service.image.startsWith('syndata-')) continue
    const env = { ...imageOf(service.build?.target ?? '').env, ...service.environment }
    const ours = Object.keys(env).filter((key) => /^(SYNDATA|S3|TEMPORAL|DATABASE)_/.test(key))
    for (const key of ours)
      assert.ok(sources.includes(`'${key}'`) || sources.includes(`${key} =`), `${name}: ${key}`)
  }
})

test('our containers have no capabilities and write nowhere but to volumes', () => {
  for (const [name, service] of Object.entries(services)) {
    if (!service.image.startsWith('syndata-')) continue
    assert.deepEqual(service.cap_drop, ['ALL'], name)
    assert.equal(service.read_only, true, name)
  }
})

test('containers are killed later than their programs may take to stop', () => {
  for (const [name, ownMs] of [
    ['app', STOP.limitMs],
    ['parts', STOP.limitMs],
    ['worker', STOP_OF_WORKERS_MS],
    ['worker-gpu', STOP_OF_WORKERS_MS],
  ] as const) {
    const { environment = {}, stop_grace_period: period = '10s' } = services[name] ?? {}
    const drainMs = 1_000 * Number(environment['SYNDATA_DRAIN_SECONDS'] ?? 0)
    assert.match(period, /^\d+s$/)
    assert.ok(1_000 * Number.parseInt(period, 10) >= drainMs + ownMs, name)
  }
})

test('workers see neither secrets nor the network of database and Temporal', () => {
  for (const name of ['worker', 'worker-gpu']) {
    const worker = services[name]
    assert.deepEqual(worker?.networks, ['fleet'])
    assert.doesNotMatch(JSON.stringify(worker), /secret-/)
  }
})

test('the scheduler sees none of the keys that it does not use', () => {
  const { scheduler } = services
  assert.doesNotMatch(JSON.stringify(scheduler?.environment), /master-key|S3_|ADMIN/)
  assert.ok(scheduler?.environment?.['DATABASE_URL'])
})

test('our images are run on the platform that they are built for', () => {
  const ours = Object.values(services).filter(({ image }) => image.startsWith('syndata-'))
  assert.ok(ours.length >= 6)
  for (const { platform } of ours) assert.equal(platform, 'linux/amd64')
})

test('no log of a container grows without end', () => {
  for (const [name, { logging }] of Object.entries(services)) {
    assert.ok(Number(logging?.options['max-file']) > 0 && logging?.options['max-size'], name)
  }
})

test('a database that is still being made is not well yet', () => {
  const { test: asked } = services['postgres']?.healthcheck ?? {}
  assert.ok(asked?.includes('-h'), 'only the server that stays answers by TCP')
})
