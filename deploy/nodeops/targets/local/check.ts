// What of a deployment this machine cannot do, or does otherwise than the file says.
import { statfsSync } from 'node:fs'
import { type Deployment, type ServiceSpec, serviceOfRole, workersOf } from '../../deployment.ts'
import { showBytes } from '../../file/units.ts'
import type { Finding } from '../../target.ts'
import { drainFindings } from '../grace.ts'
import { type Machine, workerLimits } from './environment.ts'

const GIB = 2 ** 30
/** Of workers, by the supervisor. */
const KILLED_AFTER_S = 15

type Here = { machine: Machine; freeBytes: number }

export function freeBytesOf(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

export function findingsOf(deployment: Deployment, here: Here): Finding[] {
  const worker = serviceOfRole(deployment, 'worker')
  return [
    ...wholeFindings(deployment),
    ...(worker ? gpuFindings(worker, here) : []),
    ...(worker ? sizeFindings(deployment, worker, here) : []),
    ...(worker ? drainFindings(worker, KILLED_AFTER_S) : []),
    ...volumeFindings(deployment, here),
    note(
      'It runs the programs of this checkout, not images, and is reached from this machine alone.',
    ),
    note('REST is on the port that the file says, if it is free; the other ports are chosen.'),
  ]
}

const note = (message: string): Finding => ({ severity: 'note', service: null, message })

function wholeFindings(deployment: Deployment): Finding[] {
  const findings: Finding[] = []
  const error = (service: string | null, message: string): void => {
    findings.push({ severity: 'error', service, message })
  }
  if (!serviceOfRole(deployment, 'coordinator')) {
    error(
      null,
      'local runs whole installations: add a coordinator, or start workers by their image',
    )
  } else if (!serviceOfRole(deployment, 'parts')) {
    error(null, 'local has its own parts process: add a service of type parts')
  }
  for (const { name, role, replicas, env } of deployment.services) {
    if (replicas === 0 && role !== 'worker') error(name, 'local always runs it: replicas 1')
    for (const [variable, value] of Object.entries(env)) {
      if (!('fromSecret' in value)) continue
      error(
        name,
        `${variable}: this machine has no store of secrets; use valueFrom with env or file`,
      )
    }
  }
  return findings
}

function gpuFindings({ name, resources }: ServiceSpec, { machine }: Here): Finding[] {
  const asked = resources?.gpus ?? 0
  const { gpus } = machine
  if (asked === 0 || gpus >= asked) return []
  const has = gpus === 0 ? 'has no GPU' : `has ${gpus}`
  const message = `asks for ${asked} GPU, and this machine ${has}: trainings run on the processor`
  return [{ severity: 'warning', service: name, message }]
}

function sizeFindings(deployment: Deployment, worker: ServiceSpec, { machine }: Here): Finding[] {
  const { resources, name } = worker
  const workers = workersOf(deployment)
  if (!resources || workers === 0) return []
  const cores = (workers * resources.cpuMillis) / 1_000
  const memory = workers * resources.memoryBytes
  if (cores <= machine.cores && memory <= machine.memoryBytes) return []
  const limits = workerLimits(deployment, worker, machine)
  const asks = `${workers} ask for ${cores} CPUs and ${showBytes(memory)}`
  const has = `this machine has ${machine.cores} and ${Math.floor(machine.memoryBytes / GIB)}Gi`
  const gets = `each gets ${limits['SYNDATA_THREADS']} slot and ${limits['SYNDATA_MEMORY_LIMIT_MB']} MiB for its threads`
  return [{ severity: 'warning', service: name, message: `${asks}, ${has}: ${gets}` }]
}

function volumeFindings({ services }: Deployment, { freeBytes }: Here): Finding[] {
  const volumes = services.flatMap(({ name, role, volumes: all, replicas }) =>
    all.map(({ sizeBytes }) => ({
      name,
      sizeBytes: sizeBytes * (role === 'worker' ? replicas : 1),
    })),
  )
  const asked = volumes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  if (asked <= freeBytes) return []
  const free = `${Math.floor(freeBytes / GIB)}Gi`
  const message = `volumes of ${showBytes(asked)} are asked for, and ${free} are free here; nothing is set aside`
  return [{ severity: 'warning', service: null, message }]
}
