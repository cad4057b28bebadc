// The policies of the file as variables of the programs' environments: the one place where a key gets its effect.

import type { Role } from '../deployment.ts'

/** Every variable that a key of the file sets, and which key; the file's env may not say another thing. */
export const SET_BY_FILE: Readonly<Record<string, string>> = {
  SYNDATA_CHUNK_ROWS: 'distributedCompute.chunkProcessing.maxChunkSize',
  SYNDATA_THREADS: 'distributedCompute.chunkProcessing.parallelChunks',
  SYNDATA_LEASE_TIMEOUT_SECONDS: 'depin.tasks[0].execution.timeout',
  SYNDATA_RETRIES: 'depin.tasks[0].execution.retryPolicy.maxAttempts',
  SYNDATA_RETRY_DELAY_SECONDS: 'depin.tasks[0].execution.retryPolicy.initialDelay',
  SYNDATA_RETRY_BACKOFF: 'depin.tasks[0].execution.retryPolicy.backoff',
  SYNDATA_CHECKPOINT_SECONDS: 'depin.tasks[0].execution.checkpointing.interval',
  SYNDATA_REGION: 'depin.nodes.preferred',
  SYNDATA_SCALING_MIN: 'autoscaling.minReplicas',
  SYNDATA_SCALING_MAX: 'autoscaling.maxReplicas',
  SYNDATA_SCALING_GPU_MIN: 'autoscaling.minReplicas',
  SYNDATA_SCALING_GPU_MAX: 'autoscaling.maxReplicas',
  SYNDATA_SCALING_REGIONS: 'depin.nodes.preferred',
  SYNDATA_SCALING_GPU_REGIONS: 'depin.nodes.preferred',
  SYNDATA_SCALING_UP_CPU_PERCENT: 'autoscaling.targetCPUUtilization',
  SYNDATA_SCALING_UP_MEMORY_PERCENT: 'autoscaling.targetMemoryUtilization',
  SYNDATA_SCALING_UP_QUEUE: 'distributedCompute.workerPool.scaleUpThreshold',
  SYNDATA_SCALING_DOWN_CPU_PERCENT: 'autoscaling.scaleDownCPUUtilization',
  SYNDATA_SCALING_DOWN_MEMORY_PERCENT: 'autoscaling.scaleDownMemoryUtilization',
  SYNDATA_SCALING_DOWN_QUEUE: 'distributedCompute.workerPool.scaleDownThreshold',
  SYNDATA_SCALING_STEP: 'autoscaling.step',
  SYNDATA_SCALING_COOL_DOWN_SECONDS: 'autoscaling.coolDown',
  SYNDATA_SCALING_DRAIN_SECONDS: 'autoscaling.drainTimeout',
}

/** Undefined: the file is silent, and the program's own default holds. */
export type Policies = {
  chunkRows: number | undefined
  slots: number | undefined
  leaseTimeoutMs: number | undefined
  retries: number | undefined
  retryDelayMs: number | undefined
  backoff: 'exponential' | 'fixed' | undefined
  checkpointMs: number | undefined
  scaling: ScalingPolicy | null
}

export type ScalingPolicy = {
  min: number
  max: number
  gpu: boolean
  regions: { region: string; min: number }[]
  upCpu: number | undefined
  upMemory: number | undefined
  upQueue: number | undefined
  downCpu: number | undefined
  downMemory: number | undefined
  downQueue: number | undefined
  step: number | undefined
  coolDownMs: number | undefined
  drainMs: number | undefined
}

type Settings = Record<string, string>
type Values = Record<string, string | number | undefined>

const given = (values: Values): Settings =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)]],
    ),
  )
const seconds = (ms: number | undefined): number | undefined =>
  ms === undefined ? undefined : ms / 1_000

/** Which decide how jobs are cut and how often work is tried. */
const servingSettings = (policies: Policies): Settings =>
  given({
    SYNDATA_CHUNK_ROWS: policies.chunkRows,
    SYNDATA_LEASE_TIMEOUT_SECONDS: seconds(policies.leaseTimeoutMs),
    SYNDATA_RETRIES: policies.retries,
    SYNDATA_RETRY_DELAY_SECONDS: seconds(policies.retryDelayMs),
    SYNDATA_RETRY_BACKOFF: policies.backoff && (policies.backoff === 'fixed' ? 1 : 2),
  })

const workerSettings = (policies: Policies): Settings =>
  given({
    SYNDATA_THREADS: policies.slots,
    SYNDATA_CHECKPOINT_SECONDS: seconds(policies.checkpointMs),
  })

function schedulerSettings({ scaling }: Policies): Settings {
  if (!scaling) return {}
  const pool = scaling.gpu ? 'SYNDATA_SCALING_GPU' : 'SYNDATA_SCALING'
  return given({
    [`${pool}_MIN`]: scaling.min,
    [`${pool}_MAX`]: scaling.max,
    [`${pool}_REGIONS`]:
      scaling.regions.map(({ region, min }) => `${region}=${min}`).join(',') || undefined,
    SYNDATA_SCALING_UP_CPU_PERCENT: scaling.upCpu,
    SYNDATA_SCALING_UP_MEMORY_PERCENT: scaling.upMemory,
    SYNDATA_SCALING_UP_QUEUE: scaling.upQueue,
    SYNDATA_SCALING_DOWN_CPU_PERCENT: scaling.downCpu,
    SYNDATA_SCALING_DOWN_MEMORY_PERCENT: scaling.downMemory,
    SYNDATA_SCALING_DOWN_QUEUE: scaling.downQueue,
    SYNDATA_SCALING_STEP: scaling.step,
    SYNDATA_SCALING_COOL_DOWN_SECONDS: seconds(scaling.coolDownMs),
    SYNDATA_SCALING_DRAIN_SECONDS: seconds(scaling.drainMs),
  })
}

/** What the policies say to a program, as variables of its environment. */
export function settingsOf(role: Role, policies: Policies): Settings {
  if (role === 'coordinator' || role === 'parts') return servingSettings(policies)
  if (role === 'worker') return workerSettings(policies)
  return role === 'scheduler' ? schedulerSettings(policies) : {}
}
