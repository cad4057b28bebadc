// The calls of CreateOS that are used, one function each.
import Type from 'typebox'
import type { Bound } from '../../target.ts'
import {
  BuildLog,
  Created,
  Deployment,
  Environment,
  Products,
  Project,
  pageOf,
  type Resources,
  read,
  type Size,
  Vm,
  Zones,
} from './answers.ts'
import type { Call, Caller } from './call.ts'

/** Of virtual machines, the same for all accounts. */
export const VM_PRODUCT = '972a0414-3a75-42b9-9a11-7b410b32cab7'
const PAGE = 20
/** Of a list: an account that has more of anything is not one that nodeops understands. */
const PAGES_MAX = 50

export type NewProject = { uniqueName: string; description: string; port: number }
export type NewEnvironment = {
  uniqueName: string
  description: string
  runEnvs: Record<string, string>
  resources: Resources
}
export type NewVm = { name: string; zone: string; sshKey: string; size: Size }

const id = encodeURIComponent
const projects = '/v1/projects'
const vms = '/v1/product-deployments'

export type Api = ReturnType<typeof createApi>

/** All throw ApiError, or the signal's reason. */
export const createApi = (call: Caller) => ({
  ...projectCalls(call),
  ...environmentCalls(call),
  ...machineCalls(call),
})

const tell = async (call: Caller, told: Call, bound: Bound): Promise<void> => {
  await call(told, bound)
}

type Page<T> = { data: T[]; pagination: { total: number } }

async function all<T>(
  call: Caller,
  { path, query }: { path: string; query: Record<string, string> },
  take: (data: unknown) => Page<T>,
  bound: Bound,
): Promise<T[]> {
  const found: T[] = []
  for (let page = 0; page < PAGES_MAX; page++) {
    const paging = { limit: PAGE, offset: page * PAGE }
    const data = await call({ method: 'GET', path, query: { ...query, ...paging } }, bound)
    const answer = take(data)
    found.push(...answer.data)
    if (answer.data.length === 0 || found.length >= answer.pagination.total) break
  }
  return found
}

const environments = (project: string) => `${projects}/${id(project)}/environments`
const deployments = (project: string) => `${projects}/${id(project)}/deployments`

const projectCalls = (call: Caller) => ({
  projects: (bound: Bound) =>
    all(
      call,
      { path: projects, query: { type: 'image' } },
      (data) => read(pageOf(Project), data, 'projects'),
      bound,
    ),
  createProject: ({ uniqueName, description, port }: NewProject, bound: Bound) => {
    const rest = { type: 'image', source: {}, settings: { port } }
    const body = { uniqueName, displayName: uniqueName, description, ...rest }
    return tell(call, { method: 'POST', path: projects, body }, bound)
  },
  deleteProject: (project: string, bound: Bound) =>
    tell(call, { method: 'DELETE', path: `${projects}/${id(project)}` }, bound),

  deployments: (project: string, bound: Bound) => {
    const take = (data: unknown) => read(pageOf(Deployment), data, 'deployments')
    return all(call, { path: deployments(project), query: {} }, take, bound)
  },
  deployment: async (project: string, deployment: string, bound: Bound) => {
    const path = `${deployments(project)}/${id(deployment)}`
    return read(Deployment, await call({ method: 'GET', path }, bound), 'a deployment')
  },
  createDeployment: async (project: string, image: string, bound: Bound) => {
    const path = deployments(project)
    read(Created, await call({ method: 'POST', path, body: { image } }, bound), 'a deployment')
  },
  wakeDeployment: (project: string, deployment: string, bound: Bound) => {
    const path = `${deployments(project)}/${id(deployment)}/wakeup`
    return tell(call, { method: 'POST', path }, bound)
  },
  buildLogs: async (project: string, deployment: string, bound: Bound) => {
    const path = `${deployments(project)}/${id(deployment)}/build-logs`
    return read(BuildLog, await call({ method: 'GET', path }, bound), 'build logs')
  },
})

