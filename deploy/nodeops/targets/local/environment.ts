// What the programs on this machine get as environment: the file's settings, its variables with references resolved, and
// resources as far as the machine has them.
import { execFile } from 'node:child_process'
import { availableParallelism, totalmem } from 'node:os'
import { promisify } from 'node:util'
import type { Environments } from '#scripts/stack/environment-file.ts'
import { type Deployment, type ServiceSpec, serviceOfRole, workersOf } from '../../deployment.ts'
import { type References, resolved } from '../references.ts'

const MIB = 2 ** 20
/** Of the machine's memory, for all workers together. */
const WORKERS_MEMORY_SHARE = 0.6
const MEMORY_LIMIT_MIB = { min: 64, max: 16 * MIB }

export type Machine = { cores: number; memoryBytes: number; gpus: number }

export const lookAtMachine = async (signal: AbortSignal): Promise<Machine> => ({
  cores: availableParallelism(),
  memoryBytes: totalmem(),
  gpus: await countGpus(signal),
})

const GPU_MS = 5_000

/** GPUs that NVIDIA's driver tells of. */
async function countGpus(signal: AbortSignal): Promise<number> {
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', ['-L'], { timeout: GPU_MS, signal })
    return stdout.split('\n').filter((line) => line.startsWith('GPU ')).length
  } catch {
    signal.throwIfAborted()
    return 0
  }
}

/** By role, of every service. Throws TargetError `refused` for a reference that leads nowhere. */
export function environmentsOf(
  deployment: Deployment,
  references: References,
  machine: Machine,
): Environments {
  return Object.fromEntries(
    deployment.services.map((spec) => [
      spec.role,
      {
        ...(spec.role === 'scheduler' ? schedulerHere(spec, machine) : spec.settings),
        ...(spec.role === 'worker' ? workerLimits(deployment, spec, machine) : {}),
        ...resolved(spec, references),
      },
    ]),
  )
}

/** Workers that ask for a GPU and find none are of the other pool. */
const schedulerHere = ({ settings }: ServiceSpec, { gpus }: Machine): Record<string, string> =>
  Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      gpus === 0 ? name.replace('SYNDATA_SCALING_GPU_', 'SYNDATA_SCALING_') : name,
      value,
    ]),
  )

/** Slots and memory of each worker here: what the file says, or its share of the machine where that is less. */
export function workerLimits(
  deployment: Deployment,
  { settings, resources }: ServiceSpec,
  { cores, memoryBytes }: Machine,
): Record<string, string> {
  const workers = Math.max(1, workersOf(deployment))
  const asked = Number(
    settings['SYNDATA_THREADS'] ?? Math.ceil((resources?.cpuMillis ?? 1_000) / 1_000),
  )
  const threads = Math.max(1, Math.min(asked, Math.floor(cores / workers)))
  const share = (memoryBytes * WORKERS_MEMORY_SHARE) / workers
  const memory = Math.min(resources?.memoryBytes ?? share, share)
  // Half is for the process around the compute threads.
  const limit = Math.floor(memory / 2 / MIB)
  const mib = Math.min(MEMORY_LIMIT_MIB.max, Math.max(MEMORY_LIMIT_MIB.min, limit))
  return { SYNDATA_THREADS: String(threads), SYNDATA_MEMORY_LIMIT_MB: String(mib) }
}

/** A database or a Temporal of the operator's, in place of one of the stack's. */
export function servers(deployment: Deployment, references: References): Record<string, string> {
  const coordinator = serviceOfRole(deployment, 'coordinator')
  if (!coordinator) return {}
  const values = resolved(coordinator, references)
  const wanted: [string, boolean][] = [
    ['DATABASE_URL', !serviceOfRole(deployment, 'postgres')],
    ['TEMPORAL_ADDRESS', !serviceOfRole(deployment, 'temporal')],
  ]
  return Object.fromEntries(
    wanted.flatMap(([name, isNeeded]) => (isNeeded ? [[name, values[name] ?? '']] : [])),
  )
}
