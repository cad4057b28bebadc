// The documents of a deployment, step by step: pure functions from the base and the file.
import type { Deployment, RegionCount, ServiceSpec } from '../../deployment.ts'
import { digestOf } from '../../digest.ts'
import { ROLE_FACTS } from '../../file/roles.ts'
import { showBytes } from '../../file/units.ts'
import { companionsOf, egressOfWorkers } from './companions.ts'
import {
  ANNOTATION,
  type Base,
  inScope,
  isWorkload,
  LABEL,
  type Manifest,
  ofOurs,
  recordNameOf,
  type Scope,
  WORKER_ANCHOR,
  type Workload,
  workerNameOf,
} from './manifests.ts'
import { workerAnchor, workerManifests } from './workers.ts'
import { CLAIMS, claimNameOf, dataPathOf, persistentVolumesOf, workloadOf } from './workload.ts'

export type Rendering = {
  scope: Scope
  base: Base
  registry: string | null
  deployment: Deployment
  /** That workloads have now, by their names. */
  replicas: ReadonlyMap<string, number>
  references: string | null
}

/** Of everything but the file's services that documents are made from. */
export const basisOf = (
  base: Base,
  { registry, rollout }: { registry: string | null; rollout: Deployment['rollout'] },
): string => digestOf([base.digest, registry, rollout])

/** With the label that says who made it. */
export function namespaceManifest({ namespace, name }: Scope, base: Base): Manifest[] {
  return base.documents.namespace.map(({ metadata, ...rest }) => ({
    ...rest,
    metadata: {
      name: namespace,
      labels: { ...metadata.labels, [LABEL.deployment]: name },
    },
  }))
}

/** Settings and policies that all services share. */
export function commonManifests(scope: Scope, base: Base): Manifest[] {
  const settings = base.documents.settings.map((document) => ({
    ...document,
    data: {
      ...document.data,
      SYNDATA_PUBLIC_URL: 'http://localhost:8000',
      SYNDATA_STORE: `folder:${CLAIMS.parts.mountPath}`,
    },
  }))
  return [...settings, ...base.documents.policies.map((each) => ofOurs(each, scope))].map(
    (document) => inScope<Manifest>(scope, document),
  )
}

/** Of what was settled last; empty until then. */
export const recordManifest = (scope: Scope, data: Record<string, string>): Manifest =>
  inScope<Manifest>(scope, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: recordNameOf(scope.name) },
    data,
  })

/** Workers get their anchor, and a Deployment in each of `regions`. */
export function serviceManifests(
  spec: ServiceSpec,
  rendering: Rendering,
  regions: readonly RegionCount[] = [],
): (Manifest | Workload)[] {
  const { base, scope } = rendering
  const own = base.documents[spec.role]
  if (spec.role === 'worker') return allWorkers(spec, rendering, regions)
  const documents = own.map((document) =>
    isWorkload(document)
      ? workloadOf(prepared(document, spec, rendering), spec, optionsOf(spec, rendering))
      : inScope<Manifest | Workload>(scope, adapted(document, spec), spec.name),
  )
  return [...claimsOf(spec, rendering), ...documents, ...companionsOf(spec, rendering)]
}

type ServicePort = { name: string; port: number; targetPort: string }

function adapted(document: Manifest, spec: ServiceSpec): Manifest {
  // One replica that has to stay would keep its node from ever being emptied.
  if (document.kind === 'PodDisruptionBudget') {
    const { minAvailable: _, ...spec } = document.spec ?? {}
    return { ...document, spec: { ...spec, maxUnavailable: 1 } }
  }
  return document.kind === 'Service' ? withPorts(document, spec) : document
}

