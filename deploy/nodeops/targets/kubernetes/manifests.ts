// Documents of k8s/ as the target starts from them, and what all documents of a deployment have in common.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parseAllDocuments } from 'yaml'
import { digestOf } from '../../digest.ts'

export type Metadata = {
  name: string
  namespace?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
}
export type Manifest = {
  apiVersion: string
  kind: string
  metadata: Metadata
  data?: Record<string, string>
  spec?: Record<string, unknown>
}

export type EnvVar = { name: string; value?: string; valueFrom?: Record<string, unknown> }
export type Probe = {
  httpGet?: { path: string; port: string; scheme?: string }
  periodSeconds?: number
  timeoutSeconds?: number
  failureThreshold?: number
} & Record<string, unknown>
export type Container = {
  name: string
  image: string
  env?: EnvVar[]
  ports?: { name: string; containerPort: number }[]
  readinessProbe?: Probe
  livenessProbe?: Probe
  resources?: Record<string, Record<string, string>>
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[]
} & Record<string, unknown>
export type PodVolume = { name: string } & Record<string, unknown>
export type PodSpec = {
  containers: Container[]
  volumes?: PodVolume[]
  affinity?: Record<string, unknown>
  terminationGracePeriodSeconds?: number
} & Record<string, unknown>
export type Template = { metadata: Omit<Metadata, 'name'>; spec: PodSpec }
export type Workload = Omit<Manifest, 'spec'> & {
  spec: { template: Template } & Record<string, unknown>
}

const FILES = {
  namespace: 'base/namespace.yaml',
  settings: 'base/settings.yaml',
  policies: 'base/network-policies.yaml',
  ingress: 'base/ingress.yaml',
  tokens: 'base/tokens.yaml',
  web: 'base/web.yaml',
  store: 'components/store-volume/volume.yaml',
  outside: 'components/public-fleet/services.yaml',
  postgres: 'base/postgres.yaml',
  temporal: 'base/temporal.yaml',
  parts: 'base/parts.yaml',
  coordinator: 'base/coordinator.yaml',
  scheduler: 'base/scheduler.yaml',
  worker: 'worker/worker.yaml',
} as const

export type Base = {
  documents: Readonly<Record<keyof typeof FILES, readonly Manifest[]>>
  /** Tag of images that nobody names. */
  version: string
  /** Of all of it. */
  digest: string
}

/** `root` is that of the repository; `pullSecret`: a secret of the namespace by which nodes fetch images, if they need one. */
export function readBase(root: string, pullSecret: string | null = null): Base {
  const read = (file: string): Manifest[] =>
    parseAllDocuments(readFileSync(path.join(root, 'k8s', file), 'utf8')).map((each) =>
      withPullSecret(each.toJS() as Manifest, pullSecret),
    )
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    version: string
  }
  const documents = Object.fromEntries(
    Object.entries(FILES).map(([key, file]) => [key, read(file)]),
  ) as Record<keyof typeof FILES, Manifest[]>
  return { documents, version, digest: digestOf({ documents, version }) }
}

function withPullSecret(manifest: Manifest | Workload, name: string | null): Manifest {
  if (name === null || !isWorkload(manifest)) return manifest as Manifest
  const { template, ...rest } = manifest.spec
  const spec = { ...template.spec, imagePullSecrets: [{ name }] }
  return { ...manifest, spec: { ...rest, template: { ...template, spec } } }
}

export const LABEL = {
  deployment: 'nodeops/deployment',
  /** Of a service's documents, and of its own pods. */
  service: 'nodeops/service',
  region: 'syndata/region',
  component: 'app.kubernetes.io/component',
} as const
export const ANNOTATION = {
  told: 'nodeops/told',
  /** What the documents were made from besides the file; told again when it is another. */
  basis: 'nodeops/basis',
  /** Version of what stood behind the references. */
  references: 'nodeops/references',
} as const

export const SECRETS = 'syndata-secrets'
/** Of what was settled last. */
export const recordNameOf = (deployment: string): string => `nodeops-${deployment}`
/** Says what workers were told, also while there are none. */
export const WORKER_ANCHOR = 'nodeops-worker'
/** What stands behind references to variables and files, of one role. */
export const referencesNameOf = (role: string): string => `nodeops-references-${role}`
export const workerNameOf = (region: string): string => `worker-${region}`

export type Scope = { name: string; namespace: string }

/** In the deployment's namespace, under its label and, if it is of one, that of the service. */
export function inScope<T extends Manifest | Workload>(
  { name, namespace }: Scope,
  manifest: T,
  service?: string,
): T {
  const { metadata } = manifest
  const labels = {
    ...metadata.labels,
    [LABEL.deployment]: name,
    ...(service === undefined ? {} : { [LABEL.service]: service }),
  }
  return { ...manifest, metadata: { ...metadata, namespace, labels } }
}

/** In a namespace that others use too, policies are about our pods alone. */
export function ofOurs(manifest: Manifest, { name }: Scope): Manifest {
  if (manifest.kind !== 'NetworkPolicy') return manifest
  const { podSelector, ...rest } = manifest.spec as { podSelector: { matchLabels?: object } }
  const matchLabels = { ...podSelector.matchLabels, [LABEL.deployment]: name }
  return { ...manifest, spec: { ...rest, podSelector: { ...podSelector, matchLabels } } }
}

export const isWorkload = (manifest: Manifest | Workload): manifest is Workload =>
  manifest.kind === 'Deployment' || manifest.kind === 'StatefulSet' || manifest.kind === 'Job'
