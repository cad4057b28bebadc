// A part of a big job's leases, so that no run's history grows without bound.

import { continueAsNew, setCurrentDetails } from '@temporalio/workflow'
import { createControl, type Steering } from './control.ts'
import { HISTORY_FULL, typeOf } from './failures.ts'
import { type JobPlan, leasesOf } from './job-plan.ts'
import { runLeases } from './lanes.ts'

export type ShardArgs = Steering & { plan: JobPlan; from: number; to: number }

export async function generationShard({ plan, from, to, ...steering }: ShardArgs): Promise<void> {
  const control = createControl(steering)
  const leases = leasesOf(plan).slice(from, to)
  control.stage = 'generating'
  control.leasesTotal = leases.length
  const done = () => {
    control.leasesDone++
    setCurrentDetails(`${control.leasesDone} of ${leases.length} leases done`)
  }
  try {
    await runLeases(plan, leases, { control, onDone: done })
  } catch (error) {
    if (typeOf(error) !== HISTORY_FULL) throw error
    const { paused, lanes } = control
    await continueAsNew<typeof generationShard>({ plan, from, to, paused, lanes })
  }
}
