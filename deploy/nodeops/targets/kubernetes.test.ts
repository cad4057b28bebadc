// The kubernetes target over a pretended cluster: the contract, and what clusters do besides.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, type TestContext, test } from 'node:test'
import type { Deployment, ServiceSpec } from '../deployment.ts'
import { applySteps, converge } from '../execute.ts'
import { planSteps } from '../plan.ts'
import { revisionOf } from '../revision.ts'
import type { Target, TargetError } from '../target.ts'
import { serviceSpec, smallDeployment } from '../test/deployments.ts'
import { createFakeCluster, type FakeCluster } from '../test/fake-cluster.ts'
import { targetContract } from './contract.ts'
import { createKubernetesTarget } from './kubernetes.ts'

const root = new URL('../../..', import.meta.url).pathname
const TIMEOUT_MS = 60_000
const compiled = mkdtempSync(path.join(tmpdir(), 'syndata-'))
after(() => rmSync(compiled, { recursive: true, force: true }))

const bound = () => ({
  signal: AbortSignal.timeout(TIMEOUT_MS),
  timeoutMs: TIMEOUT_MS,
  say: () => undefined,
})

function clusterFor(t: TestContext, env: NodeJS.ProcessEnv = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'syndata-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const cluster = createFakeCluster(folder, { compiled })
  const open = (deployment: Deployment): Target =>
    createKubernetesTarget({
      ...{ deployment, root, command: cluster.command },
      references: { env: { ...cluster.env, ...env }, folder },
    })
  return { cluster, open }
}

const withWorker = (deployment: Deployment, changes: Partial<ServiceSpec>): Deployment => ({
  ...deployment,
  services: deployment.services.map((spec) =>
    spec.role === 'worker' ? { ...spec, ...changes } : spec,
  ),
})

/** Workers of one region and what they dial, with parts in a bucket. */
const fewDeployment = (changes: Partial<Deployment> = {}): Deployment =>
  smallDeployment({
    regions: [{ region: 'us-west', count: 1 }],
    services: [
      serviceSpec('coordinator', { env: { SYNDATA_STORE: { value: 's3:bucket' } } }),
      serviceSpec('worker'),
    ],
    ...changes,
  })

async function applyAll(
  target: Target,
  deployment: Deployment,
  say: (line: string) => void = () => undefined,
): Promise<void> {
  const steps = planSteps(deployment, await target.observe(bound()))
  await applySteps(target, deployment, { ...bound(), steps, say })
}

const namesOf = (cluster: FakeCluster, kind: string): string[] =>
  cluster
    .objects()
    .filter((each) => each.kind === kind)
    .map(({ metadata }) => metadata.name)
    .sort()

test('the kubernetes target keeps the contract', async (t) => {
  const { cluster, open } = clusterFor(t)
  const first = smallDeployment()
  const changed = smallDeployment({ regions: [{ region: 'us-west', count: 3 }] })
  await targetContract(t, {
    target: open(first),
    first,
    second: withWorker(changed, { settings: { SYNDATA_THREADS: '2' } }),
    leftovers: async () =>
      cluster.objects().map(({ kind, metadata }) => `${kind}/${metadata.name}`),
    timeoutMs: TIMEOUT_MS,
  })
})

test('what the scheduler scaled is neither undone nor a conflict when the workers are told again', async (t) => {
  const { cluster, open } = clusterFor(t)
  const scaling = { min: 1, max: 9 }
  const regions = [
    { region: 'us-west', count: 1 },
    { region: 'us-east', count: 0 },
  ]
  const services = [...fewDeployment().services, serviceSpec('scheduler')]
  const first = fewDeployment({ regions, scaling, services })
  const target = open(first)
  await converge(target, first, bound())
  assert.deepEqual(
    namesOf(cluster, 'Deployment').filter((name) => name.startsWith('worker')),
    ['worker-us-east', 'worker-us-west'],
    'the provider finds a Deployment in every region that it may use',
  )
  const west = { kind: 'Deployment', name: 'worker-us-west' }
  cluster.edit(west, ['spec', 'replicas'], 4, 'node')
  assert.deepEqual(planSteps(first, await target.observe(bound())), [])
  const second = withWorker(first, { settings: { SYNDATA_THREADS: '2' } })
  const steps = await converge(target, second, bound())
  assert.deepEqual(
    steps.map(({ kind }) => kind),
    ['update', 'settle'],
  )
  assert.equal(cluster.object('Deployment', 'worker-us-west')?.spec?.['replicas'], 4)
})

