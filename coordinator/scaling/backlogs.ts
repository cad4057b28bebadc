// How many leases wait in Temporal, by task queue: its own statistics, asked for within a limit.

import type { Connection } from '@temporalio/client'

type Deps = { connection: Connection; namespace: string; onError: (error: unknown) => void }

const ASK_MS = 2_000
const ACTIVITY_QUEUE = 2
const NORMAL_QUEUE = 1

/** Null when Temporal did not answer for one of them: half a sum is none. */
export function createBacklogs({ connection, namespace, onError }: Deps) {
  const backlogOf = async (name: string): Promise<[string, number]> => {
    const { stats } = await connection.withDeadline(Date.now() + ASK_MS, () =>
      connection.workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name, kind: NORMAL_QUEUE },
        taskQueueType: ACTIVITY_QUEUE,
        reportStats: true,
      }),
    )
    return [name, Number(stats?.approximateBacklogCount ?? 0)]
  }
  return async (queues: readonly string[]): Promise<Map<string, number> | null> => {
    try {
      return new Map(await Promise.all(queues.map(backlogOf)))
    } catch (error) {
      onError(error)
      return null
    }
  }
}
