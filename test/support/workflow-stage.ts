// The workflows on a real Temporal server with scripted activities: each job has its own plan and behaviour.

import { randomUUID } from 'node:crypto'
import { activityInfo, cancellationSignal } from '@temporalio/activity'
import type { WorkflowHandle } from '@temporalio/client'
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker'
import { workflowBundle } from '#coordinator/temporal/workflow-bundle.ts'
import type {
  JobError,
  LeaseActivities,
  LeaseArgs,
  RecordActivities,
  StorageActivities,
} from '#coordinator/workflows/activity-types.ts'
import { pause } from '#coordinator/workflows/control.ts'
import type { generation } from '#coordinator/workflows/generation.ts'
import type { JobPlan } from '#coordinator/workflows/job-plan.ts'
import type { RunJobArgs } from '#coordinator/workflows/job-run.ts'
import { QUEUES, WORKFLOW_TASK } from '#coordinator/workflows/policies.ts'
import { startTestTemporal, type TestTemporal } from './temporal.ts'

export type Attempt = { attempt: number; signal: AbortSignal; runId: string }

export type Script = {
  plan: JobPlan
  /** What a lease's attempt does; nothing by default. */
  lease?: (args: LeaseArgs, attempt: Attempt) => Promise<void>
  /** Of a training: whether a GPU is free. */
  gpu?: () => boolean
  /** What else an activity does, by its name. */
  on?: Partial<Record<keyof StorageActivities | keyof RecordActivities, () => Promise<void>>>
}

export type ScriptedJob = {
  jobId: string
  handle: WorkflowHandle<typeof generation>
  /** Names of activities in the order of their calls, leases left out. */
  calls: string[]
  leases: LeaseArgs[]
  /** The queue of each lease. */
  queues: string[]
  errors: JobError[]
  /** Leases in flight, by id of the workflow that made them. */
  inFlight: Map<string, number>
  inFlightMax: Map<string, number>
}

export type Stage = {
  temporal: TestTemporal
  /** `paused`: with the signal in the history before the first workflow task. */
  start(
    script: Script,
    how?: { paused: boolean; workflow?: 'generation' | 'training' },
  ): Promise<ScriptedJob>
  close(): Promise<void>
}

const LEASE_QUEUES = [QUEUES.leases, 'train.cpu', 'train.gpu']

type Entry = { script: Script; job: Omit<ScriptedJob, 'handle'> }

/** One server and one set of Temporal workers for all tests of a file. */
export async function openStage(): Promise<Stage> {
  // Failures are what these tests are about: the SDK's reports of them are not.
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: 'error' } },
  })
  const temporal = await startTestTemporal()
  const entries = new Map<string, Entry>()
  const entryOf = ({ jobId }: { jobId: string }): Entry => {
    const entry = entries.get(jobId)
    if (!entry) throw new Error(`no script for ${jobId}`)
    return entry
  }
  const workers = await openWorkers(temporal, entryOf)
  const running = workers.map((worker) => worker.run())
  return {
    temporal,
    async start(script, { paused, workflow: type = 'generation' } = { paused: false }) {
      const jobId = script.plan.jobId
      const job = {
        jobId,
        calls: [],
        leases: [],
        queues: [],
        errors: [],
        inFlight: new Map<string, number>(),
        inFlightMax: new Map<string, number>(),
      }
      entries.set(jobId, { script, job })
      const args: [RunJobArgs] = [{ jobId, run: 0 }]
      const options = {
        workflowId: `${type}/${jobId}`,
        taskQueue: QUEUES.workflows,
        workflowTaskTimeout: WORKFLOW_TASK.timeout,
        args,
      }
      const { workflow } = temporal.client
      const handle = paused
        ? await workflow.signalWithStart<typeof generation>(type, {
            ...options,
            signal: pause,
          })
        : await workflow.start<typeof generation>(type, options)
      return { ...job, handle }
    },
    async close() {
      for (const worker of workers) worker.shutdown()
      await Promise.all(running)
      await temporal.close()
    },
  }
}

