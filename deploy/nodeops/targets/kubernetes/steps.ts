// Steps of a plan, each a few calls of kubectl. What was made by others under our names is left as it is.
import type { Deployment, ServiceSpec } from '../../deployment.ts'
import { type Applying, type Bound, type Step, type Target, TargetError } from '../../target.ts'
import { inTurn } from '../in-turn.ts'
import type { References } from '../references.ts'
import { specOf } from '../steps.ts'
import type { Kubectl } from './kubectl.ts'
import {
  ANNOTATION,
  type Base,
  LABEL,
  type Manifest,
  recordNameOf,
  referencesNameOf,
  type Scope,
  SECRETS,
  WORKER_ANCHOR,
  type Workload,
  workerNameOf,
} from './manifests.ts'
import { type PodObject, regionStateOf, type WorkloadObject, wantedOf } from './objects.ts'
import {
  commonManifests,
  namespaceManifest,
  type Rendering,
  recordManifest,
  serviceManifests,
} from './render.ts'
import { type Found, freshSecrets, referencesOf, secretAmong, secretManifest } from './secrets.ts'
import { shrink } from './shrink.ts'

export type StepDeps = {
  kubectl: Kubectl
  scope: Scope
  base: Base
  registry: string | null
  references: References
  /** Of the repository. */
  root: string
}
type Doing = Applying

/** What steps go by of what is there. */
const LOOKED_AT = [
  ...['deployments', 'statefulsets', 'jobs', 'secrets'],
  ...['ingresses', 'networkpolicies', 'services'],
]
const OPTIONAL = new Set(['Ingress', 'NetworkPolicy', 'Service'])
/** What goes with a service. */
const REMOVED = [
  ...['deployments', 'statefulsets', 'jobs', 'services', 'ingresses', 'networkpolicies'],
  ...['poddisruptionbudgets', 'configmaps', 'serviceaccounts', 'roles', 'rolebindings'],
]

/** As `apply` of a target promises; signals are looked at by the calls. */
export function createKubernetesSteps(deps: StepDeps): Target['apply'] {
  const { kubectl } = deps
  return async (step, doing) => {
    switch (step.kind) {
      case 'install':
        return install(deps, doing)
      case 'create':
      case 'update':
        return again(() => tell(deps, specOf(doing.deployment, step.service), step.kind, doing))
      case 'scale': {
        const { role } = specOf(doing.deployment, step.service)
        return kubectl.scale(`${kindOf(role)}/${role}`, { from: null, to: step.to }, doing)
      }
      case 'place':
        return place(deps, step, doing)
      case 'remove':
        return removeService(deps, step.service, doing)
      case 'settle':
        return settle(deps, step.revision, doing)
    }
  }
}

const kindOf = (role: string): string => (role === 'postgres' ? 'statefulset' : 'deployment')

/** Secrets that are there stay, so a deployment comes back to its data. */
async function install({ kubectl, scope, base, root }: StepDeps, { say, ...bound }: Doing) {
  const has = async (kind: string, name: string) =>
    (await kubectl.get<Manifest>(kind, name, bound)) !== null
  if (!(await has('namespace', scope.namespace))) {
    await kubectl.apply(namespaceManifest(scope, base), bound)
    say(`the namespace ${scope.namespace} is made`)
  }
  if (!(await has('secret', SECRETS))) {
    await kubectl.create(secretManifest(scope, SECRETS, await freshSecrets(root, bound)), bound)
    say(`the secret ${SECRETS} is made; keep a copy of its master key`)
  }
  await kubectl.apply(commonManifests(scope, base), bound)
  if (!(await has('configmap', recordNameOf(scope.name)))) {
    await kubectl.create(recordManifest(scope, {}), bound)
  }
}

const SCALED_MEANWHILE = /conflict.*\.spec\.replicas/s
const TRIES = 3

