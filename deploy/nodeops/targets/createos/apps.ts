// Services as image projects of CreateOS: a deployment of the image that is promoted to environments. Each function looks
// first and does what is missing, so that all may be repeated.
import { isDeepStrictEqual } from 'node:util'
import type { ServiceSpec } from '../../deployment.ts'
import { type Bound, TargetError } from '../../target.ts'
import type { Deployment, Environment, Project } from './answers.ts'
import type { Api } from './api.ts'
import { ownedProject, projectDescription, projectName } from './names.ts'
import { ensure, type Timing, waitFor } from './patience.ts'
import { appResources } from './sizes.ts'

export type AppDeps = { api: Api; deployment: string; timing: Timing }
export type Saying = Bound & { say: (line: string) => void }

/** Of a service that is no worker; workers have one per region, by its name. */
export const ENVIRONMENT = 'production'

const GOOD = ['successful', 'running', 'active', 'deployed']
const BAD = ['failed', 'error', 'cancelled', 'build_error', 'crashing', 'terminating']

export const isGood = ({ status }: Pick<Deployment, 'status'>): boolean => GOOD.includes(status)

export type App = {
  project: Project
  service: string
  role: ServiceSpec['role']
}

/** Those of this deployment; projects on their way out are among them. */
export async function listApps({ api, deployment }: AppDeps, bound: Bound): Promise<App[]> {
  const projects = await api.projects(bound)
  return projects.flatMap((project) => {
    const owned = ownedProject(deployment, project)
    return owned && project.status !== 'deleted' ? [{ project, ...owned }] : []
  })
}

const limits = ({ timing }: AppDeps, what: string, { signal }: Bound) => ({
  pollMs: timing.pollMs,
  limitMs: timing.appLimitMs,
  what,
  signal,
})

/** The project of a service. Throws TargetError, for example for one of that name that is somebody else's. */
export async function ensureProject(
  deps: AppDeps,
  spec: ServiceSpec,
  bound: Bound,
): Promise<Project> {
  const { api, deployment } = deps
  const uniqueName = projectName(deployment, spec.name)
  const description = projectDescription(deployment, { service: spec.name, role: spec.role })
  const port = portOf(spec)
  const look = async () =>
    (await api.projects(bound)).find((each) => each.uniqueName === uniqueName)
  // Its name is free again only when it is gone.
  await waitFor(
    async () => ((await look())?.status === 'deleting' ? null : true),
    limits(deps, `the end of project ${uniqueName}`, bound),
  )
  return ensure(
    {
      find: async () => {
        const found = await look()
        if (found?.status !== 'active') return null
        if (ownedProject(deployment, found)?.role === spec.role) return found
        const message = `the project ${uniqueName} of createos is not this deployment's`
        throw new TargetError('refused', message, 'Rename it there, or the deployment.')
      },
      create: () => api.createProject({ uniqueName, description, port }, bound),
    },
    limits(deps, `project ${uniqueName}`, bound),
  )
}

const portOf = ({ ports, role }: ServiceSpec): number =>
  ports['http'] ?? ports['health'] ?? (role === 'worker' ? 8_090 : 8_000)

/** A deployment of the image that runs; the newest one if it is not broken. Throws TargetError with its build log. */
export async function ensureDeployment(
  deps: AppDeps,
  { project, image }: { project: Project; image: string },
  { say, signal }: Saying,
): Promise<Deployment> {
  const { api } = deps
  const bound = { signal }
  const all = await api.deployments(project.id, bound)
  const broken = new Set(all.filter(({ status }) => BAD.includes(status)).map(({ id }) => id))
  const begun = await ensure(
    {
      find: async () =>
        newest(await api.deployments(project.id, bound), image, (id) => !broken.has(id)),
      create: () => api.createDeployment(project.id, image, bound),
    },
    limits(deps, `the deployment of ${image}`, bound),
  )
  let said = ''
  return waitFor(
    async () => {
      const now = await api.deployment(project.id, begun.id, bound)
      if (now.status !== said) say(`${image}: ${now.status}`)
      if (now.status === 'sleeping' && said !== 'sleeping') {
        await api.wakeDeployment(project.id, begun.id, bound)
      }
      said = now.status
      if (BAD.includes(now.status)) throw await broke(deps, { project, image, now }, bound)
      return isGood(now) ? now : null
    },
    limits(deps, `the deployment of ${image}`, bound),
  )
}