async function openWorkers(
  { native: connection, namespace }: TestTemporal,
  entryOf: (args: { jobId: string }) => Entry,
): Promise<Worker[]> {
  const bundle = { codePath: await workflowBundle() }
  const common = { connection, namespace, shutdownForceTime: '5s' } as const
  return Promise.all([
    Worker.create({
      ...common,
      taskQueue: QUEUES.workflows,
      workflowBundle: bundle,
      activities: recordOf(entryOf),
    }),
    Worker.create({ ...common, taskQueue: QUEUES.storage, activities: storageOf(entryOf) }),
    ...LEASE_QUEUES.map((taskQueue) =>
      Worker.create({
        ...common,
        taskQueue,
        activities: leasesOf(entryOf),
        maxConcurrentActivityTaskExecutions: 300,
        // Cancellations travel with heartbeats.
        defaultHeartbeatThrottleInterval: '50ms',
        maxHeartbeatThrottleInterval: '50ms',
      }),
    ),
  ])
}

type Of = (args: { jobId: string }) => Entry

async function called(
  of: Of,
  name: keyof RecordActivities | keyof StorageActivities,
  args: { jobId: string },
) {
  const { job, script } = of(args)
  job.calls.push(name)
  await script.on?.[name]?.()
}

function recordOf(of: Of): RecordActivities {
  return {
    async planJob(args) {
      await called(of, 'planJob', args)
      return of(args).script.plan
    },
    completeJob: (args) => called(of, 'completeJob', args),
    async failJob(args) {
      of(args).job.errors.push(args.error)
      await called(of, 'failJob', args)
    },
    cancelJob: (args) => called(of, 'cancelJob', args),
    async placeTraining(args) {
      await called(of, 'placeTraining', args)
      return { gpu: of(args).script.gpu?.() ?? false }
    },
  }
}

function storageOf(of: Of): StorageActivities {
  return {
    hashOutputs: (args) => called(of, 'hashOutputs', args),
    async dropLostParts(args) {
      await called(of, 'dropLostParts', args)
      return { dropped: 1 }
    },
    mergeOutput: (args) => called(of, 'mergeOutput', args),
    writeManifest: (args) => called(of, 'writeManifest', args),
    prepareLoad: (args) => called(of, 'prepareLoad', args),
    loadOutput: (args) => called(of, 'loadOutput', args),
    finishLoad: (args) => called(of, 'finishLoad', args),
    publishOutput: (args) => called(of, 'publishOutput', args),
    signArweave: (args) => called(of, 'signArweave', args),
    postArweave: (args) => called(of, 'postArweave', args),
  }
}

function leasesOf(of: Of): LeaseActivities {
  return {
    async generateChunks(args) {
      const { script, job } = of(args)
      const { attempt, workflowExecution, taskQueue } = activityInfo()
      job.queues.push(taskQueue)
      const { workflowId = '', runId = '' } = workflowExecution ?? {}
      job.leases.push(args)
      const now = (job.inFlight.get(workflowId) ?? 0) + 1
      job.inFlight.set(workflowId, now)
      job.inFlightMax.set(workflowId, Math.max(now, job.inFlightMax.get(workflowId) ?? 0))
      try {
        await script.lease?.(args, { attempt, runId, signal: cancellationSignal() })
      } finally {
        job.inFlight.set(workflowId, (job.inFlight.get(workflowId) ?? 0) - 1)
      }
      return { chunks: args.to - args.from }
    },
  }
}

/** One table `t` of as many leases, a chunk of ten rows each. */
export function planOf(leases: number, rest: Partial<JobPlan> = {}): JobPlan {
  return {
    jobId: `job_${randomUUID().slice(0, 8)}`,
    tenant: 'tenant',
    name: 'a job',
    format: 'csv',
    regions: [],
    priorityKey: 3,
    totalRows: leases * 10,
    leaseChunks: 1,
    tables: [{ name: 't', rows: leases * 10, chunks: leases, chunkRows: 10, done: false }],
    publishers: [],
    arweave: false,
    ...rest,
  }
}