/** Whoever scales between our look and our word is right: look again. */
async function again(doing: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await doing()
    } catch (error) {
      const isScaled = error instanceof TargetError && SCALED_MEANWHILE.test(error.message)
      if (!isScaled || attempt === TRIES) throw error
    }
  }
}

async function tell(
  deps: StepDeps,
  spec: ServiceSpec,
  kind: 'create' | 'update',
  doing: Doing,
): Promise<void> {
  const { kubectl, scope, base } = deps
  const found = await foundIn(kubectl, scope, doing)
  const references = referencesOf(deps, spec, found)
  const version = references?.version ?? null
  const manifests = serviceManifests(spec, renderingOf(deps, doing, found, version))
  const [anchor, others] = parted(manifests, ({ metadata }) => metadata.name === WORKER_ANCHOR)
  // A job cannot be changed; it only mints what is missing, so another one does no harm.
  await removeAll(kubectl, jobsAmong(found, spec), doing)
  const secrets = references ? [references.manifest] : []
  await kubectl.apply([...commonManifests(scope, base), ...secrets, ...others], doing)
  await removeAll(kubectl, obsoleteAmong(found, spec, [...secrets, ...others]), doing)
  if (spec.role === 'worker') {
    await rollOut(deps, { spec, version, found }, doing)
    // Last: with it workers are known to have been told.
    return kubectl.apply(anchor, doing)
  }
  const now = workloadsAmong(found).find(({ metadata }) => metadata.name === spec.role)
  if (kind === 'create' && now && wantedOf(now) !== spec.replicas) {
    const replicas = { from: null, to: spec.replicas }
    await kubectl.scale(`${kindOf(spec.role)}/${spec.role}`, replicas, doing)
  }
}

const parted = <T>(all: readonly T[], is: (one: T) => boolean): [T[], T[]] => [
  all.filter(is),
  all.filter((one) => !is(one)),
]

type Rolling = { spec: ServiceSpec; version: string | null; found: readonly Found[] }

/** The workers of one region after the other, unless the file wants all at once. */
async function rollOut(
  deps: StepDeps,
  { spec, version, found }: Rolling,
  doing: Doing,
): Promise<void> {
  const { kubectl, scope } = deps
  const tellRegion = async (region: string): Promise<void> => {
    const now = renderingOf(deps, doing, await foundIn(kubectl, scope, doing), version)
    const all = serviceManifests(spec, now, [{ region, count: 0 }])
    await kubectl.apply(all.filter(isOfRegion), doing)
  }
  const begin = (region: string): Promise<void> => again(() => tellRegion(region))
  const regions = regionsToTell(doing.deployment, found)
  if (doing.deployment.rollout.kind === 'recreate') {
    for (const region of regions) await begin(region)
    return
  }
  await inTurn(regions, { begin, look: (region) => lookAt(deps, region, doing) }, doing)
}

const isOfRegion = ({ metadata }: Manifest | Workload): boolean =>
  metadata.labels?.[LABEL.region] !== undefined

async function lookAt({ kubectl, scope }: StepDeps, region: string, bound: Bound) {
  const of = `${LABEL.deployment}=${scope.name},${LABEL.region}=${region}`
  const objects = await kubectl.list<WorkloadObject | PodObject>(['deployments', 'pods'], of, bound)
  return regionStateOf(objects)
}

const foundIn = (kubectl: Kubectl, { name }: Scope, bound: Bound): Promise<Found[]> =>
  kubectl.list<Found>(LOOKED_AT, `${LABEL.deployment}=${name}`, bound)

const workloadsAmong = (found: readonly Found[]): WorkloadObject[] =>
  found.filter(
    (each): each is WorkloadObject => each.kind === 'Deployment' || each.kind === 'StatefulSet',
  )

const renderingOf = (
  { scope, base, registry }: StepDeps,
  { deployment }: Doing,
  found: readonly Found[],
  references: string | null,
): Rendering => ({
  ...{ scope, base, registry, deployment, references },
  // With the numbers that it has, what others scaled is nobody's conflict.
  replicas: new Map(workloadsAmong(found).map((each) => [each.metadata.name, wantedOf(each)])),
})

