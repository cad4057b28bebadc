// compose.yaml of a deployment: the one of the repository, each service as the file of the deployment has it, and the
// workers of each region as a service of their own. A pure function.
import type { HealthCheck, RegionCount, Role, ServiceSpec } from '../../deployment.ts'
import { graceSecondsOf } from '../grace.ts'
import { rangeOf, toldOfDoors, uiPortOf } from './doors.ts'

export type ComposeService = {
  image: string
  build?: { context: string; dockerfile: string; target: string }
  environment?: Record<string, string>
  env_file?: string[]
  depends_on?: Record<string, { condition: string }>
  ports?: string[]
  networks?: string[] | Record<string, { aliases: string[] }>
  profiles?: string[]
  healthcheck?: Record<string, unknown>
  stop_grace_period?: string
  deploy?: { replicas?: number; resources?: Record<string, unknown> }
}
export type ComposeFile = {
  name: string
  services: Record<string, ComposeService>
  networks: Record<string, unknown>
  volumes: Record<string, unknown>
  configs?: Record<string, unknown>
}

export type RenderOptions = {
  name: string
  /** compose.yaml of the repository, anchors and merges followed. */
  base: ComposeFile
  /** Of the repository: images are built from there. */
  root: string
  told: readonly ServiceSpec[]
  regions: readonly RegionCount[]
  /** Whether containers here can have GPUs. */
  hasGpus: boolean
  /** Names of services whose references are in `<service>.env` beside the file. */
  withEnvFile: ReadonlySet<string>
}

/** Names of the repository's services, by role. */
const BASE_OF: Record<Role, string> = {
  postgres: 'postgres',
  temporal: 'temporal',
  parts: 'parts',
  coordinator: 'app',
  scheduler: 'scheduler',
  worker: 'worker',
}
/** What comes along with a role. */
const COMPANIONS: Partial<Record<Role, readonly string[]>> = {
  coordinator: ['tokens'],
  temporal: ['temporal-schema', 'web'],
}

export const workerServiceOf = (spec: ServiceSpec, region: string): string =>
  `${spec.name}-${region}`

export function renderCompose(options: RenderOptions): ComposeFile {
  const { base, name, told, regions } = options
  const names = new Map(told.map(({ role, name: own }) => [BASE_OF[role], own]))
  const services = told.flatMap((spec) =>
    spec.role === 'worker'
      ? regions.map(({ region, count }) => workersOf(options, spec, { region, count }))
      : [serviceOf(options, spec), ...companionsOf(options, spec)],
  )
  const renamed = services.map(([key, service]) => [key, renamedIn(service, names, services)])
  return {
    name,
    services: Object.fromEntries(renamed),
    networks: base.networks,
    volumes: base.volumes,
    ...(base.configs ? { configs: base.configs } : {}),
  }
}

type Named = [string, ComposeService]

const companionsOf = ({ base, told }: RenderOptions, { role, image }: ServiceSpec): Named[] =>
  (COMPANIONS[role] ?? []).flatMap((name): Named[] => {
    const service = base.services[name]
    if (!service) return []
    // Of the image of its coordinator, which is the one that is built or pulled.
    if (name === 'tokens') return [[name, { ...service, ...imageOf(service.image, image) }]]
    if (name !== 'web') return [[name, service]]
    const ports = service.ports?.map((port) => port.replace(/:\d+:/, `:${uiPortOf(told)}:`))
    return [[name, { ...service, ...(ports && { ports }) }]]
  })

function serviceOf(options: RenderOptions, spec: ServiceSpec): Named {
  const base = baseOf(options, BASE_OF[spec.role])
  const { ports = [], networks = [] } = base
  const alias = [BASE_OF[spec.role]]
  const names = Array.isArray(networks) ? networks : Object.keys(networks)
  const published = ports.map((port) => publishedAs(port, spec))
  return [
    spec.name,
    {
      ...common(options, base, spec),
      networks: Object.fromEntries(names.map((name) => [name, { aliases: alias }])),
      ...(published.length > 0 ? { ports: published } : {}),
      deploy: { replicas: spec.replicas, ...limitsOf(spec) },
    },
  ]
}

function workersOf(options: RenderOptions, spec: ServiceSpec, place: RegionCount): Named {
  const { region, count } = place
  const isGpu = (spec.resources?.gpus ?? 0) > 0 && options.hasGpus
  const base = baseOf(options, isGpu ? 'worker-gpu' : 'worker')
  const { profiles: _, ...rest } = common(options, base, spec)
  const environment = {
    ...rest.environment,
    SYNDATA_REGION: region,
    SYNDATA_TOKEN_FILE: `/tokens/${region}`,
  }
  const reservations = isGpu
    ? {
        reservations: {
          devices: [{ driver: 'nvidia', count: spec.resources?.gpus ?? 1, capabilities: ['gpu'] }],
        },
      }
    : {}
  const { resources = {} } = limitsOf(spec)
  const deploy = { replicas: count, resources: { ...resources, ...reservations } }
  return [workerServiceOf(spec, region), { ...rest, environment, deploy }]
}

