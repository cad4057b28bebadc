// What a CreateOS account holds, in tests: each look moves what is under way one state further.
import { randomUUID } from 'node:crypto'
import { vmActs } from './createos-machines.ts'
import {
  type Body,
  current,
  type DoubleDeployment,
  type DoubleEnvironment,
  type DoubleProject,
  ending,
  look,
  paged,
  Refusal,
  type State,
} from './createos-state.ts'

const LIFE = ['queue', 'building', 'deploying', 'deployed']

export type World = ReturnType<typeof createWorld>

export function createWorld() {
  const state: State = {
    projects: [],
    vms: [],
    broken: new Set(),
    isAddressless: false,
    clock: 0,
    fleetFile: undefined,
    endedTooEarly: [],
  }
  return { state, ...projectActs(state), ...environmentActs(state), ...vmActs(state) }
}

function projectOf({ projects }: State, id: string | undefined): DoubleProject {
  const found = projects.find((project) => project.id === id)
  if (!found) throw new Refusal(404, 'no such project')
  return found
}

function activeProject(state: State, id: string | undefined): DoubleProject {
  const found = projectOf(state, id)
  if (found.status !== 'active') throw new Refusal(422, 'the project is not active')
  return found
}

const shownDeployment = ({ id, image, createdAt, states }: DoubleDeployment, status: string) => {
  const extra = current(states) === 'deployed' ? { endpoint: `${id}.createos.example` } : {}
  return { id, status, source: { image }, createdAt, extra, versionNumber: 1 }
}

function projectActs(state: State) {
  const deploymentOf = (id: string | undefined, one: string | undefined) => {
    const found = projectOf(state, id).deployments.find((each) => each.id === one)
    if (!found) throw new Refusal(404, 'no such deployment')
    return found
  }
  return {
    projects: (query: Record<string, string>) => {
      for (const project of state.projects)
        if (project.status === 'deleting' && project.looks-- <= 0) project.status = 'deleted'
      state.projects = state.projects.filter(({ status }) => status !== 'deleted')
      const shown = state.projects.map(
        ({ id, uniqueName, displayName, description, type, status }) => {
          const names = { uniqueName, displayName, description: description ?? null }
          return { id, type, status, ...names }
        },
      )
      return paged(shown, query)
    },
    createProject: (given: unknown) => {
      const body = given as Body<'project'>
      if (state.projects.some(({ uniqueName }) => uniqueName === body.uniqueName))
        throw new Refusal(409, 'a project of that name exists')
      const project = { ...body, id: randomUUID(), status: 'active', looks: 2 }
      state.projects.push({ ...project, deployments: [], environments: [] })
      return { id: project.id }
    },
    deleteProject: (id: string | undefined) => {
      projectOf(state, id).status = 'deleting'
      return 'begun'
    },
    deployments: (id: string | undefined, query: Record<string, string>) =>
      paged(
        projectOf(state, id).deployments.map((each) => shownDeployment(each, current(each.states))),
        query,
      ),
    createDeployment: (id: string | undefined, given: unknown) => {
      const { image } = given as Body<'deployment'>
      const isBroken = state.broken.has(image)
      const states = isBroken ? ['queue', 'building', 'building', 'build_error'] : [...LIFE]
      const createdAt = new Date(Date.UTC(2026, 0, 1, 0, 0, state.clock++)).toISOString()
      const deployment = { id: randomUUID(), image, states, createdAt }
      activeProject(state, id).deployments.push(deployment)
      return { id: deployment.id }
    },
    deployment: (id: string | undefined, one: string | undefined) => {
      const found = deploymentOf(id, one)
      return shownDeployment(found, look(found.states))
    },
    wake: (id: string | undefined, one: string | undefined) => {
      const found = deploymentOf(id, one)
      if (current(found.states) !== 'sleeping') throw new Refusal(422, 'it does not sleep')
      found.states = ['deploying', 'deployed']
      return 'begun'
    },
    buildLogs: (id: string | undefined, one: string | undefined) => {
      const { image, states } = deploymentOf(id, one)
      const text = current(states) === 'build_error' ? 'manifest unknown' : 'fine'
      const at = { stage: 'build', lineNumber: 1, ts: new Date(0).toISOString() }
      return [{ log: `pulling ${image}: ${text}`, ...at }]
    },
  }
}

