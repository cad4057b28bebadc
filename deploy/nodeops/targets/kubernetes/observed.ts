// A deployment as its objects in the cluster have it.
import type { Role, ServiceSpec } from '../../deployment.ts'
import { ROLES } from '../../deployment.ts'
import type { Observed, ObservedService } from '../../target.ts'
import { publicHostOf } from './companions.ts'
import { ANNOTATION, LABEL, recordNameOf, type Scope, SECRETS, WORKER_ANCHOR } from './manifests.ts'
import {
  type PlainObject,
  type PodObject,
  readyOf,
  stateOf,
  type WorkloadObject,
  wantedOf,
} from './objects.ts'

export type ClusterObject = PlainObject | PodObject | WorkloadObject

/** Of kinds that `observedOf` looks at. */
export const OBSERVED_KINDS = ['deployments', 'statefulsets', 'configmaps', 'pods'] as const

export const NOTHING: Observed = {
  exists: false,
  services: [],
  regions: [],
  settledRegions: null,
  revision: null,
  endpoints: [],
  hints: [],
}

/** `basis`: what documents would be made from now; those of another are told again. */
export function observedOf(
  scope: Scope,
  objects: readonly ClusterObject[],
  basis: string,
): Observed {
  const found = sorted(objects)
  const record = found.plain.find(({ metadata }) => metadata.name === recordNameOf(scope.name))
  if (!record && found.workloads.length === 0) return NOTHING
  const workers = found.workloads.filter(isOfWorkers)
  const anchors = [
    ...found.plain.filter(({ metadata }) => metadata.name === WORKER_ANCHOR),
    ...found.workloads.filter((each) => !isOfWorkers(each)),
  ]
  const services = anchors.flatMap((anchor) => {
    const service = serviceOf(anchor, workers, found.pods, basis)
    return service ? [service] : []
  })
  services.sort((a, b) => ROLES.indexOf(a.role) - ROLES.indexOf(b.role))
  const regions = workers.map((each) => ({
    region: each.metadata.labels?.[LABEL.region] ?? '',
    count: wantedOf(each),
  }))
  const { revision = null, regions: settled } = record?.data ?? {}
  return {
    ...{ exists: true, services, regions, revision },
    settledRegions: settled === undefined ? null : JSON.parse(settled),
    ...doorsOf(scope, services, anchors),
  }
}

function sorted(objects: readonly ClusterObject[]) {
  const isWorkload = (object: ClusterObject): object is WorkloadObject =>
    object.kind === 'Deployment' || object.kind === 'StatefulSet'
  return {
    workloads: objects.filter(isWorkload).filter(({ metadata }) => hasService(metadata.labels)),
    pods: objects.filter((object): object is PodObject => object.kind === 'Pod'),
    plain: objects.filter((object): object is PlainObject => object.kind === 'ConfigMap'),
  }
}

const hasService = (labels: Record<string, string> | undefined): boolean =>
  labels?.[LABEL.service] !== undefined

const isOfWorkers = ({ metadata }: WorkloadObject): boolean =>
  metadata.labels?.[LABEL.region] !== undefined

/** Null for what comes along with a service. */
function serviceOf(
  anchor: PlainObject | WorkloadObject,
  workers: readonly WorkloadObject[],
  pods: readonly PodObject[],
  basis: string,
): ObservedService | null {
  const { labels = {}, annotations = {} } = anchor.metadata
  const told = toldOf(annotations)
  const name = labels[LABEL.service]
  if (told === null || name === undefined) return null
  const own = told.role === 'worker' ? workers : [anchor as WorkloadObject]
  const itsPods = pods.filter(({ metadata }) => metadata.labels?.[LABEL.service] === name)
  return {
    ...{ name, role: told.role },
    replicas: sum(own.map(wantedOf)),
    ready: sum(own.map(readyOf)),
    told: annotations[ANNOTATION.basis] === basis ? told : null,
    state: stateOf(own, itsPods),
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

function toldOf(annotations: Record<string, string>): ServiceSpec | null {
  const text = annotations[ANNOTATION.told]
  if (text === undefined) return null
  try {
    return JSON.parse(text) as ServiceSpec
  } catch {
    return null
  }
}

type Doors = Pick<Observed, 'endpoints' | 'hints'>

function doorsOf(
  { namespace }: Scope,
  services: readonly ObservedService[],
  anchors: readonly (PlainObject | WorkloadObject)[],
): Doors {
  const role: Role = 'coordinator'
  if (!services.some((service) => service.role === role)) return { endpoints: [], hints: [] }
  const tolds = anchors.map(({ metadata }) => toldOf(metadata.annotations ?? {}))
  const told = tolds.find((spec) => spec?.role === role)
  const host = told ? publicHostOf(told) : null
  const url = host === null ? `http://coordinator.${namespace}.svc:8000` : `https://${host}`
  const kubectl = `kubectl -n ${namespace}`
  return {
    endpoints: [
      { name: host === null ? 'REST API inside the cluster' : 'REST API', url },
      { name: 'documentation', url: `${url}/docs` },
    ],
    hints: [
      `${kubectl} port-forward service/coordinator 8000   # then http://localhost:8000`,
      `${kubectl} port-forward service/web 8001   # Temporal's pages`,
      `${kubectl} get secret ${SECRETS} -o jsonpath='{.data.SYNDATA_ADMIN_API_KEY}' | base64 -d`,
    ],
  }
}
