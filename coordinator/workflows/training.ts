// Trains a model: one lease, whose worker may change, then its file. What a lost worker had learned is in the last
// checkpoint, where the next one goes on.

import { condition, proxyActivities, proxyLocalActivities } from '@temporalio/workflow'
import type { LeaseActivities, RecordActivities, StorageActivities } from './activity-types.ts'
import { type JobPlan, leasesOf } from './job-plan.ts'
import { type RunJobArgs, runJob } from './job-run.ts'
import { refuseFinal } from './lanes.ts'
import {
  leaseOptions,
  leaseQueue,
  QUEUES,
  RECORD,
  STORAGE,
  TRAINING,
  TRAINING_ON_GPU,
} from './policies.ts'
import type { View } from './view.ts'

const record = proxyLocalActivities<RecordActivities>(RECORD)
const storage = proxyActivities<StorageActivities>({ ...STORAGE, taskQueue: QUEUES.storage })

export function training(args: RunJobArgs): Promise<void> {
  return runJob(args, async (plan, _run, view) => {
    const { jobId } = plan
    const leases = leasesOf(plan)
    view.planned(plan, leases.length)
    view.enter('generating')
    for (const lease of leases) {
      await train(plan, { jobId, ...lease }, view)
      view.made(1)
    }
    view.enter('merging')
    await storage.mergeOutput.executeWithOptions({ summary: 'keep the model' }, [
      { jobId, tableNo: 0 },
    ])
    await storage.hashOutputs.executeWithOptions({ summary: 'hash the model' }, [{ jobId }])
  })
}

/** Returns once the model is in the ledger; where it is trained is decided anew for each attempt. */
async function train(
  plan: JobPlan,
  lease: Parameters<LeaseActivities['generateChunks']>[0],
  { control }: View,
): Promise<void> {
  for (;;) {
    await condition(() => !control.paused)
    const { gpu } = await record.placeTraining({ jobId: plan.jobId })
    const { generateChunks } = proxyActivities<LeaseActivities>({
      ...leaseOptions(gpu ? TRAINING_ON_GPU : TRAINING, plan.lease),
      taskQueue: leaseQueue(plan.regions, gpu ? 'train.gpu' : 'train.cpu'),
    })
    const options = {
      summary: `train ${plan.name}`.slice(0, 200),
      priority: { priorityKey: plan.priorityKey, fairnessKey: plan.tenant.slice(0, 64) },
    }
    try {
      await generateChunks.executeWithOptions(options, [lease])
      return
    } catch (error) {
      refuseFinal(error)
    }
  }
}
