// One service of the file: its role, and everything about it that no other service has a say in.
import { at, type Report } from '#engine/config/problem.ts'
import type { HealthCheck, Resources, Role, ServiceSpec, Volume } from '../deployment.ts'
import { readEnv } from './read-env.ts'
import type { ReadService } from './read-policies.ts'
import { ROLE_FACTS } from './roles.ts'
import { TYPES } from './schema-service.ts'

/** `role` is null when neither type nor name says it. */
export type NamedService = { service: ReadService; path: string; role: Role | null }

export function roleOf({ type, name }: ReadService, path: string, report: Report): Role | null {
  const said = type ?? name
  if (said !== undefined && Object.hasOwn(TYPES, said)) return TYPES[said as keyof typeof TYPES]
  const isWrong = report.problems.some((problem) => problem.path === at(path, 'type'))
  if (said !== undefined && !isWrong) {
    const types = Object.keys(TYPES).join(', ')
    report.problem(path, `The service ${said} has no type`, `Write type: one of ${types}.`)
  }
  return null
}

/** Null when it cannot be said what it is. */
export function readService(
  { service, path, role }: NamedService,
  { replicas, workers }: { replicas: number | undefined; workers: number },
  report: Report,
): ServiceSpec | null {
  const { name } = service
  if (role === null || name === undefined) return null
  if (role !== 'worker') refuseWorkerKeys(service, path, report)
  const facts = ROLE_FACTS[role]
  const count =
    role === 'worker' ? workers : (service.replicas ?? Math.min(replicas ?? 1, facts.replicasMax))
  if (count > facts.replicasMax) {
    const message = `At most ${facts.replicasMax} of type ${role}`
    report.problem(at(path, 'replicas'), message, `Write replicas: ${facts.replicasMax}`)
  }
  const env = [...(service.env ?? []), ...(service.environment ?? [])]
  const envKey = service.env ? 'env' : 'environment'
  if (service.env && service.environment) {
    report.problem(at(path, 'environment'), 'env and environment are the same', 'Keep env.')
  }
  return {
    name,
    role,
    image: service.image ?? null,
    ports: readPorts(service, role, path, report),
    replicas: count,
    resources: resourcesOf(service),
    volumes: readVolumes(service, at(path, 'volumes'), report),
    healthCheck: healthCheckOf(service, role),
    settings: {},
    env: readEnv(env, { role, path: at(path, envKey) }, report),
  }
}

function refuseWorkerKeys(service: ReadService, path: string, report: Report): void {
  if (service.distributedCompute) {
    const hint = 'Write it below the worker service.'
    report.problem(at(path, 'distributedCompute'), 'Only workers compute', hint)
  }
  if (service.autoscaling && service.autoscaling.enabled !== false) {
    const hint = 'Write replicas; autoscaling is of the worker service.'
    report.problem(at(path, 'autoscaling'), 'Only workers are scaled by load', hint)
  }
  if (service.resources?.gpu) {
    report.problem(`${path}/resources/gpu`, 'Only workers use a GPU', 'Leave it out.')
  }
}

function readPorts(
  { port, ports }: ReadService,
  role: Role,
  path: string,
  report: Report,
): Record<string, number> {
  const known = Object.keys(ROLE_FACTS[role].ports)
  const found: Record<string, number> = { ...ROLE_FACTS[role].ports }
  const first = known[0]
  if (port !== undefined && first === undefined) {
    report.problem(at(path, 'port'), `A ${role} listens on no port`, 'Leave it out.')
  }
  if (port !== undefined && first !== undefined) found[first] = port
  for (const [i, one] of (ports ?? []).entries()) {
    if (one.name === undefined || one.port === undefined) continue
    const where = `${path}/ports/${i}/name`
    if (!known.includes(one.name)) {
      const hint = known.length === 0 ? 'Leave it out.' : `It has ${known.join(' and ')}.`
      report.problem(where, `A ${role} has no port ${one.name}`, hint)
    } else if ((found[one.name] ?? one.port) !== one.port) {
      report.problem(where, `${one.name} is there with two numbers`, 'Keep one of them.')
    } else found[one.name] = one.port
  }
  const numbers = Object.values(found)
  if (new Set(numbers).size < numbers.length) {
    report.problem(at(path, 'ports'), 'Two ports of the service are the same', 'Change one.')
  }
  return found
}

const CPU_MILLIS = 1_000
const MEMORY_BYTES = 2 ** 30

function resourcesOf({ resources }: ReadService): Resources | null {
  if (!resources) return null
  const { cpu = CPU_MILLIS, memory = MEMORY_BYTES, gpu = 0 } = resources
  return { cpuMillis: cpu, memoryBytes: memory, gpus: gpu }
}

function readVolumes({ volumes = [] }: ReadService, path: string, report: Report): Volume[] {
  const names = new Set<string>()
  return volumes.flatMap(({ name, mountPath, size }, i) => {
    if (name === undefined || mountPath === undefined || size === undefined) return []
    if (names.has(name)) report.problem(at(path, i), `${name} is there twice`, 'Rename one.')
    names.add(name)
    return [{ name, mountPath, sizeBytes: size }]
  })
}

const HEALTH = { intervalMs: 30_000, timeoutMs: 5_000, retries: 3 }

function healthCheckOf({ healthCheck }: ReadService, role: Role): HealthCheck | null {
  const fallback = ROLE_FACTS[role].healthPath
  if (!healthCheck || (healthCheck.path ?? fallback) === null) return null
  const { path, interval, timeout, retries } = healthCheck
  return {
    path: path ?? fallback ?? '/',
    intervalMs: interval ?? HEALTH.intervalMs,
    timeoutMs: timeout ?? HEALTH.timeoutMs,
    retries: retries ?? HEALTH.retries,
  }
}
