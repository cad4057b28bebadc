// Tells Temporal what became of a lease: complete by id, which any attempt's result may; fail and heartbeat by
// token, which binds them to the attempt. Repeats until Temporal takes it or says that nobody waits any more.

import { setTimeout as delay } from 'node:timers/promises'
import {
  ActivityCancelledError,
  ActivityNotFoundError,
  ActivityPausedError,
  ActivityResetError,
  type Client,
} from '@temporalio/client'
import { ApplicationFailure } from '@temporalio/common'
import type { LeaseRow } from '../ledger/leases.ts'

export type LeaseFailure = { type: string; message: string; retryable: boolean }

/** gone: nobody waits for this attempt · cancelled, paused: stop the work · unknown: Temporal did not answer. */
export type HeartbeatAnswer = 'wanted' | 'gone' | 'cancelled' | 'paused' | 'unknown'

export type Completion = {
  complete(lease: LeaseRow, result: { chunks: number }): Promise<void>
  fail(lease: LeaseRow, failure: LeaseFailure): Promise<void>
  heartbeat(lease: LeaseRow): Promise<HeartbeatAnswer>
}

export function createCompletion(
  {
    client,
    signal,
    onRetry,
  }: { client: Client; signal: AbortSignal; onRetry: (error: unknown) => void },
  { retryMs = 500 }: { retryMs?: number } = {},
): Completion {
  async function untilTaken(call: () => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      try {
        await call()
        return
      } catch (error) {
        if (error instanceof ActivityNotFoundError) return
        onRetry(error)
        await delay(retryMs, undefined, { signal }).catch(() => undefined)
      }
    }
  }

  return {
    complete: ({ workflowId, runId, activityId }, result) =>
      untilTaken(() => client.activity.complete({ workflowId, runId, activityId }, result)),
    fail: (lease, { type, message, retryable }) =>
      untilTaken(() =>
        client.activity.fail(
          lease.taskToken,
          ApplicationFailure.create({ type, message, nonRetryable: !retryable }),
        ),
      ),
    async heartbeat({ taskToken }) {
      try {
        await client.activity.heartbeat(taskToken)
        return 'wanted'
      } catch (error) {
        if (error instanceof ActivityNotFoundError) return 'gone'
        if (error instanceof ActivityCancelledError) return 'cancelled'
        if (error instanceof ActivityPausedError || error instanceof ActivityResetError)
          return 'paused'
        return 'unknown'
      }
    },
  }
}
