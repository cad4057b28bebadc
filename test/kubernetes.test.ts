// What k8s/ promises: every overlay renders, is valid against the schemas of Kubernetes, and is as hardened as it says.
// kustomize (or kubectl) renders, kubernetes-validate checks; where they are not installed those tests are skipped.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { parse, parseAllDocuments } from 'yaml'
import { STOP } from '#coordinator/workflows/policies.ts'
import { isSettingOf, SETTING_NAMES } from '#settings/names.ts'
import type { Program } from '#settings/programs.ts'
import { REGIONS } from '#settings/regions.ts'
import { STOP_OF_WORKERS_MS } from '#test/support/stop-times.ts'

const root = new URL('..', import.meta.url).pathname
const OVERLAYS = ['single', 'multi-region', 'gpu', 'monitoring']
const isInstalled = (command: string, ...args: string[]) => spawnSync(command, args).status === 0

type Container = {
  name: string
  image: string
  args?: string[]
  env?: {
    name: string
    value?: string
    valueFrom?: {
      secretKeyRef?: { name: string; key: string }
      fieldRef?: { fieldPath: string }
    }
  }[]
  resources?: { requests?: object; limits?: object }
  securityContext?: Record<string, unknown>
  livenessProbe?: object
  readinessProbe?: object
  startupProbe?: { periodSeconds?: number; failureThreshold?: number }
}
type PodSpec = {
  containers: Container[]
  initContainers?: Container[]
  securityContext?: Record<string, unknown>
  automountServiceAccountToken?: boolean
  terminationGracePeriodSeconds?: number
  serviceAccountName?: string
  enableServiceLinks?: boolean
  volumes?: object[]
}
type Document = {
  kind: string
  metadata: { name: string }
  spec?: {
    template?: { metadata: { labels?: Record<string, string> }; spec: PodSpec }
    jobTemplate?: { spec: { template: { spec: PodSpec } } }
  }
}

const files = globSync('k8s/{base,worker,components/*}/*.yaml', { cwd: root }).filter(
  (file) => !file.endsWith('kustomization.yaml'),
)
const documents = files.flatMap((file) =>
  parseAllDocuments(readFileSync(path.join(root, file), 'utf8')).map(
    (each) => each.toJS() as Document,
  ),
)
const pods = documents.flatMap(({ kind, metadata, spec }) => {
  const pod = spec?.template?.spec ?? spec?.jobTemplate?.spec.template.spec
  return pod
    ? [{ name: metadata.name, isService: kind === 'Deployment' || kind === 'StatefulSet', pod }]
    : []
})

test('nothing runs as root, escalates, has a capability or an account it does not need', () => {
  assert.ok(pods.length >= 9)
  for (const { name, pod } of pods) {
    assert.equal(pod.securityContext?.['runAsNonRoot'], true, name)
    assert.deepEqual(pod.securityContext?.['seccompProfile'], { type: 'RuntimeDefault' }, name)
    if (!pod.serviceAccountName) assert.equal(pod.automountServiceAccountToken, false, name)
    for (const { name: container, securityContext } of [
      ...pod.containers,
      ...(pod.initContainers ?? []),
    ]) {
      assert.equal(securityContext?.['allowPrivilegeEscalation'], false, container)
      assert.deepEqual(securityContext?.['capabilities'], { drop: ['ALL'] }, container)
    }
  }
})

test('pods keep to the standard that their namespace enforces, and are not told of all services', () => {
  const [space] = documents.filter(({ kind }) => kind === 'Namespace')
  assert.ok(space)
  const { labels } = space.metadata as unknown as { labels: Record<string, string> }
  assert.equal(labels['pod-security.kubernetes.io/enforce'], 'restricted')
  const allowed = ['name', 'configMap', 'emptyDir', 'persistentVolumeClaim', 'secret']
  for (const { name, pod } of pods) {
    assert.equal(pod.enableServiceLinks, false, name)
    const kinds = (pod.volumes ?? []).flatMap((volume) => Object.keys(volume))
    assert.deepEqual(
      kinds.filter((kind) => !allowed.includes(kind)),
      [],
      name,
    )
    assert.deepEqual(
      Object.keys(pod).filter((key) => key.startsWith('host')),
      [],
    )
  }
})

test('modes of files are written so that every parser reads the same', () => {
  for (const file of files) {
    const text = readFileSync(path.join(root, file), 'utf8')
    assert.doesNotMatch(text, /[mM]ode: *0\d/, file)
  }
})

