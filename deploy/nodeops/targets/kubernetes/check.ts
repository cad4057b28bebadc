// What of a deployment this cluster has no room for, or would run otherwise than the file says.
import { type Deployment, type ServiceSpec, serviceOfRole } from '../../deployment.ts'
import { ROLE_FACTS } from '../../file/roles.ts'
import { type Bound, type Finding, TargetError } from '../../target.ts'
import { finding } from '../findings.ts'
import { hasRegistry } from './container.ts'
import type { Kubectl } from './kubectl.ts'
import { LABEL, type Metadata, type Scope } from './manifests.ts'
import { outsideFindings } from './outside.ts'
import { storeFolderOf } from './store.ts'
import { moreVolumesOf, persistentVolumesOf } from './workload.ts'

export type Cluster = {
  /** Most that one node has; null when we may not see nodes. */
  gpusOfNode: number | null
  hasStorageClass: boolean | null
  /** Deployment that the namespace is of, if it is one's. */
  namespaceOf: string | null
}

type NodeObject = { status?: { allocatable?: Record<string, string> } }
type ClassObject = { metadata: Metadata }

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class'

/** Throws TargetError when there is no kubectl, or no cluster behind it. */
export async function lookAtCluster(
  kubectl: Kubectl,
  { namespace }: Scope,
  bound: Bound,
): Promise<Cluster> {
  await kubectl.serverVersion(bound)
  const nodes = await unlessForbidden(kubectl.list<NodeObject>(['nodes'], null, bound))
  const classes = await unlessForbidden(kubectl.list<ClassObject>(['storageclasses'], null, bound))
  const space = await unlessForbidden(
    kubectl.get<{ metadata: Metadata }>('namespace', namespace, bound),
  )
  const gpus = nodes?.map(({ status }) => Number(status?.allocatable?.['nvidia.com/gpu'] ?? 0))
  return {
    gpusOfNode: gpus ? Math.max(0, ...gpus) : null,
    hasStorageClass:
      classes?.some(({ metadata }) => metadata.annotations?.[DEFAULT_CLASS] === 'true') ?? null,
    namespaceOf: space?.metadata.labels?.[LABEL.deployment] ?? null,
  }
}

async function unlessForbidden<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof TargetError && error.message.includes('forbidden')) return null
    throw error
  }
}

const saying =
  (severity: Finding['severity']) =>
  (service: string | null, message: string): Finding =>
    finding(severity, service, message)
const fault = saying('error')
const warning = saying('warning')
const note = saying('note')

/** `registry`: put before images without one; null when none is. */
export function findingsOf(
  deployment: Deployment,
  cluster: Cluster,
  { name, namespace, registry }: Scope & { registry: string | null },
): Finding[] {
  const isTaken = cluster.namespaceOf !== null && cluster.namespaceOf !== name
  return [
    ...(isTaken ? [fault(null, `the namespace ${namespace} is of ${cluster.namespaceOf}`)] : []),
    ...deployment.services.flatMap((spec) => [
      ...gpuFindings(spec, cluster),
      ...surgeFindings(spec, deployment),
      ...portFindings(spec),
      ...volumeFindings(spec),
      ...addressFindings(spec, deployment),
    ]),
    ...storageFindings(deployment, cluster),
    ...outsideFindings(deployment),
    ...(registry === null ? imageFindings(deployment) : []),
  ]
}

function gpuFindings({ name, resources }: ServiceSpec, { gpusOfNode }: Cluster): Finding[] {
  const asked = resources?.gpus ?? 0
  if (asked === 0) return []
  if (gpusOfNode === null)
    return [warning(name, 'whether nodes have GPUs cannot be seen from here')]
  if (gpusOfNode >= asked) return []
  const most =
    gpusOfNode === 0 ? 'no node has nvidia.com/gpu' : `no node has more than ${gpusOfNode}`
  return [fault(name, `it asks for ${asked} GPU, and ${most}: add such nodes, or leave gpu out`)]
}

/** A successor of a worker with a GPU waits for one that is over, if none may go first. */
function surgeFindings({ name, resources }: ServiceSpec, { rollout }: Deployment): Finding[] {
  const { kind, maxUnavailable, maxSurge } = rollout
  if (!resources?.gpus || kind === 'recreate' || maxUnavailable > 0 || maxSurge === 0) return []
  const room = 'rollingUpdate: {maxSurge: 0, maxUnavailable: 1} makes room first'
  return [warning(name, `an update needs a node with GPUs that are over: ${room}`)]
}

/** Listeners that pods of the role have in the cluster. */
const SERVED: Readonly<Record<string, readonly string[]>> = {
  postgres: ['sql'],
  temporal: ['grpc'],
  parts: ['http'],
  coordinator: ['http', 'fleet'],
}

function portFindings({ name, role, ports }: ServiceSpec): Finding[] {
  return Object.entries(ports).flatMap(([port, number]) => {
    if (number === ROLE_FACTS[role].ports[port] || SERVED[role]?.includes(port)) return []
    return [warning(name, `its port ${port} stays as it is here`)]
  })
}

function volumeFindings(spec: ServiceSpec): Finding[] {
  const kept = new Set(persistentVolumesOf(spec).map(({ name }) => name))
  return moreVolumesOf(spec)
    .filter((volume) => !kept.has(volume.name))
    .map((volume) => note(spec.name, `its volume ${volume.name} lasts as long as the pod`))
}

/** Where a service is not part of the deployment, each that needs it has to say where it is. */
function addressFindings({ name, role, env }: ServiceSpec, deployment: Deployment): Finding[] {
  if (role !== 'parts' && role !== 'scheduler') return []
  if (!serviceOfRole(deployment, 'coordinator')) return []
  const needs = (variable: string): Finding[] =>
    variable in env
      ? []
      : [fault(name, `it needs ${variable} in its env, as the coordinator has it`)]
  return [
    ...(serviceOfRole(deployment, 'postgres') ? [] : needs('DATABASE_URL')),
    ...(serviceOfRole(deployment, 'temporal') ? [] : needs('TEMPORAL_ADDRESS')),
  ]
}

function storageFindings(deployment: Deployment, { hasStorageClass }: Cluster): Finding[] {
  const [coordinator, parts] = (['coordinator', 'parts'] as const).map((role) =>
    serviceOfRole(deployment, role),
  )
  const folder = parts ? storeFolderOf(parts) : null
  const needsClaims = folder !== null || serviceOfRole(deployment, 'postgres') !== undefined
  const found: Finding[] = []
  if (needsClaims && hasStorageClass === false) {
    found.push(fault(null, 'the cluster has no default storage class for volumes'))
  }
  if (coordinator && parts && storeFolderOf(coordinator) !== folder) {
    found.push(fault(coordinator.name, `its SYNDATA_STORE is not that of ${parts.name}`))
  }
  if (coordinator && coordinator.replicas > 1 && folder !== null) {
    const message = 'all of them run on the one node that has the volume of parts'
    found.push(warning(coordinator.name, `${message}: a bucket (SYNDATA_STORE=s3:...) frees them`))
  }
  return found
}

function imageFindings({ services }: Deployment): Finding[] {
  const bare = services.filter(({ role, image }) =>
    image === null ? role !== 'postgres' && role !== 'temporal' : !hasRegistry(image),
  )
  if (bare.length === 0) return []
  const message = 'images without a registry have to be on the nodes already'
  const names = bare.map(({ name }) => name).join(', ')
  return [warning(null, `${message} (${names}); NODEOPS_REGISTRY is put before them`)]
}