test('a field that somebody else changed is a conflict that says whose', async (t) => {
  const { cluster, open } = clusterFor(t)
  const first = fewDeployment()
  const target = open(first)
  await applyAll(target, first)
  const grace = ['spec', 'template', 'spec', 'terminationGracePeriodSeconds']
  cluster.edit({ kind: 'Deployment', name: 'coordinator' }, grace, 5, 'kubectl-edit')
  const step = { kind: 'update' as const, service: 'coordinator', changes: [] }
  await assert.rejects(target.apply(step, { deployment: first, ...bound() }), (error) => {
    const { message, whatToDo } = error as TargetError
    assert.match(message, /"kubectl-edit".*terminationGracePeriodSeconds$/)
    assert.match(whatToDo, /changed this by other means/)
    return true
  })
})

test('an apply that failed is begun again where it ended', async (t) => {
  const { cluster, open } = clusterFor(t)
  const first = fewDeployment()
  const target = open(first)
  const message = 'Error from server (InternalError): etcdserver: leader changed'
  cluster.change(({ faults }) => faults.push({ kind: 'fail', command: 'apply', message, times: 1 }))
  await assert.rejects(applyAll(target, first), /leader changed/)
  await applyAll(target, first)
  assert.deepEqual(planSteps(first, await target.observe(bound())), [])
})

test('a call that hangs ends with the signal', async (t) => {
  const { cluster, open } = clusterFor(t)
  const first = fewDeployment()
  cluster.change(({ faults }) => faults.push({ kind: 'slow', command: 'get', delayMs: 20_000 }))
  const reason = new Error('no more')
  const stop = new AbortController()
  const observed = open(first).observe({ signal: stop.signal })
  stop.abort(reason)
  await assert.rejects(observed, reason)
})

test('an image that cannot be pulled, and a node that is not there, are said in words', async (t) => {
  const { cluster, open } = clusterFor(t)
  const first = withWorker(fewDeployment(), {
    resources: { cpuMillis: 1_000, memoryBytes: 2 ** 30, gpus: 1 },
  })
  const target = open(first)
  cluster.change(({ faults }) => faults.push({ kind: 'no image', image: 'syndata-coordinator' }))
  const errors = (await target.check(first, bound())).filter(({ severity }) => severity === 'error')
  assert.match(errors.map(({ message }) => message).join(), /no node has nvidia.com\/gpu/)
  await applyAll(target, first)
  for (let looks = 0; looks < 3; looks++) await target.observe(bound())
  const { services } = await target.observe(bound())
  const stateOf = (role: string) => services.find((each) => each.role === role)?.state
  assert.match(stateOf('coordinator') ?? '', /image cannot be pulled .*syndata-coordinator/)
  assert.match(stateOf('worker') ?? '', /no node for it: 0\/2 nodes .* nvidia.com\/gpu/)
})

test('references go into a secret, are printed nowhere, and restart pods when they change', async (t) => {
  const secret = 'correct-horse-battery'
  const env = { DSN: secret }
  const { cluster, open } = clusterFor(t, env)
  const first = fewDeployment()
  const [coordinator] = first.services
  assert.ok(coordinator)
  coordinator.env = {
    SYNDATA_SECRET_DSN: { fromEnv: 'DSN' },
    OTHER: { fromSecret: { name: 'mine', key: 'dsn' } },
  }
  const target = open(first)
  const said: string[] = []
  await applyAll(target, first, (line) => said.push(line))
  const data = cluster.object('Secret', 'nodeops-references-coordinator')?.data
  assert.deepEqual(data, { SYNDATA_SECRET_DSN: Buffer.from(secret).toString('base64') })
  const open_ = [said, cluster.calls(), await target.observe(bound())]
  assert.ok(!JSON.stringify(open_).includes(secret))
  const template = () => JSON.stringify(cluster.object('Deployment', 'coordinator')?.spec)
  assert.ok(!template().includes(secret))
  const update = { kind: 'update' as const, service: 'coordinator', changes: [] }
  const before = template()
  await target.apply(update, { deployment: first, ...bound() })
  assert.equal(template(), before)
  await assert.rejects(
    createKubernetesTarget({
      ...{ deployment: first, root, command: cluster.command },
      references: { env: cluster.env, folder: '.' },
    }).apply(update, { deployment: first, ...bound() }),
    /variable DSN, which is not set/,
  )
  env.DSN = 'another'
  await open(first).apply(update, { deployment: first, ...bound() })
  assert.notEqual(template(), before)
})