/** The file's ports besides the base's, which the services of a deployment know each other by. */
function withPorts(document: Manifest, { role, ports }: ServiceSpec): Manifest {
  const { ports: own, ...rest } = document.spec as { ports: ServicePort[] }
  const more = Object.entries(ports).flatMap(([name, port]) => {
    const like = own.find((each) => each.port === ROLE_FACTS[role].ports[name])
    return like && like.port !== port ? [{ ...like, name: `${like.name}-${port}`, port }] : []
  })
  return { ...document, spec: { ...rest, ports: [...own, ...more] } }
}

function optionsOf(spec: ServiceSpec, rendering: Rendering, name: string = spec.role) {
  const { scope, base, registry, deployment, replicas, references } = rendering
  const { rollout } = deployment
  return {
    ...{ scope, rollout, references, images: { registry, version: base.version } },
    replicas: replicas.get(name) ?? spec.replicas,
    basis: basisOf(base, { registry, rollout }),
  }
}

function allWorkers(
  spec: ServiceSpec,
  rendering: Rendering,
  regions: readonly RegionCount[],
): (Manifest | Workload)[] {
  const { scope, base, registry, deployment } = rendering
  const annotations = {
    [ANNOTATION.told]: JSON.stringify(spec),
    [ANNOTATION.basis]: basisOf(base, { registry, rollout: deployment.rollout }),
  }
  const elsewhere = 'SYNDATA_COORDINATOR' in spec.env
  return [
    workerAnchor(scope, spec, { name: WORKER_ANCHOR, annotations }),
    ...(elsewhere ? [egressOfWorkers('worker-elsewhere', undefined, spec, scope)] : []),
    ...regions.flatMap(({ region, count }) => {
      const name = workerNameOf(region)
      const options = optionsOf({ ...spec, replicas: count }, rendering, name)
      return workerManifests(base.documents.worker, spec, { ...options, region })
    }),
  ]
}

/** What of the base's workload has another value here, before the file's own variables are put over it. */
function prepared(document: Workload, spec: ServiceSpec, { deployment }: Rendering): Workload {
  if (spec.role !== 'scheduler') return document
  const { template } = document.spec
  const containers = template.spec.containers.map((container) => ({
    ...container,
    env: [
      ...(container.env ?? []).filter(({ name }) => !name.startsWith('SYNDATA_SCALING_')),
      ...(deployment.scaling ? Object.entries(PROVIDER) : []).map(([name, value]) => ({
        ...{ name, value },
      })),
    ],
  }))
  const pod = { ...template, spec: { ...template.spec, containers } }
  return { ...document, spec: { ...document.spec, template: pod } }
}

/** One of both pools has limits: workers have a GPU, or none has. */
const PROVIDER = {
  SYNDATA_SCALING_PROVIDER: 'kubernetes',
  SYNDATA_SCALING_KUBERNETES_DEPLOYMENT: 'worker-{region}',
  SYNDATA_SCALING_GPU_PROVIDER: 'kubernetes',
  SYNDATA_SCALING_GPU_KUBERNETES_DEPLOYMENT: 'worker-{region}',
}

function claimsOf(spec: ServiceSpec, { scope, base }: Rendering): Manifest[] {
  const claim = (name: string, sizeBytes: number): Manifest[] =>
    base.documents.store.map(({ metadata, spec: like, ...rest }) =>
      inScope<Manifest>(
        scope,
        {
          ...rest,
          metadata: { ...metadata, name },
          spec: { ...like, resources: { requests: { storage: showBytes(sizeBytes) } } },
        },
        spec.name,
      ),
    )
  const data = spec.volumes.find(({ mountPath }) => mountPath === dataPathOf(spec))
  const own = spec.role === 'postgres' || spec.role === 'parts' ? CLAIMS[spec.role] : null
  const isNeeded = own !== null && dataPathOf(spec) !== null
  return [
    ...(isNeeded ? claim(own.claim, data?.sizeBytes ?? own.sizeBytes) : []),
    ...persistentVolumesOf(spec).flatMap((volume) =>
      claim(claimNameOf(spec, volume), volume.sizeBytes),
    ),
  ]
}
