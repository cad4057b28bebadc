// What a NodeOps template cannot say: each limit by its name, with the targets that know no such limit.
import { type Deployment, type Role, type ServiceSpec, workersOf } from '../deployment.ts'
import type { Finding } from '../target.ts'
import {
  dialFindings,
  finding,
  imageFindings,
  WITH_ALL_SERVICES,
  WITH_GPUS,
  WITH_REGIONS,
  WITH_SCALING,
  WITH_VOLUMES,
  when,
} from './findings.ts'

const TEMPLATE_LIMITS = { services: 5, computeUnits: 4 }

const DEFAULT_MILLIS = 500
const DEFAULT_BYTES = 512 * 2 ** 20

export function checkTemplate(deployment: Deployment): Finding[] {
  return [
    ...imageFindings(deployment, 'a template'),
    ...deployment.services.flatMap((spec) => [
      ...roleFindings(spec),
      ...wordFindings(spec),
      ...variableFindings(spec, deployment),
    ]),
    ...sizeFindings(deployment),
    ...fleetFindings(deployment),
    finding('note', null, 'a template runs linux/amd64 images of public registries, as user 65535'),
  ]
}

const ELSEWHERE: Readonly<Partial<Record<Role, string>>> = {
  postgres: 'DATABASE_URL',
  temporal: 'TEMPORAL_ADDRESS',
}

function roleFindings({ name, role, volumes }: ServiceSpec): Finding[] {
  const address = ELSEWHERE[role]
  if (address !== undefined) {
    const message = `a template has no volume whose key is known, so nothing here keeps data: run it elsewhere (${WITH_ALL_SERVICES}), and give its address as ${address} in env of the others`
    return [finding('error', name, message)]
  }
  return volumes.map((volume) =>
    role === 'worker'
      ? finding(
          'warning',
          name,
          `the volume ${volume.name} is left out: a template keeps nothing, and the worker enrols anew after each start (${WITH_VOLUMES} have volumes)`,
        )
      : finding(
          'error',
          name,
          `the volume ${volume.name}: the key of a template's volume is not documented; keep parts in a bucket (SYNDATA_STORE: s3:...), or use ${WITH_VOLUMES}`,
        ),
  )
}

function wordFindings({ name, role, resources, replicas, healthCheck }: ServiceSpec): Finding[] {
  const isMany = role !== 'worker' && replicas !== 1
  return [
    ...when((resources?.gpus ?? 0) > 0, () =>
      finding('error', name, `a template has no GPUs; ${WITH_GPUS} have`),
    ),
    ...when(isMany, () =>
      finding(
        'error',
        name,
        `a template has no replicas: one of each service, not ${replicas} (${WITH_ALL_SERVICES} have)`,
      ),
    ),
    ...when(healthCheck !== null, () =>
      finding(
        'warning',
        name,
        'healthCheck is left out: a template has none (local, compose and kubernetes have)',
      ),
    ),
    ...when(role === 'coordinator', () =>
      finding(
        'warning',
        name,
        `only its HTTP port is reached from outside: workers outside this pod need the ports of ${WITH_ALL_SERVICES}`,
      ),
    ),
  ]
}

function variableFindings(spec: ServiceSpec, { services }: Deployment): Finding[] {
  const { name, role, env } = spec
  const isTold = services.some((service) => service.role === 'coordinator')
  const missing = dialFindings(spec).filter(({ message }) => !isTold || message.includes('_TOKEN'))
  const store = env['SYNDATA_STORE']
  const isBucket = store && (!('value' in store) || store.value.startsWith('s3:'))
  const literals = Object.entries(env).filter(
    ([, value]) => 'value' in value && value.value.includes('{{'),
  )
  return [
    ...(role === 'worker' ? missing : []),
    ...when((role === 'parts' || role === 'coordinator') && !isBucket, () =>
      finding('error', name, 'nothing here keeps data: write SYNDATA_STORE: s3:<bucket> in env'),
    ),
    ...literals.map(([variable]) =>
      finding('error', name, `${variable} has {{ in it, which a template takes for a question`),
    ),
  ]
}

function sizeFindings({ services }: Deployment): Finding[] {
  const sum = (of: (spec: ServiceSpec) => number) =>
    services.reduce((total, spec) => total + of(spec), 0)
  const cpus = sum(({ resources }) => resources?.cpuMillis ?? DEFAULT_MILLIS) / 1_000
  const gib = sum(({ resources }) => resources?.memoryBytes ?? DEFAULT_BYTES) / 2 ** 30
  const units = Math.max(cpus, gib)
  const limits = TEMPLATE_LIMITS
  return [
    ...when(services.length > limits.services, () =>
      finding(
        'error',
        null,
        `a template has at most ${limits.services} services, not ${services.length} (${WITH_ALL_SERVICES} know no such limit)`,
      ),
    ),
    ...when(units > limits.computeUnits, () =>
      finding(
        'error',
        null,
        `a template has at most ${limits.computeUnits} compute units, the larger of all CPUs (${cpus}) and all memory in GiB (${Number(gib.toFixed(2))}); write less in resources, or use ${WITH_ALL_SERVICES}`,
      ),
    ),
  ]
}

function fleetFindings(deployment: Deployment): Finding[] {
  const { regions, scaling, services } = deployment
  const worker = services.find(({ role }) => role === 'worker')
  if (!worker) return []
  const places = regions.filter(({ count }) => count > 0)
  return [
    ...when(workersOf(deployment) > 1, () =>
      finding(
        'error',
        worker.name,
        `a template has no replicas and no regions: one worker in one region, not ${workersOf(deployment)} in ${places.length}; deploy it several times, or use ${WITH_REGIONS}`,
      ),
    ),
    ...when(places.length > 0, () =>
      finding(
        'warning',
        worker.name,
        `the region ${places[0]?.region} is its label only: NodeOps chooses the place (${WITH_REGIONS} let you)`,
      ),
    ),
    ...when(scaling !== null, () =>
      finding(
        'warning',
        worker.name,
        `autoscaling is left out: a template is of one size (${WITH_SCALING} scale)`,
      ),
    ),
  ]
}
