// One run of a job, whatever is made: plan, make, end. Progress of record is the ledger; this decides only what comes next.

import {
  ApplicationFailure,
  CancellationScope,
  continueAsNew,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  sleep,
} from '@temporalio/workflow'
import type { RecordActivities, RunArgs, StorageActivities } from './activity-types.ts'
import { createControl, obey, type Steering } from './control.ts'
import { errorOf, HISTORY_FULL, typeOf } from './failures.ts'
import type { JobPlan } from './job-plan.ts'
import { LANES, QUEUES, RECORD, REMAKE_PAUSE, REMAKES_MAX, STORAGE } from './policies.ts'
import { createView, type View } from './view.ts'

const record = proxyLocalActivities<RecordActivities>(RECORD)
const storage = proxyActivities<StorageActivities>({ ...STORAGE, taskQueue: QUEUES.storage })

/** `paused` and `lanes` are given when the job is paused already, or goes on in a new run. */
export type RunJobArgs = RunArgs & Partial<Steering>

/** Makes what the plan has and the ledger has not, and what comes of it. */
export type Make = (plan: JobPlan, args: RunArgs, view: View) => Promise<void>

/** The body of a workflow: ends the job as `make` ended. Parts that turn out to be gone are made again. */
export async function runJob(args: RunJobArgs, make: Make): Promise<void> {
  const { jobId, run } = args
  const steering = { paused: args.paused ?? false, lanes: args.lanes ?? LANES }
  const control = createControl(steering)
  const view = createView(control)
  obey(control, view.refresh)
  try {
    await runUntilWhole({ jobId, run }, view, make)
    await record.completeJob({ jobId, run })
    view.enter('completed')
  } catch (error) {
    const { paused, lanes } = control
    if (typeOf(error) === HISTORY_FULL)
      await continueAsNew<(args: RunJobArgs) => Promise<void>>({ jobId, run, paused, lanes })
    await CancellationScope.nonCancellable(() => end({ jobId, run }, error))
    view.enter(isCancellation(error) ? 'cancelled' : 'failed')
    throw error
  }
}

/** Makes again what turned out to be gone; a store that loses its parts every time ends it. */
async function runUntilWhole(args: RunArgs, view: View, make: Make): Promise<void> {
  for (let remakes = 0; !(await runOnce(args, view, make)); remakes++) {
    if (remakes === REMAKES_MAX)
      throw ApplicationFailure.nonRetryable(
        'Stored parts were missing or damaged again and again. Check the part store, then retry the job.',
        'part_missing',
      )
    if (remakes > 0) await sleep(REMAKE_PAUSE, { summary: 'before lost parts are made again' })
    await storage.dropLostParts.executeWithOptions({ summary: 'look for lost parts' }, [
      { jobId: args.jobId },
    ])
  }
}

/** False when a stored part turned out to be gone: what is missing must be made again. */
async function runOnce(args: RunArgs, view: View, make: Make): Promise<boolean> {
  const { jobId } = args
  const plan = await record.planJob({ jobId })
  try {
    await make(plan, args, view)
    return true
  } catch (error) {
    if (typeOf(error) === 'part_missing') return false
    throw error
  }
}

async function end(args: RunArgs, error: unknown): Promise<void> {
  if (isCancellation(error)) await record.cancelJob(args)
  else await record.failJob({ ...args, error: errorOf(error) })
}