test('data and secrets may stay, and the next deployment finds them', async (t) => {
  const { cluster, open } = clusterFor(t)
  const first = smallDeployment({ regions: [] })
  const target = open(first)
  await applyAll(target, first)
  const key = cluster.object('Secret', 'syndata-secrets')?.data?.['SYNDATA_MASTER_KEY']
  await target.delete({ ...bound(), keepData: true })
  assert.equal((await target.observe(bound())).exists, false)
  assert.deepEqual(namesOf(cluster, 'PersistentVolumeClaim'), ['postgres-data', 'store'])
  assert.deepEqual(namesOf(cluster, 'Deployment'), [])
  await applyAll(target, first)
  assert.equal(cluster.object('Secret', 'syndata-secrets')?.data?.['SYNDATA_MASTER_KEY'], key)
})

test('a namespace that was there stays, with what others have in it', async (t) => {
  const { cluster, open } = clusterFor(t, { NODEOPS_KUBE_NAMESPACE: 'shared' })
  const first = fewDeployment()
  cluster.change(({ objects }) => {
    const leaf = (path: string[], value: unknown) => ({ path, value, owners: ['them'] })
    const stored = (kind: string, name: string, namespace: string | null) => ({
      ...{ apiVersion: 'v1', kind, name, namespace, generation: 1, looks: 0 },
      leaves: {
        '.kind': leaf(['kind'], kind),
        '.metadata.name': leaf(['metadata', 'name'], name),
      },
    })
    objects.push(stored('Namespace', 'shared', null), stored('ConfigMap', 'theirs', 'shared'))
  })
  const target = open(first)
  await applyAll(target, first)
  const policies = cluster.objects().filter(({ kind }) => kind === 'NetworkPolicy')
  for (const { spec } of policies) {
    const { podSelector } = spec as { podSelector: { matchLabels: Record<string, string> } }
    assert.equal(podSelector.matchLabels['nodeops/deployment'], first.name)
  }
  await target.delete({ ...bound(), keepData: false })
  assert.deepEqual(
    cluster.objects().map(({ metadata }) => metadata.name),
    ['shared', 'theirs'],
  )
})

test('without kubectl, or without a cluster, it is said what to do', async (t) => {
  const { cluster, open } = clusterFor(t)
  const first = fewDeployment()
  const missing = createKubernetesTarget({
    ...{ deployment: first, root, command: path.join(tmpdir(), 'no-such-kubectl') },
    references: { env: {}, folder: '.' },
  })
  const isRefused = (message: RegExp, whatToDo: RegExp) => (error: unknown) => {
    const { kind, message: said, whatToDo: advice } = error as Record<string, string>
    return kind === 'refused' && message.test(said ?? '') && whatToDo.test(advice ?? '')
  }
  const expected = isRefused(/kubectl is not installed/, /Install kubectl/)
  await assert.rejects(missing.observe(bound()), expected)
  await assert.rejects(missing.check(first, bound()), expected)
  cluster.change((state) => {
    state.isReachable = false
  })
  await assert.rejects(open(first).observe(bound()), isRefused(/does not answer/, /KUBECONFIG/))
})

test('another target of the same file sees the same revision', async (t) => {
  const { open } = clusterFor(t)
  const first = fewDeployment()
  await applyAll(open(first), first)
  const { revision, endpoints, hints } = await open(first).observe(bound())
  assert.equal(revision, revisionOf(first))
  assert.equal(endpoints[0]?.url, 'http://coordinator.small.svc:8000')
  assert.match(hints.join('\n'), /kubectl -n small port-forward/)
})