/**
 * Those that are there, in the file's order. A fleet that sizes itself has a Deployment in every region that it may use.
 */
function regionsToTell({ regions, scaling }: Deployment, found: readonly Found[]): string[] {
  const there = workloadsAmong(found).flatMap(
    ({ metadata }) => metadata.labels?.[LABEL.region] ?? [],
  )
  const named = regions.map(({ region }) => region)
  const allowed = scaling ? named : named.filter((region) => there.includes(region))
  return [...new Set([...allowed, ...there.toSorted()])]
}

const isOf =
  (service: string) =>
  ({ metadata }: Found): boolean =>
    metadata.labels?.[LABEL.service] === service

const jobsAmong = (found: readonly Found[], { name }: ServiceSpec): Found[] =>
  found.filter(({ kind }) => kind === 'Job').filter(isOf(name))

/** What the service had before and has no more: a way in or out, or secrets that it referred to. */
function obsoleteAmong(
  found: readonly Found[],
  { name, role }: ServiceSpec,
  manifests: readonly (Manifest | Workload)[],
): Found[] {
  const kept = new Set(manifests.map(({ kind, metadata }) => `${kind}/${metadata.name}`))
  return found
    .filter(isOf(name))
    .filter(({ kind, metadata }) => OPTIONAL.has(kind) || metadata.name === referencesNameOf(role))
    .filter(({ kind, metadata }) => !kept.has(`${kind}/${metadata.name}`))
}

async function removeAll(kubectl: Kubectl, all: readonly Found[], bound: Bound): Promise<void> {
  for (const { kind, metadata } of all) {
    await kubectl.remove([kind.toLowerCase(), metadata.name], bound)
  }
}

const selectorOf = ({ name }: Scope, service: string): string =>
  `${LABEL.deployment}=${name},${LABEL.service}=${service}`

async function place(
  deps: StepDeps,
  { region, to }: Extract<Step, { kind: 'place' }>,
  doing: Doing,
): Promise<void> {
  const { kubectl, scope } = deps
  const { deployment } = doing
  const name = workerNameOf(region)
  const isAllowed = deployment.regions.some((each) => each.region === region)
  const found = await foundIn(kubectl, scope, doing)
  const there = workloadsAmong(found).find(({ metadata }) => metadata.name === name)
  const from = there ? wantedOf(there) : 0
  if (to < from) await shrink(deps, { region, from, to }, doing)
  if (to === 0 && !(deployment.scaling && isAllowed)) {
    return kubectl.remove(['deployments,poddisruptionbudgets', name], doing)
  }
  if (there && to > from) await kubectl.scale(`deployment/${name}`, { from: null, to }, doing)
  if (there) return
  const spec = deployment.services.find(({ role }) => role === 'worker')
  if (!spec) throw new TargetError('failed', 'the deployment has no workers', 'Plan anew.')
  const secret = secretAmong(found, referencesNameOf('worker'))
  const references = secret?.metadata.annotations?.[ANNOTATION.references] ?? null
  const rendering = renderingOf(deps, doing, found, references)
  const manifests = serviceManifests(spec, rendering, [{ region, count: to }])
  await kubectl.apply(
    manifests.filter(({ metadata }) => metadata.name !== WORKER_ANCHOR),
    doing,
  )
}

/** Its data and its secrets stay: the next service of its role finds them. */
async function removeService({ kubectl, scope }: StepDeps, service: string, bound: Bound) {
  await kubectl.remove([REMOVED.join(','), '--selector', selectorOf(scope, service)], bound)
}

async function settle({ kubectl, scope }: StepDeps, revision: string, doing: Doing): Promise<void> {
  const regions = JSON.stringify(doing.deployment.regions)
  await kubectl.apply([recordManifest(scope, { revision, regions })], doing)
}
