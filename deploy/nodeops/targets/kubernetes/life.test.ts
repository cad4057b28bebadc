// What a deployment in a pretended cluster leaves, finds again, refers to and needs.
import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { converge } from '../../execute.ts'
import { planSteps } from '../../plan.ts'
import { revisionOf } from '../../revision.ts'
import { serviceSpec, smallDeployment } from '../../test/deployments.ts'
import {
  applyAll,
  bound,
  clusterFor,
  fewDeployment,
  namesOf,
  root,
} from '../../test/kubernetes-setting.ts'
import { createKubernetesTarget } from '../kubernetes.ts'

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
  await assert.rejects(
    open(first).observe(bound()),
    isRefused(/^the cluster does not answer: The connection/, /KUBECONFIG/),
  )
})

test('workers of a coordinator elsewhere need nothing but its address and a token', async (t) => {
  const { cluster, open } = clusterFor(t, { TOKEN: 'synw_1' })
  const env = {
    SYNDATA_COORDINATOR: { value: 'fleet.example.org:7443' },
    SYNDATA_TOKEN: { fromEnv: 'TOKEN' },
  }
  const first = fewDeployment({ services: [serviceSpec('worker', { env })] })
  const target = open(first)
  await converge(target, first, bound())
  assert.deepEqual(namesOf(cluster, 'Deployment'), ['worker-us-west'])
  assert.ok(namesOf(cluster, 'NetworkPolicy').includes('worker-elsewhere'))
  const here = fewDeployment()
  await applyAll(target, here)
  assert.ok(!namesOf(cluster, 'NetworkPolicy').includes('worker-elsewhere'))
  assert.ok(!namesOf(cluster, 'Secret').includes('nodeops-references-worker'))
})

test('a door for workers outside goes when the file has it no more', async (t) => {
  const { cluster, open } = clusterFor(t)
  const first = fewDeployment()
  const [coordinator] = first.services
  assert.ok(coordinator)
  const { env } = coordinator
  coordinator.env = { ...env, SYNDATA_FLEET_ADDRESSES: { value: 'fleet.example.org:7443' } }
  const target = open(first)
  await applyAll(target, first)
  const doors = () => [...namesOf(cluster, 'Service'), ...namesOf(cluster, 'NetworkPolicy')]
  assert.ok(doors().includes('public-fleet') && doors().includes('from-outside-fleet'))
  coordinator.env = env
  await applyAll(target, first)
  assert.ok(!doors().some((name) => /public|outside/.test(name)), doors().join())
  assert.ok(doors().includes('coordinator'))
})

test('another name of a service is the same pods', async (t) => {
  const { cluster, open } = clusterFor(t)
  const first = fewDeployment()
  const target = open(first)
  await applyAll(target, first)
  const before = namesOf(cluster, 'Service')
  const renamed = structuredClone(first)
  renamed.services.forEach((spec) => {
    spec.name = `my-${spec.name}`
  })
  await applyAll(target, renamed)
  assert.deepEqual(namesOf(cluster, 'Service'), before)
  assert.deepEqual(namesOf(cluster, 'Deployment'), ['coordinator', 'worker-us-west'])
  assert.deepEqual(planSteps(renamed, await target.observe(bound())), [])
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
