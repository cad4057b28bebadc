// The Deployment or StatefulSet of one service: the base's, hardened as it is, with what the file says.
import type { Rollout, ServiceSpec, Volume } from '../../deployment.ts'
import { showBytes } from '../../file/units.ts'
import { graceSecondsOf } from '../grace.ts'
import {
  environmentOf,
  hasOwnToken,
  type ImageOptions,
  imageOf,
  probesOf,
  resourcesOf,
} from './container.ts'
import {
  ANNOTATION,
  type Container,
  inScope,
  LABEL,
  type PodSpec,
  type Scope,
  type Workload,
} from './manifests.ts'
import { storeFolderOf } from './store.ts'

export type WorkloadOptions = {
  scope: Scope
  images: ImageOptions
  rollout: Rollout
  /** That it has now; one that is made gets those of the file. */
  replicas: number
  /** Version of what stands behind its references. */
  references: string | null
  basis: string
}

/** Its own data, on a claim that outlives pods: the name of the claim and of the folder, by role. */
export const CLAIMS = {
  postgres: {
    claim: 'postgres-data',
    mountPath: '/var/lib/postgresql/data',
    sizeBytes: 20 * 2 ** 30,
  },
  parts: { claim: 'store', mountPath: '/data', sizeBytes: 100 * 2 ** 30 },
} as const

/** Where the volumes of services that may be several are: with their pods, and as long as them. */
const isShortLived = ({ role }: ServiceSpec): boolean => !(role === 'postgres' || role === 'parts')

/** Of a volume that is not the service's own data. */
export const claimNameOf = ({ role }: ServiceSpec, { name }: Volume): string => `${role}-${name}`

/** Those that are not the service's own data. */
export const moreVolumesOf = (spec: ServiceSpec): Volume[] =>
  spec.volumes.filter(({ mountPath }) => mountPath !== dataPathOf(spec))

/** Where the service's own data lies in its container; null for what has none here. */
export function dataPathOf(spec: ServiceSpec): string | null {
  if (spec.role === 'worker') return '/data'
  if (spec.role === 'parts') return storeFolderOf(spec)
  return spec.role === 'postgres' ? CLAIMS.postgres.mountPath : null
}

/** Those besides its own data that outlive its pods. */
export const persistentVolumesOf = (spec: ServiceSpec): Volume[] =>
  isShortLived(spec) ? [] : moreVolumesOf(spec)

/** A pure function; `base` has one container of the role's name. */
export function workloadOf(base: Workload, spec: ServiceSpec, options: WorkloadOptions): Workload {
  const { scope, replicas, references, basis } = options
  const { template, volumeClaimTemplates: _, ...rest } = base.spec
  const labels = {
    ...template.metadata.labels,
    [LABEL.deployment]: scope.name,
    [LABEL.service]: spec.name,
  }
  const told = { [ANNOTATION.told]: JSON.stringify(spec), [ANNOTATION.basis]: basis }
  const scoped = inScope(scope, base, spec.name)
  return {
    ...scoped,
    metadata: { ...scoped.metadata, annotations: { ...base.metadata.annotations, ...told } },
    spec: {
      ...rest,
      replicas,
      ...strategyOf(base, spec, options.rollout),
      template: {
        metadata: {
          labels,
          ...(references === null ? {} : { annotations: { [ANNOTATION.references]: references } }),
        },
        spec: podOf(template.spec, spec, options.images),
      },
    },
  }
}

/** Two pods of a role never share a volume that one node has; where the base says so, that stays. */
function strategyOf(
  { kind, spec }: Workload,
  service: ServiceSpec,
  { kind: how, maxSurge, maxUnavailable }: Rollout,
): { strategy?: object } {
  if (kind !== 'Deployment') return {}
  const { strategy } = spec as { strategy?: { type?: string } }
  const isAlone =
    strategy?.type === 'Recreate' || (service.role === 'parts' && storeFolderOf(service))
  if (isAlone || how === 'recreate') return { strategy: { type: 'Recreate' } }
  const unavailable = maxSurge === 0 ? Math.max(1, maxUnavailable) : maxUnavailable
  return {
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable: unavailable } },
  }
}

/** Of pods that do not say. */
const USUAL_GRACE_S = 30

function podOf(pod: PodSpec, spec: ServiceSpec, images: ImageOptions): PodSpec {
  const containers = pod.containers.map((container) =>
    container.name === spec.role ? containerOf(container, spec, images) : container,
  )
  const { terminationGracePeriodSeconds = USUAL_GRACE_S } = pod
  const added = {
    ...{ ...pod, containers, volumes: volumesOf(pod, spec) },
    terminationGracePeriodSeconds: graceSecondsOf(spec, terminationGracePeriodSeconds),
  }
  const withStore = spec.role === 'coordinator' && storeFolderOf(spec) !== null
  return {
    ...added,
    ...(withStore ? { affinity: BESIDE_PARTS } : {}),
    ...((spec.resources?.gpus ?? 0) > 0 ? ON_GPUS : {}),
  }
}

const isNeededBy =
  (spec: ServiceSpec) =>
  ({ name }: { name: string }): boolean =>
    name !== 'tokens' || !hasOwnToken(spec)

function containerOf(base: Container, spec: ServiceSpec, images: ImageOptions): Container {
  const store = spec.role === 'parts' || spec.role === 'coordinator' ? storeFolderOf(spec) : null
  const mounts = [
    ...(base.volumeMounts ?? []).filter(isNeededBy(spec)),
    ...(store === null ? [] : [{ name: 'store', mountPath: store }]),
    ...moreVolumesOf(spec).map(({ name, mountPath }) => ({ name: `own-${name}`, mountPath })),
  ]
  return {
    ...base,
    image: imageOf(spec, base.image, images),
    env: environmentOf(base.env ?? [], spec),
    ...probesOf(base, spec.healthCheck),
    resources: resourcesOf(spec, base.resources),
    ...(mounts.length > 0 ? { volumeMounts: mounts } : {}),
  }
}

const claimed = (name: string, claimName: string): { name: string } & Record<string, unknown> => ({
  name,
  persistentVolumeClaim: { claimName },
})

function volumesOf({ volumes = [] }: PodSpec, spec: ServiceSpec): NonNullable<PodSpec['volumes']> {
  const data = spec.volumes.find(({ mountPath }) => mountPath === dataPathOf(spec))
  const sized = volumes
    .filter(isNeededBy(spec))
    .map((volume) =>
      spec.role === 'worker' && volume.name === 'data' && data
        ? { name: 'data', emptyDir: { sizeLimit: showBytes(data.sizeBytes) } }
        : volume,
    )
  const own = moreVolumesOf(spec).map((volume) =>
    isShortLived(spec)
      ? { name: `own-${volume.name}`, emptyDir: { sizeLimit: showBytes(volume.sizeBytes) } }
      : claimed(`own-${volume.name}`, claimNameOf(spec, volume)),
  )
  return [
    ...sized,
    ...(spec.role === 'postgres' ? [claimed('data', CLAIMS.postgres.claim)] : []),
    ...(storeFolderOf(spec) === null ? [] : [claimed('store', CLAIMS.parts.claim)]),
    ...own,
  ]
}

/** The volume of parts is attached to one node. */
const BESIDE_PARTS = {
  podAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      {
        topologyKey: 'kubernetes.io/hostname',
        labelSelector: { matchLabels: { [LABEL.component]: 'parts' } },
      },
    ],
  },
}
const ON_GPUS = {
  nodeSelector: { 'nvidia.com/gpu.present': 'true' },
  tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }],
}
