// What CreateOS has no room for: each limit by its name, where the rest runs, and how it is referred to.
import { existsSync } from 'node:fs'
import type { Deployment, Role, ServiceSpec } from '../../deployment.ts'
import type { Finding } from '../../target.ts'
import {
  dialFindings,
  finding,
  imageFindings,
  WITH_ALL_SERVICES,
  WITH_GPUS,
  WITH_SCALING,
  WITH_VOLUMES,
  when,
} from '../findings.ts'
import { drainFindings } from '../grace.ts'
import { secretFindings } from '../references.ts'
import { STOP_S } from './bootstrap.ts'
import { APP, fitsApp } from './sizes.ts'

const CREATEOS_ROLES: readonly Role[] = ['coordinator', 'worker']

export type Means = {
  /** Of the API; null where there is none. */
  key: string | null
  /** Of ssh, needed by virtual machines alone. */
  sshKeyFile: string
}

const MIB = 2 ** 20

export function checkCreateos(deployment: Deployment, { key, sshKeyFile }: Means): Finding[] {
  const { services } = deployment
  return [
    ...when(key === null, () =>
      finding(
        'error',
        null,
        'createos needs a key of its API: set CREATEOS_API_KEY, or CREATEOS_API_KEY_FILE',
      ),
    ),
    ...imageFindings({ ...deployment, services: services.filter(isHere) }, 'createos'),
    ...secretFindings(deployment, 'createos'),
    ...services.flatMap((spec) => serviceFindings(spec, deployment, sshKeyFile)),
    ...scalingFindings(deployment),
  ]
}

function scalingFindings({ services, scaling, regions }: Deployment): Finding[] {
  const worker = services.find(({ role }) => role === 'worker')
  if (!scaling || !worker) return []
  const warning = (message: string): Finding[] => [finding('warning', null, message)]
  if (!fitsApp(worker)) {
    const message = `autoscaling: a virtual machine takes 5 to 15 minutes and is set up over ssh, which no scheduler has a key for. Leave autoscaling out, or write resources that an app has (${APP.cpu.max}m and ${APP.memory.max} MB at most); ${WITH_SCALING} are sized by load`
    return [finding('error', worker.name, message)]
  }
  const most = regions.length * APP.replicas.max
  return [
    ...warning(
      'apps are sized by the scheduler beside the coordinator, elsewhere: deploy writes down what it needs (SYNDATA_SCALING_PROVIDER=createos)',
    ),
    ...(scaling.max > most
      ? warning(
          `there can be ${most} workers (${APP.replicas.max} of each region), not ${scaling.max}`,
        )
      : []),
  ]
}

const isHere = ({ role }: ServiceSpec): boolean => CREATEOS_ROLES.includes(role)

/** How the others are told where it runs. */
const ADDRESS: Readonly<Partial<Record<Role, string>>> = {
  postgres: 'DATABASE_URL in env of the coordinator',
  temporal: 'TEMPORAL_ADDRESS in env of the coordinator',
  parts: 'SYNDATA_PARTS_URL in env of the coordinator',
}

function serviceFindings(spec: ServiceSpec, deployment: Deployment, sshKeyFile: string): Finding[] {
  const { name, role, resources, healthCheck } = spec
  const address = ADDRESS[role]
  if (address !== undefined) {
    const message = `an app of createos has no volume and one HTTP port: run it elsewhere (${WITH_ALL_SERVICES}, or a managed one), and write ${address}`
    return [finding('error', name, message)]
  }
  if (role === 'scheduler') {
    const message = `an app of createos cannot be given a command, and no image runs the scheduler alone: run it beside the database (${WITH_ALL_SERVICES})`
    return [finding('error', name, message)]
  }
  return [
    ...when((resources?.gpus ?? 0) > 0, () =>
      finding(
        'error',
        name,
        `createos has no GPUs, neither for apps nor for virtual machines; ${WITH_GPUS} have`,
      ),
    ),
    ...when(healthCheck !== null, () =>
      finding('warning', name, 'healthCheck is left out: createos looks at the port only'),
    ),
    ...smallFindings(spec),
    ...(role === 'worker'
      ? workerFindings(spec, deployment, sshKeyFile)
      : coordinatorFindings(spec)),
  ]
}

