// Runs leases through a bounded window: a lane per lease in flight, none started while paused. A lease comes
// back again and again until its chunks are in the ledger; only a dead chunk ends it.

import {
  ActivityFailure,
  ApplicationFailure,
  condition,
  isCancellation,
  proxyActivities,
  workflowInfo,
} from '@temporalio/workflow'
import type { LeaseActivities } from './activity-types.ts'
import type { Control } from './control.ts'
import { HISTORY_FULL } from './failures.ts'
import { type JobPlan, type LeaseRange, summaryOf } from './job-plan.ts'
import { LEASE, leaseOptions, leaseQueue } from './policies.ts'
import { runWindow } from './window.ts'

/** Failures that no further attempt mends. */
const FINAL = new Set(['poison_chunk', 'not_found'])

type Done = (lease: LeaseRange) => void

/**
 * Resolves when every lease is done; the first final failure cancels the others and is thrown. Fails with
 * `history_full` when leases have come back so often that the run had better go on in a new one.
 */
export async function runLeases(
  plan: JobPlan,
  leases: readonly LeaseRange[],
  { control, onDone }: { control: Control; onDone: Done },
): Promise<void> {
  await runWindow(
    leases,
    (inFlight) => !control.paused && inFlight < control.lanes,
    async (lease) => {
      await runLease(plan, lease, control)
      onDone(lease)
    },
  )
}

async function runLease(plan: JobPlan, lease: LeaseRange, control: Control): Promise<void> {
  const { generateChunks } = proxyActivities<LeaseActivities>({
    ...leaseOptions(LEASE, plan.lease),
    taskQueue: leaseQueue(plan.regions),
  })
  const options = {
    summary: summaryOf(plan, lease),
    priority: { priorityKey: plan.priorityKey, fairnessKey: plan.tenant.slice(0, 64) },
  }
  for (;;) {
    try {
      await generateChunks.executeWithOptions(options, [{ jobId: plan.jobId, ...lease }])
      return
    } catch (error) {
      refuseFinal(error)
      await condition(() => !control.paused)
    }
  }
}

/** Throws what ends the lease's run; returns when it is to be tried again. */
export function refuseFinal(error: unknown): void {
  if (isCancellation(error)) throw error
  const cause = error instanceof ActivityFailure ? error.cause : error
  if (cause instanceof ApplicationFailure && FINAL.has(cause.type ?? ''))
    throw ApplicationFailure.nonRetryable(cause.message, cause.type)
  if (workflowInfo().continueAsNewSuggested)
    throw ApplicationFailure.nonRetryable('the history is long', HISTORY_FULL)
}
