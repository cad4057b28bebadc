// What fits where: an app of CreateOS is small, a larger worker gets a virtual machine of its own.
import type { ServiceSpec } from '../../deployment.ts'
import { TargetError } from '../../target.ts'
import type { Resources, Size } from './answers.ts'

/** Millicores, MB, replicas of an environment. */
export const APP = {
  cpu: { min: 200, max: 500 },
  memory: { min: 500, max: 1_024 },
  replicas: { min: 1, max: 3 },
} as const

const MIB = 2 ** 20
/** For the system and the image, beside what volumes ask for. */
const DISK_MIB_MIN = 10 * 1_024

export const fitsApp = ({ resources }: Pick<ServiceSpec, 'resources'>): boolean =>
  !resources ||
  (resources.cpuMillis <= APP.cpu.max && resources.memoryBytes / MIB <= APP.memory.max)

/** Of an app: without resources in the file the largest, and never less than CreateOS gives. */
export function appResources({ resources }: ServiceSpec, replicas: number): Resources {
  const { cpuMillis = APP.cpu.max, memoryBytes = APP.memory.max * MIB } = resources ?? {}
  return {
    cpu: Math.max(APP.cpu.min, cpuMillis),
    memory: Math.max(APP.memory.min, Math.ceil(memoryBytes / MIB)),
    replicas,
  }
}

/** The smallest on offer that has room. Throws TargetError. */
export function vmSize({ resources, volumes }: ServiceSpec, sizes: readonly Size[]): Size {
  const cpu = resources?.cpuMillis ?? 0
  const memory = (resources?.memoryBytes ?? 0) / MIB
  const disk = DISK_MIB_MIN + volumes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) / MIB
  const [found] = sizes
    .filter((size) => size.cpuInMillicores >= cpu && size.memoryInMiB >= memory)
    .filter(({ diskInMiB }) => diskInMiB >= disk)
    .toSorted(
      (a, b) =>
        a.cpuInMillicores - b.cpuInMillicores ||
        a.memoryInMiB - b.memoryInMiB ||
        a.diskInMiB - b.diskInMiB,
    )
  if (found) return found
  const offered = sizes
    .map((size) => `${size.cpuInMillicores}m/${size.memoryInMiB}Mi/${size.diskInMiB}Mi`)
    .join(', ')
  const asked = `${cpu}m, ${Math.ceil(memory)}Mi and ${Math.ceil(disk)}Mi of disk`
  throw new TargetError(
    'refused',
    `no virtual machine of createos has ${asked}; there are ${offered || 'none'}`,
    'Write less in resources or volumes of the worker.',
  )
}

/** DigitalOcean's, the nearest first. */
const ZONES: Readonly<Record<string, readonly string[]>> = {
  'us-west': ['sfo3', 'sfo2', 'sfo1'],
  'us-east': ['nyc3', 'nyc1', 'nyc2', 'tor1', 'atl1'],
  'eu-central': ['fra1', 'ams3', 'lon1'],
  'asia-pacific': ['sgp1', 'blr1', 'syd1'],
}

/** Throws TargetError. */
export function vmZone(region: string, offered: readonly string[]): string {
  const found = ZONES[region]?.find((zone) => offered.includes(zone))
  if (found) return found
  const message = `createos has no zone in ${region}; it has ${offered.join(', ') || 'none'}`
  throw new TargetError('refused', message, 'Place its workers in another region.')
}
