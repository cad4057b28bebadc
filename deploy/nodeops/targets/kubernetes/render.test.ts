// The documents of any deployment: whole, hardened, and valid against the schemas of Kubernetes where those are at hand.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Deployment } from '../../deployment.ts'
import { readDeployment } from '../../file/read-file.ts'
import { deploymentBy } from '../../test/deployments.ts'
import { kindOf } from '../../test/kubectl-kinds.ts'
import { checkObject, type Obj } from '../../test/kubectl-rules.ts'
import {
  base,
  containerIn,
  render,
  root,
  scope,
  whole,
  workloadIn,
} from '../../test/kubernetes-documents.ts'
import { findingsOf } from './check.ts'
import { isWorkload, type Manifest, readBase, type Workload } from './manifests.ts'
import { serviceManifests } from './render.ts'

const envIn = (manifests: readonly (Manifest | Workload)[], name: string) =>
  Object.fromEntries(
    (containerIn(manifests, name).env ?? []).map(({ name: key, ...rest }) => [key, rest]),
  )

const OURS = new Set(['parts', 'coordinator', 'scheduler', 'worker', 'tokens'])

function assertHardened({ metadata, spec }: Workload): void {
  const { containers, initContainers = [], ...pod } = spec.template.spec
  const security = pod['securityContext'] as Record<string, unknown>
  assert.equal(security['runAsNonRoot'], true, metadata.name)
  if (!pod['serviceAccountName']) assert.equal(pod['automountServiceAccountToken'], false)
  for (const container of [...containers, ...(initContainers as typeof containers)]) {
    const own = container['securityContext'] as Record<string, unknown>
    assert.equal(own['allowPrivilegeEscalation'], false, container.name)
    assert.deepEqual(own['capabilities'], { drop: ['ALL'] }, container.name)
    if (OURS.has(container.name)) assert.equal(own['readOnlyRootFilesystem'], true, container.name)
  }
}

test('any deployment renders to documents that a cluster takes, as hardened as the base', () => {
  fc.assert(
    fc.property(deploymentBy, (deployment) => {
      const manifests = render(deployment)
      const names = manifests.map(({ kind, metadata }) => `${kind}/${metadata.name}`)
      assert.equal(new Set(names).size, names.length, 'names are unique')
      for (const manifest of manifests) {
        checkObject(kindOf(manifest), manifest as Obj)
        assert.equal(manifest.metadata.labels?.['nodeops/deployment'], 'small')
        if (isWorkload(manifest)) assertHardened(manifest)
      }
      for (const { region, count } of deployment.regions) {
        assert.equal(workloadIn(manifests, `worker-${region}`).spec['replicas'], count)
      }
      if (!deployment.scaling) assert.ok(!JSON.stringify(manifests).includes('SYNDATA_SCALING'))
    }),
  )
})

test('settings, variables and references are environment, and none is taken for another', () => {
  const manifests = render(
    whole({
      coordinator: {
        settings: { SYNDATA_CHUNK_ROWS: '500' },
        env: {
          LOG_LEVEL: { value: 'debug' },
          PRICE: { value: '$(HOME)' },
          DATABASE_URL: { fromSecret: { name: 'mine', key: 'dsn' } },
          TOKEN: { fromEnv: 'TOKEN' },
        },
      },
    }),
    { references: 'v1' },
  )
  const env = envIn(manifests, 'coordinator')
  assert.deepEqual(env['SYNDATA_CHUNK_ROWS'], { value: '500' })
  assert.deepEqual(env['PRICE'], { value: '$$(HOME)' })
  const ref = (name: string, key: string) => ({ valueFrom: { secretKeyRef: { name, key } } })
  assert.deepEqual(env['DATABASE_URL'], ref('mine', 'dsn'))
  assert.deepEqual(env['TOKEN'], ref('nodeops-references-coordinator', 'TOKEN'))
  const { annotations } = workloadIn(manifests, 'coordinator').spec.template.metadata
  assert.deepEqual(annotations, { 'nodeops/references': 'v1' })
})

test('images get a registry, and workers with a GPU theirs', () => {
  const resources = { cpuMillis: 1_500, memoryBytes: 2 ** 30, gpus: 1 }
  const deployment = whole({
    worker: { image: 'syndata-worker:2', resources },
    parts: { image: 'ghcr.io/other/parts:1' },
  })
  const manifests = render(deployment, { registry: 'registry.example.com/me/' })
  const imageIn = (name: string) => containerIn(manifests, name).image
  assert.equal(imageIn('worker-us-west'), 'registry.example.com/me/syndata-worker-cuda:2')
  assert.equal(
    imageIn('coordinator'),
    `registry.example.com/me/syndata-coordinator:${base.version}`,
  )
  assert.equal(imageIn('tokens'), imageIn('coordinator'))
  assert.equal(imageIn('parts'), 'ghcr.io/other/parts:1')
  assert.equal(imageIn('postgres'), 'postgres:17.6-bookworm')
  const amounts = { cpu: '1500m', memory: '1Gi', 'nvidia.com/gpu': '1' }
  const worker = containerIn(manifests, 'worker-us-west')
  assert.deepEqual(worker.resources, { requests: amounts, limits: amounts })
  const { spec } = workloadIn(manifests, 'worker-us-west').spec.template
  assert.deepEqual(spec['nodeSelector'], { 'nvidia.com/gpu.present': 'true' })
})