function newest(
  all: readonly Deployment[],
  image: string,
  isUsable: (id: string) => boolean,
): Deployment | null {
  const [found] = all
    .filter((each) => each.source?.image === image)
    .toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))
  return found && isUsable(found.id) ? found : null
}

const LOG_LINES = 5

async function broke(
  { api }: AppDeps,
  { project, image, now }: { project: Project; image: string; now: Deployment },
  bound: Bound,
): Promise<TargetError> {
  const lines = await api.buildLogs(project.id, now.id, bound).catch((error: unknown) => {
    bound.signal.throwIfAborted()
    return [{ log: `(its log cannot be read: ${(error as Error).message})` }]
  })
  const tail = lines.slice(-LOG_LINES).map(({ log }) => log)
  const message = [`${image} could not be deployed: ${now.status}`, ...tail].join('\n  ')
  return new TargetError('failed', message, 'Correct the image or its settings, and deploy again.')
}

export type WantedEnvironment = {
  uniqueName: string
  runEnvs: Record<string, string>
  /** Null: as many as there are, one at first. */
  replicas: number | null
}

/** The environment with these variables and resources, the deployment promoted to it, and nothing in motion. */
export async function ensureEnvironment(
  deps: AppDeps,
  { project, spec, deployed }: { project: Project; spec: ServiceSpec; deployed: Deployment },
  { uniqueName, runEnvs, replicas }: WantedEnvironment,
  bound: Bound,
): Promise<void> {
  const { api } = deps
  const description = `${spec.name} of ${deps.deployment}`
  const find = async () =>
    (await api.environments(project.id, bound)).find((each) => each.uniqueName === uniqueName) ??
    null
  const settle = (isThere: (now: Environment) => boolean) =>
    waitFor(
      async () => {
        const now = await find()
        return now?.status === 'active' && isThere(now) ? now : null
      },
      limits(deps, `environment ${uniqueName} of ${project.uniqueName}`, bound),
    )
  const fresh = { uniqueName, description, runEnvs, resources: appResources(spec, replicas ?? 1) }
  await ensure(
    { find, create: () => api.createEnvironment(project.id, fresh, bound) },
    limits(deps, `environment ${uniqueName}`, bound),
  )
  const found = await settle(() => true)
  if (!isDeepStrictEqual(found.settings?.runEnvs ?? {}, runEnvs)) {
    await api.setVariables(project.id, found.id, { runEnvs, port: portOf(spec) }, bound)
    await settle((now) => isDeepStrictEqual(now.settings?.runEnvs ?? {}, runEnvs))
  }
  const resources = appResources(spec, replicas ?? found.resources.replicas)
  if (!sameResources(found.resources, resources)) {
    await api.setResources(project.id, found.id, resources, bound)
    await settle((now) => sameResources(now.resources, resources))
  }
  if (found.projectDeploymentId === deployed.id) return
  await api.assign(project.id, found.id, deployed.id, bound)
  await settle((now) => now.projectDeploymentId === deployed.id)
}

const sameResources = (a: Environment['resources'], b: Environment['resources']): boolean =>
  a.cpu === b.cpu && a.memory === b.memory && a.replicas === b.replicas

/** Does nothing where there is none. */
export async function removeEnvironment(
  deps: AppDeps,
  { project, uniqueName }: { project: Project; uniqueName: string },
  bound: Bound,
): Promise<void> {
  const { api } = deps
  const find = async () =>
    (await api.environments(project.id, bound)).find((each) => each.uniqueName === uniqueName)
  const found = await find()
  if (!found) return
  if (found.status !== 'deleting') await api.deleteEnvironment(project.id, found.id, bound)
  await waitFor(
    async () => ((await find()) ? null : true),
    limits(deps, `the end of environment ${uniqueName}`, bound),
  )
}

/** Waits until it is gone. */
export async function removeApp(deps: AppDeps, { project }: App, bound: Bound): Promise<void> {
  if (project.status !== 'deleting') await deps.api.deleteProject(project.id, bound)
  await waitFor(
    async () => {
      const all = await listApps(deps, bound)
      return all.some((app) => app.project.id === project.id) ? null : true
    },
    limits(deps, `the end of project ${project.uniqueName}`, bound),
  )
}
