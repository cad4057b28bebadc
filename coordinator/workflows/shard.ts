// A part of a big job's leases, so that no run's history grows without bound.

import {
  continueAsNew,
  getExternalWorkflowHandle,
  setCurrentDetails,
  workflowInfo,
} from '@temporalio/workflow'
import { type Control, createControl, leasesMade, obey, type Steering } from './control.ts'
import { HISTORY_FULL, typeOf } from './failures.ts'
import { type JobPlan, leasesOf } from './job-plan.ts'
import { runLeases } from './lanes.ts'

export type ShardArgs = Steering & { plan: JobPlan; from: number; to: number }

/** The job hears of a shard's progress this often. */
const REPORTS = 10

export async function generationShard({ plan, from, to, ...steering }: ShardArgs): Promise<void> {
  const control = createControl(steering)
  const leases = leasesOf(plan).slice(from, to)
  control.stage = 'generating'
  control.leasesTotal = leases.length
  obey(control, () => show(control))
  const done = () => {
    control.leasesDone++
    show(control)
    if (control.leasesDone % Math.ceil(leases.length / REPORTS) === 0)
      tellJob(from, control.leasesDone)
  }
  try {
    await runLeases(plan, leases, { control, onDone: done })
  } catch (error) {
    if (typeOf(error) !== HISTORY_FULL) throw error
    const { paused, lanes } = control
    await continueAsNew<typeof generationShard>({ plan, from, to, paused, lanes })
  }
}

function show({ paused, leasesDone, leasesTotal, lanes }: Control): void {
  setCurrentDetails(
    `**${paused ? 'paused' : 'generating'}**\n\n${leasesDone} of ${leasesTotal} leases done, at most ${lanes} at once`,
  )
}

/** Only for people to see: the job counts a shard as done when it is. */
function tellJob(from: number, done: number): void {
  const { parent } = workflowInfo()
  if (parent)
    getExternalWorkflowHandle(parent.workflowId)
      .signal(leasesMade, { from, done })
      .catch(() => undefined)
}