test('the scheduler may change the number of workers, and of nothing else', () => {
  const role = documents.find(
    ({ kind, metadata }) => kind === 'Role' && metadata.name === 'scheduler',
  ) as unknown as { rules: { resources: string[]; resourceNames?: string[] }[] }
  const scale = role.rules.find(({ resources }) => resources.includes('deployments/scale'))
  const wanted = REGIONS.flatMap((region) => [`worker-${region}`, `worker-gpu-${region}`])
  assert.deepEqual(scale?.resourceNames?.toSorted(), wanted.toSorted())
})

test('a node can be emptied of pods that are not well, and a database that recovers is not killed', () => {
  const budgets = documents.filter(({ kind }) => kind === 'PodDisruptionBudget')
  for (const { metadata, spec } of budgets) {
    const { unhealthyPodEvictionPolicy } = spec as { unhealthyPodEvictionPolicy?: string }
    assert.equal(unhealthyPodEvictionPolicy, 'AlwaysAllow', metadata.name)
  }
  const [container] = pods.find(({ name }) => name === 'postgres')?.pod.containers ?? []
  const { periodSeconds = 0, failureThreshold = 0 } = container?.startupProbe ?? {}
  assert.ok(periodSeconds * failureThreshold >= 3_600)
})

test('names are asked for wherever they are answered', () => {
  const names = documents.find(({ metadata }) => metadata.name === 'names')
  assert.ok(names)
  const { egress } = names.spec as unknown as {
    egress: { to?: object; ports: { port: number; protocol: string }[] }[]
  }
  assert.deepEqual(
    egress.map(({ to }) => to),
    [undefined],
  )
  const ports = egress[0]?.ports.map(({ port, protocol }) => `${port}/${protocol}`)
  assert.deepEqual(ports, ['53/UDP', '53/TCP', '5353/UDP', '5353/TCP'])
})

test('our own containers write nowhere but to volumes', () => {
  for (const { containers } of pods.map(({ pod }) => pod)) {
    for (const { image, name, securityContext } of containers) {
      if (image.startsWith('syndata-'))
        assert.equal(securityContext?.['readOnlyRootFilesystem'], true, name)
    }
  }
})

test('every container says what it needs, and every service is probed', () => {
  for (const { isService, pod } of pods) {
    for (const { name, resources, livenessProbe, readinessProbe } of pod.containers) {
      assert.ok(resources?.requests && resources.limits, name)
      if (isService) assert.ok(livenessProbe && readinessProbe, name)
    }
  }
})

test('secrets come from syndata-secrets, under the names that make-env.sh prints', () => {
  const printed = spawnSync('sh', [path.join(root, 'deploy/compose/make-env.sh')], {
    encoding: 'utf8',
  })
  const keys = new Set(printed.stdout.split('\n').map((line) => line.split('=')[0]))
  const refs = pods.flatMap(({ pod }) => pod.containers.flatMap(({ env }) => env ?? []))
  for (const { valueFrom } of refs) {
    if (!valueFrom?.secretKeyRef) continue
    assert.equal(valueFrom.secretKeyRef.name, 'syndata-secrets')
    assert.ok(keys.has(valueFrom.secretKeyRef.key), valueFrom.secretKeyRef.key)
  }
})

test('what containers run exists, and what they are told is read', () => {
  const sources = globSync('{coordinator,worker,deploy/images}/**/*.ts', { cwd: root })
    .map((file) => readFileSync(path.join(root, file), 'utf8'))
    .join('\n')
  // Programs that run once have their settings in their source.
  const isIn = (key: string) => sources.includes(key)
  const own = pods.flatMap(({ pod }) =>
    pod.containers.filter(({ image }) => image.startsWith('syndata-')),
  )
  for (const { args = [], env = [], name } of own) {
    for (const file of args) assert.ok(readFileSync(path.join(root, file)).length > 0, file)
    for (const { name: key } of env.filter((each) => each.name.startsWith('SYNDATA_'))) {
      const isRead = name in SETTING_NAMES ? isSettingOf(name as Program, key) : isIn(key)
      assert.ok(isRead, `${name}: ${key}`)
    }
  }
})

