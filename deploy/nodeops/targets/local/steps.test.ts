import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Service } from '#proto/control-api.ts'
import type { Control } from '#proto/control-client.ts'
import { readEnvironments } from '#scripts/stack/environment-file.ts'
import type { Deployment } from '../../deployment.ts'
import type { Step } from '../../target.ts'
import { serviceSpec, smallDeployment } from '../../test/deployments.ts'
import { createLocalTarget } from '../local.ts'
import { findingsOf } from './check.ts'
import { environmentsOf, workerLimits } from './environment.ts'
import { NOTHING, readRecord, writeRecord } from './folder.ts'
import { observedOf } from './observed.ts'
import { createLocalSteps } from './steps.ts'

const GIB = 2 ** 30

/** A supervisor that runs what it was asked to and remembers what that was. */
function fixture(t: TestContext) {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'steps-'))
  t.after(() => rmSync(dataDir, { recursive: true, force: true }))
  const restarts: string[] = []
  const starts: object[] = []
  const failing = { restarts: 0, processes: new Set<string>() }
  const running = (name: string, kind: string): Service => ({
    ...{ name, kind, pid: 1, state: 'running', restarts: 0, since: '' },
    ...(failing.processes.has(name) && { pid: null, state: 'failing' }),
  })
  const control = {
    restart: async (name: string) => {
      if (failing.restarts-- > 0) throw new Error('interrupted')
      restarts.push(name)
      failing.processes.delete(name)
    },
  } as unknown as Control
  let isUp = false
  const apply = createLocalSteps({
    name: 'small',
    dataDir,
    references: { env: { SECRET: 'hidden' }, folder: dataDir },
    supervisor: {
      control,
      logFile: path.join(dataDir, 'supervisor.log'),
      services: async () =>
        isUp
          ? [
              running('coordinator-1', 'coordinator'),
              running('worker-a', 'worker'),
              running('worker-b', 'worker'),
            ]
          : null,
      start: async (options) => {
        starts.push(options)
        isUp = true
      },
      stop: async () => {
        isUp = false
      },
    },
  })
  const bound = {
    ...{ signal: AbortSignal.timeout(60_000), timeoutMs: 60_000 },
    say: () => undefined,
  }
  const update = (service: string, deployment: Deployment) =>
    apply({ kind: 'update', service, changes: [] } satisfies Step, { deployment, ...bound })
  writeRecord(dataDir, { ...readRecord(dataDir), exists: true })
  return { dataDir, update, restarts, starts, failing }
}

const withWorker = (settings: Record<string, string>, port = 8000): Deployment => {
  const small = smallDeployment()
  const ports = { http: port, fleet: 7443 }
  return {
    ...small,
    services: [serviceSpec('coordinator', { ports }), serviceSpec('worker', { settings })],
  }
}

test('processes whose environment changed are restarted, also when the first try was cut short', async (t) => {
  const { dataDir, update, restarts, starts, failing } = fixture(t)
  await update('worker', withWorker({}))
  assert.deepEqual([starts.length, restarts], [1, []])
  failing.restarts = 1
  const changed = withWorker({ SYNDATA_CHECKPOINT_SECONDS: '9' })
  await assert.rejects(update('worker', changed), /interrupted/)
  assert.deepEqual(readRecord(dataDir).stale, ['worker'])
  // Back to what was before is a change too.
  const { services } = observedOf(dataDir, readRecord(dataDir), [])
  assert.deepEqual(
    services.map(({ role, told }) => [role, told === null]),
    [['worker', true]],
  )
  await update('worker', changed)
  assert.deepEqual(restarts, ['worker-a', 'worker-b'])
  assert.deepEqual(readRecord(dataDir).stale, [])
  await update('worker', changed)
  assert.equal(restarts.length, 2)
  assert.equal(readEnvironments(dataDir)['worker']?.['SYNDATA_CHECKPOINT_SECONDS'], '9')
  assert.equal(starts.length, 1)
})

test('what fails with what it was told before is told anew, between two of its tries too', async (t) => {
  const { update, restarts, failing } = fixture(t)
  await update('coordinator', withWorker({}))
  failing.processes.add('coordinator-1')
  const [coordinator, worker] = withWorker({}).services
  assert.ok(coordinator && worker)
  const env = { LOG_LEVEL: { value: 'info' } }
  await update('coordinator', { ...withWorker({}), services: [{ ...coordinator, env }, worker] })
  assert.deepEqual(restarts, ['coordinator-1'])
})

