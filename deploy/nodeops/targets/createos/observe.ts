// What runs at CreateOS, put together from its projects, its machines and what it was told.
import { setTimeout as delay } from 'node:timers/promises'
import type { RegionCount, Role } from '../../deployment.ts'
import type { Bound, Observed, ObservedService } from '../../target.ts'
import type { Told } from '../told-file.ts'
import type { Environment } from './answers.ts'
import { type App, ENVIRONMENT, isGood, listApps } from './apps.ts'
import { listVms, stateOf, type VmDeps } from './vms.ts'

/** A replica set, or a machine: `region` is null for services that are no workers. */
export type Part = {
  service: string
  kind: 'app' | 'vm'
  role: Role
  region: string | null
  replicas: number
  /** Of apps: an image was promoted to it. */
  isPromoted: boolean
  isWell: boolean
  state: string
  url: string | null
}

const VM = { kind: 'vm', role: 'worker', replicas: 1, isPromoted: true, url: null } as const

/** Of every project one with no replicas, so that it is seen while it has no environment. */
export async function observeParts(deps: VmDeps, bound: Bound): Promise<Part[]> {
  const apps = await listApps(deps, bound)
  const [ofApps, ofVms] = await Promise.all([
    Promise.all(apps.map((app) => appParts(deps, app, bound))),
    listVms(deps, bound),
  ])
  const machines = await Promise.all(
    ofVms.map(async ({ vm, place }): Promise<Part> => {
      const state = await stateOf(deps, vm, bound)
      const { service, region } = place
      const isWell = state === 'running'
      return { ...VM, service, region, isWell, state }
    }),
  )
  return [...ofApps.flat(), ...machines]
}

async function appParts(deps: VmDeps, app: App, bound: Bound): Promise<Part[]> {
  const { project, service, role } = app
  const kind = 'app' as const
  const nothing = {
    kind,
    service,
    role,
    region: null,
    replicas: 0,
    isPromoted: true,
    isWell: true,
    url: null,
  }
  if (project.status !== 'active') return [{ ...nothing, state: project.status }]
  const environments = await deps.api.environments(project.id, bound)
  const parts = environments
    .filter(({ uniqueName }) => role === 'worker' || uniqueName === ENVIRONMENT)
    .map(async (environment): Promise<Part> => {
      const state = await environmentState(deps, project.id, environment, bound)
      const region = role === 'worker' ? environment.uniqueName : null
      const { replicas } = environment.resources
      const url = urlOf(environment.extra?.endpoint)
      const isPromoted = Boolean(environment.projectDeploymentId)
      return { ...nothing, region, replicas, isPromoted, isWell: state === 'running', state, url }
    })
  return [{ ...nothing, state: 'running' }, ...(await Promise.all(parts))]
}

async function environmentState(
  { api }: VmDeps,
  project: string,
  { status, projectDeploymentId }: Environment,
  bound: Bound,
): Promise<string> {
  if (status !== 'active') return status
  if (!projectDeploymentId) return 'nothing promoted yet'
  const deployment = await api.deployment(project, projectDeploymentId, bound)
  return isGood(deployment) ? 'running' : deployment.status
}

const urlOf = (endpoint: string | null | undefined): string | null =>
  endpoint ? (/^https?:/.test(endpoint) ? endpoint : `https://${endpoint}`) : null

/** Services that were told and have no part are there with no replica, if they are workers. */
export function observedOf(parts: readonly Part[], told: Told): Observed {
  const names = new Map(parts.map(({ service, role }) => [service, role]))
  for (const { name, role } of told.services) if (role === 'worker') names.set(name, role)
  const services = [...names].map(([name, role]): ObservedService => {
    const own = parts.filter(({ service }) => service === name)
    const sum = (some: readonly Part[]) => some.reduce((total, part) => total + part.replicas, 0)
    const state = own.find(({ isWell }) => !isWell)?.state ?? 'running'
    const ready = sum(own.filter(({ isWell }) => isWell))
    const known = told.services.find((spec) => spec.name === name) ?? null
    return { name, role, replicas: sum(own), ready, told: known, state }
  })
  const urls = parts.flatMap(({ role, url }) =>
    url && role === 'coordinator' ? [{ name: 'REST API', url }] : [],
  )
  const console = [{ name: 'console', url: 'https://createos.nodeops.network' }]
  const exists = told.exists || parts.length > 0
  return {
    exists,
    services,
    regions: placedRegions(parts, told),
    settledRegions: exists ? told.settledRegions : null,
    revision: exists ? told.revision : null,
    endpoints: exists ? [...urls, ...console] : [],
    hints: [],
  }
}

/** How many workers each region has, those that are not set up yet among them. */
export function regionsOf(parts: readonly Part[]): RegionCount[] {
  const counts = new Map<string, number>()
  for (const { region, replicas } of parts)
    if (region !== null) counts.set(region, (counts.get(region) ?? 0) + replicas)
  return [...counts].map(([region, count]) => ({ region, count }))
}

/** What an interruption left half set up does not count, so that it is placed again. */
function placedRegions(parts: readonly Part[], told: Told): RegionCount[] {
  const toldOf = (region: string) => told.regions.find((each) => each.region === region)?.count
  const isPlaced = ({ kind, isPromoted }: Part) => kind === 'vm' || isPromoted
  return regionsOf(parts.filter(isPlaced)).map(({ region, count }) => {
    const isMachines = parts.some((part) => part.kind === 'vm' && part.region === region)
    const known = isMachines && told.exists ? Math.min(count, toldOf(region) ?? 0) : count
    return { region, count: known }
  })
}

/** Looks are at least `everyMs` apart: the API is asked a few hundred times an hour, not thousands. */
export function paced<T>(look: (bound: Bound) => Promise<T>, everyMs: number) {
  let notBefore = 0
  return async (bound: Bound): Promise<T> => {
    bound.signal.throwIfAborted()
    const waitMs = notBefore - performance.now()
    if (waitMs > 0) await delay(waitMs, undefined, bound)
    const found = await look(bound)
    notBefore = performance.now() + everyMs
    return found
  }
}