test('pods are killed later than their programs may take to stop', () => {
  const settings = documents.find(({ kind }) => kind === 'ConfigMap') as unknown as {
    data: Record<string, string>
  }
  const shared = Number(settings.data['SYNDATA_DRAIN_SECONDS'])
  const graceOf = (name: string) => {
    const { pod } = pods.find((each) => each.name === name) ?? {}
    const env = pod?.containers[0]?.env ?? []
    const own = env.find((variable) => variable.name === 'SYNDATA_DRAIN_SECONDS')?.value
    return { graceMs: 1_000 * (pod?.terminationGracePeriodSeconds ?? 30), own }
  }
  for (const name of ['coordinator', 'parts'])
    assert.ok(graceOf(name).graceMs >= 1_000 * shared + STOP.limitMs, name)
  const { graceMs, own } = graceOf('worker')
  assert.ok(graceMs >= 1_000 * Number(own) + STOP_OF_WORKERS_MS)
})

test('a rollout takes no worker away before the next one is there, and no two of them at once', () => {
  const [worker, budget] = ['Deployment', 'PodDisruptionBudget'].map((wanted) =>
    documents.find(({ kind, metadata }) => kind === wanted && metadata.name === 'worker'),
  ) as unknown as { spec: Record<string, unknown> }[]
  assert.deepEqual(worker?.spec['strategy'], { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } })
  assert.equal(budget?.spec['maxUnavailable'], 1)
})

test('workers may open connections to the fleet port and the parts port alone', () => {
  const policy = documents.find(
    ({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === 'worker',
  )
  assert.ok(policy)
  const { egress } = policy.spec as unknown as { egress: { ports: { port: number }[] }[] }
  assert.deepEqual(
    egress.flatMap(({ ports }) => ports.map(({ port }) => port)),
    [7443, 8130],
  )
})

test('every file is part of a kustomization', () => {
  for (const file of files) {
    const folder = path.dirname(path.join(root, file))
    const { resources } = parse(readFileSync(path.join(folder, 'kustomization.yaml'), 'utf8'))
    assert.ok((resources as string[]).includes(path.basename(file)), file)
  }
})

/** A variable in another one is put in only when it stands before it. */
function assertRegions(rendered: readonly Document[]): void {
  const workers = rendered.filter(({ kind, metadata }) => {
    return kind === 'Deployment' && metadata.name.startsWith('worker-')
  })
  for (const { metadata, spec } of workers) {
    const region = metadata.name.replace(/^worker-(gpu-)?/, '')
    const { metadata: ofPod, spec: pod } = spec?.template ?? {}
    const env = pod?.containers[0]?.env ?? []
    const at = (wanted: string) => env.findIndex(({ name }) => name === wanted)
    const { value, valueFrom } = env[at('SYNDATA_REGION')] ?? {}
    const label = /^metadata\.labels\['(.+)'\]$/.exec(valueFrom?.fieldRef?.fieldPath ?? '')?.[1]
    assert.equal(value ?? ofPod?.labels?.[label ?? ''], region)
    assert.equal(env[at('SYNDATA_TOKEN_FILE')]?.value, '/tokens/$(SYNDATA_REGION)')
    assert.ok(at('SYNDATA_REGION') < at('SYNDATA_TOKEN_FILE'))
    assert.match(JSON.stringify(pod), new RegExp(`"syndata/region".*"values":\\["${region}"\\]`))
  }
}

const renderer = isInstalled('kustomize', 'version')
  ? ['kustomize', 'build']
  : isInstalled('kubectl', 'version', '--client')
    ? ['kubectl', 'kustomize']
    : null
const validates = isInstalled('kubernetes-validate', '--version')

for (const overlay of OVERLAYS) {
  test(`the overlay ${overlay} renders to valid documents`, {
    skip: renderer ? false : 'neither kustomize nor kubectl is installed',
  }, (t) => {
    const [command = '', ...args] = renderer ?? []
    const built = spawnSync(command, [...args, path.join(root, 'k8s/overlays', overlay)], {
      encoding: 'utf8',
    })
    assert.equal(built.status, 0, built.stderr)
    const rendered = parseAllDocuments(built.stdout).map((each) => each.toJS() as Document)
    const named = rendered.map(({ kind, metadata }) => `${kind}/${metadata.name}`)
    assert.equal(new Set(named).size, named.length)
    assert.ok(named.includes('Deployment/coordinator'))
    assert.ok(named.some((name) => name.startsWith('Deployment/worker-')))
    assertRegions(rendered)
    if (!validates) return
    const folder = mkdtempSync(path.join(tmpdir(), 'syndata-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const file = path.join(folder, 'rendered.yaml')
    writeFileSync(file, built.stdout)
    const checked = spawnSync('kubernetes-validate', ['--strict', '--quiet', file], {
      encoding: 'utf8',
    })
    assert.equal(checked.status, 0, checked.stdout + checked.stderr)
  })
}
