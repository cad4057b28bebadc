// The Temporal worker that runs workflows and their short database work, and the one for work on stored parts.

import { Worker } from '@temporalio/worker'
import { mapFailures } from '../activities/failure.ts'
import { withHeartbeats } from '../activities/heartbeats.ts'
import type { RecordActivities, StorageActivities } from '../workflows/activity-types.ts'
import { QUEUES, WORKFLOW_TASK } from '../workflows/policies.ts'
import type { Temporal } from './connect.ts'
import { workflowBundle } from './workflow-bundle.ts'

export type RunningWorker = {
  /** Whether it takes tasks. */
  isPolling(): boolean
  close(): Promise<void>
}

type Options = { temporal: Temporal; onFatal: (error: unknown) => void }

export async function createWorkflowWorker(
  activities: RecordActivities,
  { temporal, onFatal }: Options,
): Promise<RunningWorker> {
  const worker = await Worker.create({
    connection: temporal.native,
    namespace: temporal.namespace,
    taskQueue: QUEUES.workflows,
    workflowBundle: { codePath: await workflowBundle() },
    activities: mapFailures({ ...activities }),
    maxCachedWorkflows: 200,
    stickyQueueScheduleToStartTimeout: WORKFLOW_TASK.stickyTimeout,
    shutdownGraceTime: '5s',
    shutdownForceTime: '10s',
  })
  return running(worker, onFatal)
}

export async function createStorageWorker(
  activities: StorageActivities,
  { temporal, onFatal }: Options,
): Promise<RunningWorker> {
  const worker = await Worker.create({
    connection: temporal.native,
    namespace: temporal.namespace,
    taskQueue: QUEUES.storage,
    activities: mapFailures(withHeartbeats({ ...activities })),
    // Most of them wait for chunks.
    maxConcurrentActivityTaskExecutions: 200,
    shutdownGraceTime: '1s',
    shutdownForceTime: '10s',
  })
  return running(worker, onFatal)
}

function running(worker: Worker, onFatal: (error: unknown) => void): RunningWorker {
  const run = worker.run()
  run.catch(onFatal)
  return {
    isPolling: () => worker.getState() === 'RUNNING',
    async close() {
      worker.shutdown()
      await run.catch(() => undefined)
    },
  }
}