test('a secret to fetch images by is named in every pod', () => {
  const rendering = { scope, base: readBase(root, 'mine'), registry: null, references: null }
  const deployment = whole()
  const workloads = deployment.services
    .flatMap((spec) =>
      serviceManifests(spec, { ...rendering, deployment, replicas: new Map() }, deployment.regions),
    )
    .filter(isWorkload)
  assert.ok(workloads.length >= 8)
  for (const { metadata, spec } of workloads)
    assert.deepEqual(spec.template.spec['imagePullSecrets'], [{ name: 'mine' }], metadata.name)
  assert.doesNotMatch(JSON.stringify(render(deployment)), /imagePullSecrets/)
})

test('a check of health times the probes of its path, and never kills what is merely not ready', () => {
  const check = { intervalMs: 30_000, timeoutMs: 4_000, retries: 5 }
  const manifests = render(
    whole({
      coordinator: { healthCheck: { ...check, path: '/api/ready' } },
      worker: { healthCheck: { ...check, path: '/live' } },
      parts: { healthCheck: { ...check, path: '/mine' } },
    }),
  )
  const timed = { periodSeconds: 30, timeoutSeconds: 4, failureThreshold: 5 }
  const { readinessProbe, livenessProbe } = containerIn(manifests, 'coordinator')
  assert.deepEqual(readinessProbe, { httpGet: { path: '/api/ready', port: 'http' }, ...timed })
  assert.equal(livenessProbe?.httpGet?.path, '/api/health')
  assert.equal(livenessProbe?.periodSeconds, 10)
  const worker = containerIn(manifests, 'worker-us-west')
  assert.equal(worker.livenessProbe?.periodSeconds, 30)
  assert.equal(worker.readinessProbe?.httpGet?.path, '/ready')
  assert.equal(containerIn(manifests, 'parts').readinessProbe?.httpGet?.path, '/mine')
  assert.equal(containerIn(manifests, 'parts').livenessProbe?.httpGet?.path, '/health')
})

test("parts are on a volume of the file's size, or in a bucket that workers may reach", () => {
  const volumes = [{ name: 'generated-data', mountPath: '/data', sizeBytes: 5 * 2 ** 30 }]
  const kept = render(whole({ parts: { volumes } }))
  const claim = kept.find(
    ({ kind, metadata }) => kind === 'PersistentVolumeClaim' && metadata.name === 'store',
  )
  assert.deepEqual(claim?.spec?.['resources'], { requests: { storage: '5Gi' } })
  for (const role of ['parts', 'coordinator']) {
    const mounts = containerIn(kept, role).volumeMounts ?? []
    assert.ok(mounts.some(({ name, mountPath }) => name === 'store' && mountPath === '/data'))
  }
  const env = { SYNDATA_STORE: { value: 's3:bucket' } }
  const away = render(whole({ parts: { env }, coordinator: { env } }))
  const named = away.map(({ kind, metadata }) => `${kind}/${metadata.name}`)
  assert.ok(!named.includes('PersistentVolumeClaim/store'))
  assert.ok(named.includes('NetworkPolicy/worker-store'))
  assert.ok(!JSON.stringify(workloadIn(away, 'coordinator')).includes('"store"'))
})

test('a public address is an ingress; another port is one more of the service', () => {
  const inside = render(whole())
  assert.ok(!inside.some(({ kind }) => kind === 'Ingress'))
  const env = { SYNDATA_PUBLIC_URL: { value: 'https://data.example.org/' } }
  const manifests = render(whole({ coordinator: { env, ports: { http: 9_000, fleet: 7_443 } } }))
  const ingress = manifests.find(({ kind }) => kind === 'Ingress')
  const { rules, tls } = (ingress?.spec ?? {}) as {
    rules: { host: string }[]
    tls: { hosts: string[] }[]
  }
  assert.equal(rules[0]?.host, 'data.example.org')
  assert.deepEqual(tls[0]?.hosts, ['data.example.org'])
  const service = manifests.find(
    ({ kind, metadata }) => kind === 'Service' && metadata.name === 'coordinator',
  )
  const { ports } = (service?.spec ?? {}) as { ports: { port: number; targetPort: string }[] }
  assert.deepEqual(
    ports.map(({ port, targetPort }) => `${port}:${targetPort}`),
    ['8000:http', '7443:fleet', '9000:http'],
  )
})