test('another port starts all of it again; only the owner reads what references lead to', async (t) => {
  const { dataDir, update, starts } = fixture(t)
  await update('coordinator', withWorker({}))
  await update('coordinator', withWorker({}, 8001))
  assert.deepEqual(starts, [
    { coordinators: 1, port: 8000, database: true, temporal: true },
    { coordinators: 1, port: 8001, database: true, temporal: true },
  ])
  const deployment = withWorker({})
  const secret = serviceSpec('worker', { env: { S3_KEY: { fromEnv: 'SECRET' } } })
  await update('worker', { ...deployment, services: [...deployment.services.slice(0, 1), secret] })
  assert.equal(readEnvironments(dataDir)['worker']?.['S3_KEY'], 'hidden')
  for (const file of ['environment.json', 'deployment.json'])
    assert.equal(statSync(path.join(dataDir, file)).mode & 0o777, 0o600)
})

test('the folder of another deployment is neither looked at nor deleted', async (t) => {
  const { dataDir } = fixture(t)
  const references = { env: {}, folder: dataDir }
  const other = createLocalTarget({ name: 'other', dataDir, references })
  const said = new RegExp(`${dataDir} is of the deployment small, not of other`)
  const signal = AbortSignal.timeout(10_000)
  for (const exists of [true, false]) {
    writeRecord(dataDir, { ...NOTHING, name: 'small', exists })
    await assert.rejects(other.observe({ signal }), said)
    const deleting = other.delete({ signal, keepData: false, say: () => undefined })
    await assert.rejects(deleting, said)
  }
  writeRecord(dataDir, NOTHING)
  assert.equal((await other.observe({ signal })).exists, false)
})

test('references lead somewhere, or are refused by their names', (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'references-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(path.join(folder, 'key.txt'), 'from a file\n')
  const machine = { cores: 8, memoryBytes: 16 * GIB, gpus: 0 }
  const of = (env: Parameters<typeof serviceSpec>[1] & object) => {
    const services = [serviceSpec('coordinator', env)]
    return environmentsOf(smallDeployment({ services }), { env: {}, folder }, machine)
  }
  assert.equal(of({ env: { A: { fromFile: 'key.txt' } } })['coordinator']?.['A'], 'from a file')
  assert.throws(() => of({ env: { A: { fromEnv: 'NOWHERE' } } }), /NOWHERE, which is not set/)
  assert.throws(() => of({ env: { A: { fromFile: 'no.txt' } } }), /no\.txt, which cannot be read/)
  const fromSecret = { name: 'keys', key: 'a' }
  assert.throws(() => of({ env: { A: { fromSecret } } }), /no store of secrets/)
})

test('workers share what the machine has; what is asked for beyond it is said', () => {
  const resources = { cpuMillis: 2_000, memoryBytes: 4 * GIB, gpus: 1 }
  const worker = serviceSpec('worker', { resources })
  const regions = [{ region: 'us-west', count: 10 }]
  const deployment = smallDeployment({ services: [worker], regions })
  const small = { cores: 2, memoryBytes: 8 * GIB, gpus: 0 }
  const large = { cores: 64, memoryBytes: 512 * GIB, gpus: 8 }
  assert.deepEqual(workerLimits(deployment, worker, small), {
    SYNDATA_THREADS: '1',
    SYNDATA_MEMORY_LIMIT_MB: '245',
  })
  assert.deepEqual(workerLimits(deployment, worker, large), {
    SYNDATA_THREADS: '2',
    SYNDATA_MEMORY_LIMIT_MB: '2048',
  })
  const said = (machine: typeof small) =>
    findingsOf(deployment, { machine, freeBytes: 0 })
      .filter(({ severity }) => severity === 'warning')
      .map(({ message }) => message)
  assert.deepEqual(said(large), [])
  assert.match(
    said(small).join('\n'),
    /this machine has no GPU[\s\S]*20 CPUs and 40Gi.*has 2 and 8Gi/,
  )
})

test('limits of a pool with GPUs are of the other one where there is none', () => {
  const settings = { SYNDATA_SCALING_GPU_MIN: '3', SYNDATA_SCALING_STEP: '3' }
  const services = [serviceSpec('scheduler', { settings })]
  const of = (gpus: number) =>
    environmentsOf(
      smallDeployment({ services }),
      { env: {}, folder: '/' },
      { cores: 1, memoryBytes: GIB, gpus },
    )['scheduler']
  assert.deepEqual(of(1), settings)
  assert.deepEqual(of(0), { SYNDATA_SCALING_MIN: '3', SYNDATA_SCALING_STEP: '3' })
})

test('who asked for a port that was taken is told where REST is', (t) => {
  const { dataDir } = fixture(t)
  const port = 8123
  const started = { coordinators: 1, port, database: true, temporal: true }
  const hintsAt = (rest: number): string => {
    const stack = { rest_url: `http://127.0.0.1:${rest}`, docs_url: '', ipfs_gateway_url: '' }
    writeFileSync(path.join(dataDir, 'stack.json'), JSON.stringify(stack))
    const record = { ...NOTHING, exists: true, started }
    return observedOf(dataDir, record, []).hints.join('\n')
  }
  assert.doesNotMatch(hintsAt(port), /taken/)
  assert.match(hintsAt(40_001), /^Port 8123 of the file was taken .* REST is on 40001\.\n/)
})