function shownEnvironment(environment: DoubleEnvironment): object {
  const { id, uniqueName, status, projectDeploymentId, settings, resources } = environment
  const extra = { endpoint: `${uniqueName}.createos.example` }
  return { id, uniqueName, status, projectDeploymentId, settings, resources, extra }
}

const nameIn = ({ settings }: DoubleEnvironment): string | undefined =>
  settings.runEnvs['SYNDATA_WORKER_NAME']

function environmentActs(state: State) {
  const environmentOf = (id: string | undefined, one: string | undefined) => {
    const found = projectOf(state, id).environments.find((each) => each.id === one)
    if (!found) throw new Refusal(404, 'no such environment')
    return found
  }
  const change = (
    id: string | undefined,
    one: string | undefined,
    status: string,
    coming: Partial<DoubleEnvironment>,
  ): string => {
    const found = environmentOf(id, one)
    if (found.status !== 'active') throw new Refusal(422, `the environment is ${found.status}`)
    Object.assign(found, { status, coming, looks: 2 })
    return 'begun'
  }
  return {
    environments: (id: string | undefined) => {
      const project = projectOf(state, id)
      for (const one of project.environments) {
        if (one.looks-- > 0 || one.status === 'active') continue
        if (one.status === 'deleting') one.status = 'deleted'
        else Object.assign(one, { ...one.coming, status: 'active', coming: null })
      }
      project.environments = project.environments.filter(({ status }) => status !== 'deleted')
      return project.environments.map(shownEnvironment)
    },
    createEnvironment: (id: string | undefined, given: unknown) => {
      const body = given as Body<'environment'>
      const project = activeProject(state, id)
      if (project.environments.some(({ uniqueName }) => uniqueName === body.uniqueName))
        throw new Refusal(409, 'an environment of that name exists')
      const motion = { status: 'updating', coming: null, looks: 1, logged: 5 }
      const environment = { ...body, ...motion, id: randomUUID(), projectDeploymentId: null }
      project.environments.push(environment)
      return { id: environment.id }
    },
    deleteEnvironment: (id: string | undefined, one: string | undefined) => {
      const found = environmentOf(id, one)
      if (found.status === 'deleting') throw new Refusal(422, 'it is being deleted')
      ending(state, nameIn(found))
      Object.assign(found, { status: 'deleting', looks: 1 })
      return 'begun'
    },
    assign: (id: string | undefined, one: string | undefined, given: unknown) => {
      const { deploymentId } = given as Body<'assign'>
      const deployment = projectOf(state, id).deployments.find((each) => each.id === deploymentId)
      if (!deployment || current(deployment.states) !== 'deployed')
        throw new Refusal(422, 'the deployment is not eligible')
      return change(id, one, 'promoting', { projectDeploymentId: deploymentId })
    },
    setResources: (id: string | undefined, one: string | undefined, given: unknown) => {
      const resources = given as Body<'resources'>
      const found = environmentOf(id, one)
      // Any of them, as far as anybody knows.
      if (resources.replicas < found.resources.replicas) ending(state, nameIn(found))
      return change(id, one, 'resizing', { resources })
    },
    setVariables: (id: string | undefined, one: string | undefined, given: unknown) => {
      const { runEnvs } = given as Body<'variables'>
      return change(id, one, 'updating', { settings: { runEnvs } })
    },
    logs: (id: string | undefined, one: string | undefined) => {
      const found = environmentOf(id, one)
      found.logged++
      const numbers = Array.from({ length: 5 }, (_, i) => found.logged - 5 + i)
      return numbers.map((n) => `line ${n} of ${found.uniqueName}\n`).join('')
    },
  }
}
