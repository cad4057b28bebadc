// Runs leases through a bounded window: a lane per lease in flight, none started while paused. A lease comes
// back again and again until its chunks are in the ledger; only a dead chunk ends it.

import {
  ActivityFailure,
  ApplicationFailure,
  condition,
  isCancellation,
  proxyActivities,
} from '@temporalio/workflow'
import type { LeaseActivities } from './activity-types.ts'
import type { Control } from './control.ts'
import { type JobPlan, type LeaseRange, summaryOf } from './job-plan.ts'
import { LEASE, leaseQueue } from './policies.ts'

/** Failures that no further attempt mends. */
const FINAL = new Set(['poison_chunk', 'not_found'])

type Done = (lease: LeaseRange) => void

/** Resolves when every lease is done; throws the first final failure once nothing more is in flight. */
export async function runLeases(
  plan: JobPlan,
  leases: readonly LeaseRange[],
  { control, onDone }: { control: Control; onDone: Done },
): Promise<void> {
  let inFlight = 0
  let failure: Error | undefined
  const run = async (lease: LeaseRange) => {
    try {
      await runLease(plan, lease, control)
      onDone(lease)
    } catch (error) {
      failure ??= asError(error)
    } finally {
      inFlight--
    }
  }
  const hasRoom = () => failure !== undefined || (!control.paused && inFlight < control.lanes)
  for (const lease of leases) {
    if (!hasRoom()) await condition(hasRoom)
    if (failure !== undefined) break
    inFlight++
    void run(lease)
  }
  await condition(() => inFlight === 0 || failure !== undefined)
  if (failure !== undefined) throw failure
}

async function runLease(plan: JobPlan, lease: LeaseRange, control: Control): Promise<void> {
  const { generateChunks } = proxyActivities<LeaseActivities>({
    ...LEASE,
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
      if (isCancellation(error)) throw error
      const cause = error instanceof ActivityFailure ? error.cause : error
      if (cause instanceof ApplicationFailure && FINAL.has(cause.type ?? ''))
        throw ApplicationFailure.nonRetryable(cause.message, cause.type)
      await condition(() => !control.paused)
    }
  }
}

/** Anything thrown, as an error that may be thrown again. */
export const asError = (error: unknown): Error =>
  error instanceof Error ? error : new Error(String(error))