function smallFindings(spec: ServiceSpec): Finding[] {
  const { name, resources } = spec
  if (!resources || !fitsApp(spec)) return []
  const isSmall = resources.cpuMillis < APP.cpu.min || resources.memoryBytes < APP.memory.min * MIB
  return when(isSmall, () =>
    finding(
      'warning',
      name,
      `an app has at least ${APP.cpu.min}m and ${APP.memory.min} MB, and gets that`,
    ),
  )
}

function workerFindings(spec: ServiceSpec, { regions }: Deployment, sshKeyFile: string): Finding[] {
  const { name, volumes, env } = spec
  if (!fitsApp(spec)) {
    const lines = Object.entries(env).filter(
      ([, value]) => 'value' in value && /[\n\r]/.test(value.value),
    )
    return [
      ...dialFindings(spec),
      ...drainFindings(spec, STOP_S),
      ...when(!existsSync(sshKeyFile) || !existsSync(`${sshKeyFile}.pub`), () =>
        finding(
          'error',
          name,
          `virtual machines are set up over ssh, and ${sshKeyFile} and its .pub are not there: ssh-keygen -t ed25519 -N '' -f ${sshKeyFile}, or name a key in CREATEOS_SSH_KEY`,
        ),
      ),
      ...lines.map(([variable]) =>
        finding(
          'error',
          name,
          `${variable} has line breaks, which variables of a container on a virtual machine cannot have`,
        ),
      ),
      finding(
        'note',
        name,
        `larger than an app (${APP.cpu.max}m, ${APP.memory.max} MB): each worker gets a virtual machine in a zone of its region`,
      ),
    ]
  }
  const crowded = regions.filter(({ count }) => count > APP.replicas.max)
  return [
    ...dialFindings(spec),
    ...crowded.map(({ region, count }) =>
      finding(
        'error',
        name,
        `an environment of createos has ${APP.replicas.min} to ${APP.replicas.max} replicas, not ${count} (${region}): write more resources than ${APP.cpu.max}m or ${APP.memory.max}Mi for virtual machines, or use kubernetes`,
      ),
    ),
    ...volumes.map((volume) =>
      finding(
        'warning',
        name,
        `the volume ${volume.name} is left out: an app keeps nothing, and the worker enrols anew after each start (${WITH_VOLUMES}, and virtual machines here, have volumes)`,
      ),
    ),
    finding(
      'warning',
      name,
      'regions are labels only: createos chooses where apps run (its virtual machines have zones)',
    ),
  ]
}

/** Where everything is that a coordinator needs and that does not run here. */
export const NEEDED = [
  'DATABASE_URL',
  'TEMPORAL_ADDRESS',
  'SYNDATA_STORE',
  'SYNDATA_MASTER_KEY',
  'SYNDATA_PARTS_URL',
  'SYNDATA_FLEET_ADDRESSES',
]

function coordinatorFindings(spec: ServiceSpec): Finding[] {
  const { name, env, replicas, volumes } = spec
  const missing = NEEDED.filter((variable) => !(variable in env))
  return [
    ...when(!fitsApp(spec), () =>
      finding(
        'error',
        name,
        `an app has at most ${APP.cpu.max}m and ${APP.memory.max} MB; larger ones run on ${WITH_ALL_SERVICES}`,
      ),
    ),
    ...when(replicas < APP.replicas.min || replicas > APP.replicas.max, () =>
      finding(
        'error',
        name,
        `an app has ${APP.replicas.min} to ${APP.replicas.max} replicas, not ${replicas}`,
      ),
    ),
    ...volumes.map((volume) =>
      finding(
        'error',
        name,
        `the volume ${volume.name}: apps have none; keep parts in a bucket (SYNDATA_STORE: s3:...)`,
      ),
    ),
    ...when(missing.length > 0, () =>
      finding(
        'error',
        name,
        `everything that it needs runs elsewhere: write ${missing.join(', ')} in env`,
      ),
    ),
    finding(
      'warning',
      name,
      'only its HTTP port is reached from outside: workers connect to a coordinator elsewhere, at SYNDATA_FLEET_ADDRESSES',
    ),
  ]
}