test('a scheduler scales the Deployments that are there, and only if the file says so', () => {
  const settings = { SYNDATA_SCALING_GPU_MIN: '1', SYNDATA_SCALING_GPU_MAX: '4' }
  const scaled = { ...whole({ scheduler: { settings } }), scaling: { min: 1, max: 4 } }
  const { GPU_PROVIDER, GPU_KUBERNETES_DEPLOYMENT, GPU_MAX, MIN } = Object.fromEntries(
    Object.entries(envIn(render(scaled), 'scheduler')).map(([name, { value }]) => [
      name.replace('SYNDATA_SCALING_', ''),
      value,
    ]),
  )
  assert.deepEqual([GPU_PROVIDER, GPU_MAX, MIN], ['kubernetes', '4', undefined])
  for (const { region } of scaled.regions) {
    workloadIn(render(scaled), (GPU_KUBERNETES_DEPLOYMENT ?? '').replace('{region}', region))
  }
  const names = Object.keys(envIn(render(whole()), 'scheduler'))
  assert.ok(!names.some((name) => name.startsWith('SYNDATA_SCALING')))
})

test('it is said what the cluster lacks, and what runs otherwise', () => {
  const plain = { gpusOfNode: 0, hasStorageClass: true, namespaceOf: null }
  const found = (deployment: Deployment, cluster = {}) =>
    findingsOf(deployment, { ...plain, ...cluster }, { ...scope, registry: 'r' }).map(
      ({ severity, service, message }) => `${severity} ${service}: ${message}`,
    )
  assert.deepEqual(found(whole()), [])
  const resources = { cpuMillis: 1_000, memoryBytes: 2 ** 30, gpus: 2 }
  assert.match(
    found(whole({ worker: { resources } })).join(),
    /^error worker: .*no node has nvidia/,
  )
  assert.match(found(whole({ worker: { resources } }), { gpusOfNode: 1 }).join(), /more than 1/)
  const withGpus = whole({ worker: { resources } })
  const [waits, ...others] = found(withGpus, { gpusOfNode: 8 })
  assert.match(waits ?? '', /^warning worker: an update needs .* GPUs that are over: .*maxSurge: 0/)
  assert.deepEqual(others, [])
  const rollout = { kind: 'rolling', maxSurge: 0, maxUnavailable: 1 } as const
  assert.deepEqual(found({ ...withGpus, rollout }, { gpusOfNode: 8 }), [])
  assert.match(found(whole(), { hasStorageClass: false }).join(), /^error .*storage class/)
  assert.match(found(whole(), { namespaceOf: 'other' }).join(), /^error .*is of other/)
  assert.match(
    found(whole({ coordinator: { replicas: 2 } })).join(),
    /^warning coordinator: .*bucket/,
  )
  const env = { SYNDATA_STORE: { value: 's3:bucket' } }
  assert.match(
    found(whole({ coordinator: { env } })).join(),
    /^error coordinator: its SYNDATA_STORE/,
  )
  const alone = whole()
  const without = { ...alone, services: alone.services.filter(({ role }) => role !== 'postgres') }
  assert.match(found(without).join(), /^error parts: it needs DATABASE_URL.*error scheduler/)
})

const isInstalled = spawnSync('kubernetes-validate', ['--version']).status === 0

test('documents are valid against the schemas of Kubernetes', {
  skip: isInstalled ? false : 'kubernetes-validate is not installed',
}, (t) => {
  const shipped = readFileSync(path.join(root, 'deploy/nodeops/nodeops.yaml'), 'utf8')
  const { deployment } = readDeployment(shipped)
  assert.ok(deployment)
  const folder = mkdtempSync(path.join(tmpdir(), 'syndata-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const volumes = [{ name: 'more', mountPath: '/more', sizeBytes: 2 ** 30 }]
  const env = {
    SYNDATA_STORE: { value: 's3:bucket' },
    SYNDATA_PUBLIC_URL: { value: 'https://data.example.org' },
    SYNDATA_FLEET_ADDRESSES: { value: 'fleet.example.org:7443' },
    SYNDATA_PARTS_URL: { value: 'https://parts.example.org:8130' },
    A: { fromEnv: 'A' },
  }
  const other = whole({
    coordinator: { env, volumes },
    parts: { env, volumes },
    worker: { env: { SYNDATA_COORDINATOR: { value: 'h:7443' }, SYNDATA_TOKEN: { fromEnv: 'T' } } },
  })
  const rollout = { kind: 'recreate', maxSurge: 0, maxUnavailable: 0 } as const
  const manifests = [...render(deployment), ...render({ ...other, rollout }, { references: 'v' })]
  const file = path.join(folder, 'rendered.yaml')
  writeFileSync(file, manifests.map((each) => JSON.stringify(each)).join('\n---\n'))
  const checked = spawnSync('kubernetes-validate', ['--strict', '--quiet', file], {
    encoding: 'utf8',
  })
  assert.equal(checked.status, 0, checked.stdout + checked.stderr)
})