function baseOf({ base }: RenderOptions, name: string): ComposeService {
  const service = base.services[name]
  if (!service) throw new Error(`compose.yaml of the repository has no service ${name}`)
  return service
}

function common(options: RenderOptions, base: ComposeService, spec: ServiceSpec): ComposeService {
  const { build, ...rest } = base
  return {
    ...rest,
    ...imageOf(base.image, spec.image),
    ...(build && isBuiltHere(spec.image) ? { build: { ...build, context: options.root } } : {}),
    environment: environmentOf(options, base, spec),
    ...(base.stop_grace_period ? { stop_grace_period: graceOf(base.stop_grace_period, spec) } : {}),
    ...(options.withEnvFile.has(spec.name) ? { env_file: [`${spec.name}.env`] } : {}),
    ...(spec.healthCheck ? { healthcheck: checkOf(base.healthcheck, spec, spec.healthCheck) } : {}),
  }
}

/** What is in the file of a service's variables is not here: compose would take it from here. */
function environmentOf(
  { told, withEnvFile }: RenderOptions,
  { environment: own = {} }: ComposeService,
  spec: ServiceSpec,
): Record<string, string> {
  const doors = Object.entries(toldOfDoors(told)).filter(([name]) => name in own)
  const all = { ...own, ...Object.fromEntries(doors), ...settingsHere(spec) }
  const isInFile = (name: string): boolean =>
    withEnvFile.has(spec.name) && name in spec.env && !(name in spec.settings)
  return Object.fromEntries(Object.entries(all).filter(([name]) => !isInFile(name)))
}

/** `usual`: in seconds, as `30s`. */
const graceOf = (usual: string, spec: ServiceSpec): string =>
  `${graceSecondsOf(spec, Number.parseInt(usual, 10))}s`

const isBuiltHere = (image: string | null): boolean =>
  image === null || image.startsWith('syndata-')

/** Images without a registry are built here, of the kind that the place needs and the version that the file names. */
function imageOf(base: string, asked: string | null): { image: string } {
  if (asked === null) return { image: base }
  if (!isBuiltHere(asked)) return { image: asked }
  return { image: `${base.split(':')[0]}:${asked.split(':')[1] ?? 'local'}` }
}

/** Containers cannot be added from within: limits of a fleet that sizes itself are left out, unless a provider is named. */
function settingsHere({ role, settings, env }: ServiceSpec): Record<string, string> {
  if (role !== 'scheduler' || 'SYNDATA_SCALING_PROVIDER' in env) return settings
  return Object.fromEntries(
    Object.entries(settings).filter(([name]) => !name.startsWith('SYNDATA_SCALING_')),
  )
}

/** `8000:8000` on the port that the file says; a range when there are several. */
function publishedAs(port: string, { ports, replicas }: ServiceSpec): string {
  const inside = Number(port.slice(port.lastIndexOf(':') + 1))
  const address = /^\d+\.\d+\.\d+\.\d+:/.exec(port)?.[0] ?? ''
  const first = ports[INSIDE[inside] ?? ''] ?? inside
  return `${address}${rangeOf(first, replicas)}:${inside}`
}

/** Listeners of our images by the port that they have inside. */
const INSIDE: Readonly<Record<number, string>> = { 8000: 'http', 7443: 'fleet', 8130: 'http' }

function limitsOf({ resources }: ServiceSpec): { resources?: Record<string, unknown> } {
  if (!resources) return {}
  const { cpuMillis, memoryBytes } = resources
  const limits = { cpus: String(cpuMillis / 1_000), memory: String(memoryBytes) }
  return { resources: { limits } }
}

/** Where our images answer, inside; they have the probe in them. */
const ANSWERS: Partial<Record<Role, string>> = {
  parts: 'https://127.0.0.1:8130',
  coordinator: 'http://127.0.0.1:8000',
  scheduler: 'http://127.0.0.1:8083',
  worker: 'http://127.0.0.1:8090',
}
const START_PERIOD = '60s'

/** In place of the image's own check. */
function checkOf(
  base: Record<string, unknown> | undefined,
  { role }: ServiceSpec,
  { path, intervalMs, timeoutMs, retries }: HealthCheck,
): Record<string, unknown> {
  const answers = ANSWERS[role]
  return {
    start_period: START_PERIOD,
    ...base,
    ...(answers && { test: ['CMD', 'node', 'deploy/images/probe.ts', answers + path] }),
    ...{ interval: `${intervalMs}ms`, timeout: `${timeoutMs}ms`, retries },
  }
}

/** Waits for services by their names here, and for none that is not here. */
function renamedIn(
  service: ComposeService,
  names: ReadonlyMap<string, string>,
  present: readonly Named[],
): ComposeService {
  if (!service.depends_on) return service
  const here = new Set(present.map(([key]) => key))
  const waits = Object.entries(service.depends_on)
    .map(([name, how]) => [names.get(name) ?? name, how] as const)
    .filter(([name]) => here.has(name))
  const { depends_on: _, ...rest } = service
  return waits.length > 0 ? { ...rest, depends_on: Object.fromEntries(waits) } : rest
}
