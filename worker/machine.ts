// What this machine is, as told at enrolment and at each connection.

import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { arch, availableParallelism, platform, release, totalmem } from 'node:os'
import { promisify } from 'node:util'
import type { MessageInitShape } from '@bufbuild/protobuf'
import { ENGINE_VERSION } from '#engine/version.ts'
import type { MachineSchema } from '#proto/gen/syndata/v1/fleet_pb.ts'

export type Machine = MessageInitShape<typeof MachineSchema> & { memoryBytes: bigint; gpus: Gpu[] }
type Gpu = { name: string; memoryBytes: bigint; driver: string }

const GPU_TIMEOUT_MS = 5_000
const GPU_QUERY = ['--query-gpu=name,memory.total,driver_version', '--format=csv,noheader,nounits']
const RUNTIMES = ['node', 'v8', 'zlib', 'zstd', 'openssl'] as const
/** Limits of a container: cgroup v2, then v1. */
const CGROUP_LIMITS = [
  '/sys/fs/cgroup/memory.max',
  '/sys/fs/cgroup/memory/memory.limit_in_bytes',
] as const

export async function describeMachine(): Promise<Machine> {
  const [memoryBytes, gpus] = await Promise.all([memoryLimit(), queryGpus()])
  return {
    cores: availableParallelism(),
    memoryBytes: BigInt(memoryBytes),
    gpus,
    os: `${platform()} ${release()}`,
    arch: arch(),
    engineVersion: ENGINE_VERSION,
    runtimes: {
      ...Object.fromEntries(RUNTIMES.map((name) => [name, process.versions[name] ?? ''])),
      onnxruntime: onnxruntimeVersion(),
      isa: isaOf(await readFile('/proc/cpuinfo', 'utf8').catch(() => '')),
    },
  }
}

/** Of the package, which need not be loaded for it; empty where there is none. */
function onnxruntimeVersion(): string {
  try {
    const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as {
      version: string
    }
    return version
  } catch {
    return ''
  }
}

const ISA_LEVELS = ['avx512f', 'avx2', 'avx', 'sve', 'asimd'] as const

/** The widest vector instructions that /proc/cpuinfo tells of: what a runtime chooses its code by. */
export function isaOf(cpuinfo: string): string {
  const line = /^(?:flags|Features)\s*:(.*)$/m.exec(cpuinfo)?.[1] ?? ''
  const flags = new Set(line.trim().split(/\s+/))
  return ISA_LEVELS.find((level) => flags.has(level)) ?? ''
}

/** The machine's memory, or less where a container has less. */
async function memoryLimit(): Promise<number> {
  const texts = await Promise.all(
    CGROUP_LIMITS.map((path) => readFile(path, 'utf8').catch(() => '')),
  )
  const limits = texts.map(Number).filter((limit) => limit > 0)
  return Math.min(totalmem(), ...limits)
}

/** NVIDIA GPUs; none where there is no driver, or one that does not answer in time. */
async function queryGpus(): Promise<Gpu[]> {
  try {
    const run = promisify(execFile)
    const { stdout } = await run('nvidia-smi', GPU_QUERY, { timeout: GPU_TIMEOUT_MS })
    return parseGpus(stdout)
  } catch {
    return []
  }
}

/** Lines of `name, MiB, driver`; those of another form are left out. */
export function parseGpus(csv: string): Gpu[] {
  return csv.split('\n').flatMap((line) => {
    const [name, mebibytes, driver] = line.split(',').map((field) => field.trim())
    if (!name || !driver || !/^\d+$/.test(mebibytes ?? '')) return []
    return [{ name, memoryBytes: BigInt(mebibytes ?? 0) << 20n, driver }]
  })
}
