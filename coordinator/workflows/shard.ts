// A part of a big job's leases, so that no run's history grows without bound.

import { ParentClosePolicy, setCurrentDetails } from '@temporalio/workflow'
import { createControl } from './control.ts'
import { type JobPlan, leasesOf } from './job-plan.ts'
import { runLeases } from './lanes.ts'

export type ShardArgs = { plan: JobPlan; from: number; to: number; paused: boolean; lanes: number }

export async function generationShard({ plan, from, to, paused, lanes }: ShardArgs): Promise<void> {
  const control = createControl({ paused, lanes })
  const leases = leasesOf(plan).slice(from, to)
  control.stage = 'generating'
  control.leasesTotal = leases.length
  await runLeases(plan, leases, {
    control,
    onDone() {
      control.leasesDone++
      setCurrentDetails(`${control.leasesDone} of ${leases.length} leases done`)
    },
  })
}

export const SHARD_CLOSE = ParentClosePolicy.REQUEST_CANCEL