const environmentCalls = (call: Caller) => ({
  environments: async (project: string, bound: Bound) => {
    const data = await call({ method: 'GET', path: environments(project) }, bound)
    return read(Type.Array(Environment), data, 'environments')
  },
  createEnvironment: (project: string, environment: NewEnvironment, bound: Bound) => {
    const { uniqueName, description, runEnvs, resources } = environment
    const rest = { settings: { runEnvs }, resources, isAutoPromoteEnabled: false, branch: null }
    const body = { uniqueName, displayName: uniqueName, description, ...rest }
    return tell(call, { method: 'POST', path: environments(project), body }, bound)
  },
  deleteEnvironment: (project: string, environment: string, bound: Bound) =>
    tell(call, { method: 'DELETE', path: `${environments(project)}/${id(environment)}` }, bound),
  assign: (project: string, environment: string, deploymentId: string, bound: Bound) => {
    const path = `${environments(project)}/${id(environment)}/assign-deployment`
    return tell(call, { method: 'POST', path, body: { deploymentId } }, bound)
  },
  setResources: (project: string, environment: string, body: Resources, bound: Bound) => {
    const path = `${environments(project)}/${id(environment)}/resources`
    return tell(call, { method: 'PUT', path, body }, bound)
  },
  /** Replaces all of them. */
  setVariables: (
    project: string,
    environment: string,
    body: { runEnvs: Record<string, string>; port: number },
    bound: Bound,
  ) => {
    const path = `${environments(project)}/${id(environment)}/environment-variables`
    return tell(call, { method: 'PUT', path, body }, bound)
  },
  environmentLogs: async (project: string, environment: string, seconds: number, bound: Bound) => {
    const path = `${environments(project)}/${id(environment)}/logs`
    const query = { 'since-seconds': seconds }
    return read(Type.String(), await call({ method: 'GET', path, query }, bound), 'logs')
  },
})

const machineCalls = (call: Caller) => ({
  sizes: async (bound: Bound) => {
    const data = await call({ method: 'GET', path: '/v1/products' }, bound)
    const { products } = read(Products, data, 'products')
    const found = products.find((product) => product.id === VM_PRODUCT)?.resources ?? []
    return found.filter(({ creationEnabled }) => creationEnabled)
  },
  zones: async (bound: Bound) => {
    const data = await call({ method: 'GET', path: '/v1/databases/providers/do/zones' }, bound)
    return read(Zones, data, 'zones').map(({ name }) => name)
  },
  vms: (bound: Bound) =>
    all(
      call,
      { path: vms, query: { productId: VM_PRODUCT } },
      (data) => read(pageOf(Vm), data, 'machines'),
      bound,
    ),
  createVm: ({ name, zone, sshKey, size }: NewVm, bound: Bound) => {
    const inputs = { ZONE: zone, PROVIDER: 'do', SSH_KEYS: [sshKey], FIREWALL_RULES: [SSH_RULE] }
    const body = { name, productId: VM_PRODUCT, inputs, resourceInputs: resourceInputs(size) }
    return tell(call, { method: 'POST', path: vms, body }, bound)
  },
  resizeVm: (vm: string, size: Size, bound: Bound) => {
    const body = { resourceInputs: resourceInputs(size) }
    return tell(call, { method: 'POST', path: `${vms}/${id(vm)}/resize`, body }, bound)
  },
  deleteVm: (vm: string, bound: Bound) =>
    tell(call, { method: 'DELETE', path: `${vms}/${id(vm)}` }, bound),
})

/** Workers dial out: nothing but the shell comes in. */
const SSH_RULE = { port: 22, proto: 'tcp', from: '0.0.0.0/0' }

const resourceInputs = ({ cpuInMillicores, memoryInMiB, diskInMiB }: Size) => ({
  cpuInMillicores,
  memoryInMB: memoryInMiB,
  storageInMB: diskInMiB,
})
