// The kubernetes target over a pretended cluster: the contract, and clusters that others change or that fail.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { converge } from '../execute.ts'
import { planSteps } from '../plan.ts'
import type { TargetError } from '../target.ts'
import { serviceSpec, smallDeployment } from '../test/deployments.ts'
import {
  applyAll,
  bound,
  clusterFor,
  coordinatorOf,
  fewDeployment,
  namesOf,
  TIMEOUT_MS,
  withWorker,
} from '../test/kubernetes-setting.ts'
import { targetContract } from './contract.ts'

test('the kubernetes target keeps the contract', async (t) => {
  const { cluster, open } = clusterFor(t)
  await coordinatorOf(t, cluster)
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
  const message = 'error: Apply failed with 1 conflict: conflict with "node": .spec.replicas'
  cluster.change(({ faults }) => faults.push({ kind: 'fail', command: 'apply', message, times: 2 }))
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
