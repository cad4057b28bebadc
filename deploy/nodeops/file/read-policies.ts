// The policies of the file, out of the three places where the dialect has them; two that disagree are a problem.
import type { Static } from 'typebox'
import type { Report } from '#engine/config/problem.ts'
import { THRESHOLDS } from '#settings/scheduler.ts'
import type { Read } from './read-tree.ts'
import type { FileSchema } from './schema.ts'
import type { ServiceSchema } from './schema-service.ts'
import type { Policies, ScalingPolicy } from './settings.ts'

export type ReadFile = Read<Static<typeof FileSchema>>
export type ReadService = Read<Static<typeof ServiceSchema>>

/** `path`: of the worker service, whose settings these are. */
export function readPolicies(
  file: ReadFile,
  worker: { service: ReadService; path: string } | null,
  report: Report,
): Policies {
  const compute = worker?.service.distributedCompute
  const execution = file.depin?.tasks?.[0]?.execution
  const at = '/depin/tasks/0/execution'
  const { timeout, retryPolicy, checkpointing } = execution ?? {}
  return {
    chunkRows: compute?.chunkProcessing?.maxChunkSize,
    slots: compute?.chunkProcessing?.parallelChunks,
    leaseTimeoutMs: timeout,
    retries: agreed(
      [retryPolicy?.maxAttempts, `${at}/retryPolicy/maxAttempts`],
      [compute?.failover?.maxRetries, `${worker?.path}/distributedCompute/failover/maxRetries`],
      report,
    ),
    retryDelayMs: retryPolicy?.initialDelay,
    backoff: retryPolicy?.backoff as Policies['backoff'],
    checkpointMs: checkpointing?.interval,
    scaling: worker && readScaling(file, worker, report),
  }
}

type Said = [value: number | undefined, path: string]

/** One value that the dialect has in two places. */
function agreed([first, at]: Said, [second, other]: Said, report: Report): number | undefined {
  if (first !== undefined && second !== undefined && first !== second) {
    const hint = 'Write it once, or the same in both places.'
    report.problem(other, `${second} here, and ${first} at ${at}`, hint)
  }
  return first ?? second
}

function readScaling(
  file: ReadFile,
  { service, path }: { service: ReadService; path: string },
  report: Report,
): ScalingPolicy | null {
  const { autoscaling: auto, distributedCompute, resources } = service
  const pool = distributedCompute?.workerPool
  const [of, poolOf] = [`${path}/autoscaling`, `${path}/distributedCompute/workerPool`]
  const min = agreed(
    [auto?.minReplicas, `${of}/minReplicas`],
    [pool?.minWorkers, `${poolOf}/minWorkers`],
    report,
  )
  const max = agreed(
    [auto?.maxReplicas, `${of}/maxReplicas`],
    [pool?.maxWorkers, `${poolOf}/maxWorkers`],
    report,
  )
  if (auto?.enabled === false) {
    if (pool)
      report.problem(poolOf, 'A worker pool needs autoscaling', 'Leave it out, or enable it.')
    return null
  }
  if (min === undefined || max === undefined) {
    const isToldAlready = report.problems.some(({ path: told }) => told.startsWith(path))
    if (pool && !isToldAlready)
      report.problem(poolOf, 'The worker pool has no limits', 'Write minWorkers and maxWorkers.')
    return null
  }
  if (min > max) report.problem(of, `At least ${min} and at most ${max} workers`, 'Swap them.')
  const scaling: ScalingPolicy = {
    min,
    max,
    gpu: (resources?.gpu ?? 0) > 0,
    regions: (file.depin?.nodes?.preferred ?? []).flatMap((preferred) =>
      preferred.region === undefined ? [] : [{ region: preferred.region, min: preferred.min ?? 0 }],
    ),
    upCpu: auto?.targetCPUUtilization,
    upMemory: auto?.targetMemoryUtilization,
    upQueue: pool?.scaleUpThreshold,
    downCpu: auto?.scaleDownCPUUtilization,
    downMemory: auto?.scaleDownMemoryUtilization,
    downQueue: pool?.scaleDownThreshold,
    step: auto?.step,
    coolDownMs: auto?.coolDown,
    drainMs: auto?.drainTimeout,
  }
  checkOrder(scaling, of, report)
  return scaling
}

/** What programs have when the file is silent. */
const { up, down } = THRESHOLDS
const DEFAULTS = {
  ...{ upCpu: up.cpuPercent, upMemory: up.memoryPercent, upQueue: up.queue },
  ...{ downCpu: down.cpuPercent, downMemory: down.memoryPercent, downQueue: down.queue },
}

function checkOrder(scaling: ScalingPolicy, path: string, report: Report): void {
  const filled = (key: keyof typeof DEFAULTS): number => scaling[key] ?? DEFAULTS[key]
  for (const [up, down, what] of [
    ['upCpu', 'downCpu', 'CPU'],
    ['upMemory', 'downMemory', 'memory'],
    ['upQueue', 'downQueue', 'the queue'],
  ] as const) {
    if (filled(down) < filled(up)) continue
    const message = `Fewer workers below ${filled(down)} and more above ${filled(up)} of ${what}`
    report.problem(path, message, 'The lower threshold has to be below the upper one.')
  }
  const floors = scaling.regions.reduce((sum, { min }) => sum + min, 0)
  if (floors > scaling.max) {
    const message = `Regions keep ${floors} workers, and at most ${scaling.max} are allowed`
    report.problem('/depin/nodes/preferred', message, 'Lower their min, or raise maxReplicas.')
  }
}
